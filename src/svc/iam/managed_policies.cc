#include "svc/iam/managed_policies.h"

#include <fmt/format.h>

#include <array>

namespace millrace::iam {
namespace {

constexpr std::string_view kArnPrefix = "arn:aws:iam::aws:policy";

struct AwsPolicy {
  std::string_view path;  // "/" or "/service-role/"
  std::string_view name;
  std::string_view statements;  // of the document
};

constexpr std::array kPolicies = std::to_array<AwsPolicy>({
    {"/", "AdministratorAccess", R"([{"Effect":"Allow","Action":"*","Resource":"*"}])"},
    {"/", "PowerUserAccess",
     R"([{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},
{"Effect":"Allow","Action":["account:GetAccountInformation","iam:CreateServiceLinkedRole",
"iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"],
"Resource":"*"}])"},
    {"/", "ReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["apigateway:GET","cloudformation:Describe*",
"cloudformation:Estimate*","cloudformation:Get*","cloudformation:List*",
"cloudformation:ValidateTemplate","cloudwatch:Describe*","cloudwatch:Get*","cloudwatch:List*",
"dynamodb:BatchGet*","dynamodb:Describe*","dynamodb:Get*","dynamodb:List*",
"dynamodb:PartiQLSelect","dynamodb:Query","dynamodb:Scan","ecr:BatchCheck*","ecr:BatchGet*",
"ecr:Describe*","ecr:Get*","ecr:List*","events:Describe*","events:List*",
"events:Test*","iam:Generate*","iam:Get*","iam:List*","iam:Simulate*","kms:Describe*",
"kms:Get*","kms:List*","lambda:Get*","lambda:List*","logs:Describe*","logs:FilterLogEvents",
"logs:Get*","logs:ListTagsForResource","logs:ListTagsLogGroup","logs:StartQuery",
"logs:StopQuery","logs:TestMetricFilter","s3:Get*","s3:List*","s3:DescribeJob",
"ses:BatchGetMetricData","ses:Describe*","ses:Get*","ses:List*","sns:Check*","sns:Get*",
"sns:List*","sqs:Get*","sqs:List*","sqs:Receive*","ssm:Describe*","ssm:Get*","ssm:List*",
"sts:GetAccessKeyInfo","sts:GetCallerIdentity","sts:GetSessionToken","tag:Get*",
"xray:BatchGet*","xray:Get*"],"Resource":"*"}])"},
    {"/", "IAMFullAccess",
     R"([{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount",
"organizations:DescribeOrganization"],"Resource":"*"}])"},
    {"/", "IAMReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["iam:GenerateCredentialReport",
"iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy",
"iam:SimulatePrincipalPolicy"],"Resource":"*"}])"},
    {"/service-role/", "AWSLambdaBasicExecutionRole",
     R"([{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream",
"logs:PutLogEvents"],"Resource":"*"}])"},
    {"/service-role/", "AWSLambdaDynamoDBExecutionRole",
     R"([{"Effect":"Allow","Action":["dynamodb:DescribeStream","dynamodb:GetRecords",
"dynamodb:GetShardIterator","dynamodb:ListStreams","logs:CreateLogGroup",
"logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}])"},
    {"/service-role/", "AWSLambdaKinesisExecutionRole",
     R"([{"Effect":"Allow","Action":["kinesis:DescribeStream","kinesis:DescribeStreamSummary",
"kinesis:GetRecords","kinesis:GetShardIterator","kinesis:ListShards","kinesis:ListStreams",
"kinesis:SubscribeToShard","logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],
"Resource":"*"}])"},
    {"/service-role/", "AWSLambdaSQSQueueExecutionRole",
     R"([{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessage",
"sqs:GetQueueAttributes","logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],
"Resource":"*"}])"},
    {"/service-role/", "AWSLambdaVPCAccessExecutionRole",
     R"([{"Sid":"AWSLambdaVPCAccessExecutionPermissions","Effect":"Allow",
"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents",
"ec2:CreateNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets",
"ec2:DeleteNetworkInterface","ec2:AssignPrivateIpAddresses",
"ec2:UnassignPrivateIpAddresses"],"Resource":"*"}])"},
    {"/service-role/", "AWSLambdaRole",
     R"([{"Effect":"Allow","Action":["lambda:InvokeFunction"],"Resource":["*"]}])"},
    {"/", "AWSLambda_FullAccess",
     R"([{"Effect":"Allow","Action":["cloudformation:DescribeStacks",
"cloudformation:ListStackResources","cloudwatch:ListMetrics","cloudwatch:GetMetricData",
"iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy",
"iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles","lambda:*",
"logs:DescribeLogGroups","tag:GetResources"],"Resource":"*"},
{"Effect":"Allow","Action":"iam:PassRole","Resource":"*",
"Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}},
{"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents",
"logs:FilterLogEvents"],"Resource":"arn:aws:logs:*:*:log-group:/aws/lambda/*"}])"},
    {"/", "AWSLambda_ReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["cloudformation:DescribeStacks",
"cloudformation:ListStackResources","cloudwatch:GetMetricData","cloudwatch:ListMetrics",
"iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy",
"iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles",
"logs:DescribeLogGroups","lambda:Get*","lambda:List*"],"Resource":"*"}])"},
    {"/", "AWSLambdaExecute",
     R"([{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:*:*:*"},
{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::*"}])"},
    {"/", "AWSLambdaInvocation-DynamoDB",
     R"([{"Effect":"Allow","Action":["lambda:InvokeFunction"],"Resource":["*"]},
{"Effect":"Allow","Action":["dynamodb:DescribeStream","dynamodb:GetRecords",
"dynamodb:GetShardIterator","dynamodb:ListStreams"],"Resource":["*"]}])"},
    {"/", "AmazonDynamoDBFullAccess",
     R"([{"Effect":"Allow","Action":["dynamodb:*","dax:*","cloudwatch:DescribeAlarms",
"cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:GetMetricData",
"iam:GetRole","iam:ListRoles","kms:DescribeKey","kms:ListAliases","lambda:ListFunctions",
"lambda:ListEventSourceMappings","lambda:GetFunctionConfiguration"],"Resource":"*"}])"},
    {"/", "AmazonDynamoDBReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms",
"cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:GetMetricData",
"dynamodb:BatchGetItem","dynamodb:Describe*","dynamodb:List*","dynamodb:GetAbacStatus",
"dynamodb:GetItem","dynamodb:GetResourcePolicy","dynamodb:Query","dynamodb:Scan",
"dynamodb:PartiQLSelect","iam:GetRole","iam:ListRoles"],"Resource":"*"}])"},
    {"/", "AmazonDynamoDBFullAccess_v2",
     R"([{"Effect":"Allow","Action":["dynamodb:*","cloudwatch:DescribeAlarms",
"cloudwatch:GetMetricData","cloudwatch:ListMetrics"],"Resource":"*"}])"},
    {"/", "AmazonS3FullAccess",
     R"([{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}])"},
    {"/", "AmazonS3ReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*",
"s3-object-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}])"},
    {"/", "AmazonSESFullAccess", R"([{"Effect":"Allow","Action":["ses:*"],"Resource":"*"}])"},
    {"/", "AmazonSESReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["ses:Get*","ses:List*"],"Resource":"*"}])"},
    {"/", "AmazonSQSFullAccess", R"([{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}])"},
    {"/", "AmazonSQSReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["sqs:GetQueueAttributes","sqs:GetQueueUrl",
"sqs:ListDeadLetterSourceQueues","sqs:ListQueues","sqs:ListMessageMoveTasks",
"sqs:ListQueueTags"],"Resource":"*"}])"},
    {"/", "AmazonSNSFullAccess", R"([{"Effect":"Allow","Action":["sns:*"],"Resource":"*"}])"},
    {"/", "AmazonEventBridgeFullAccess",
     R"([{"Effect":"Allow","Action":["events:*","schemas:*","scheduler:*","pipes:*"],
"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/*",
"Condition":{"StringLike":{"iam:PassedToService":["events.amazonaws.com",
"scheduler.amazonaws.com","pipes.amazonaws.com"]}}}])"},
    {"/", "AmazonSSMFullAccess",
     R"([{"Effect":"Allow","Action":["cloudwatch:PutMetricData","logs:*","ssm:*"],
"Resource":"*"}])"},
    {"/", "AmazonSSMReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["ssm:Describe*","ssm:Get*","ssm:List*"],"Resource":"*"}])"},
    {"/", "CloudWatchLogsFullAccess",
     R"([{"Effect":"Allow","Action":["logs:*","cloudwatch:GenerateQuery"],"Resource":"*"}])"},
    {"/", "CloudWatchLogsReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["logs:Describe*","logs:Get*","logs:List*",
"logs:StartQuery","logs:StopQuery","logs:TestMetricFilter","logs:FilterLogEvents",
"logs:StartLiveTail","logs:StopLiveTail","cloudwatch:GenerateQuery"],"Resource":"*"}])"},
    {"/", "CloudWatchFullAccess",
     R"([{"Effect":"Allow","Action":["autoscaling:Describe*","cloudwatch:*","logs:*","sns:*",
"iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","oam:ListSinks"],"Resource":"*"}])"},
    {"/", "CloudWatchFullAccessV2",
     R"([{"Effect":"Allow","Action":["cloudwatch:*","logs:*","sns:CreateTopic",
"sns:ListSubscriptions","sns:ListTopics","sns:Subscribe","iam:GetPolicy",
"iam:GetPolicyVersion","iam:GetRole","oam:ListSinks","xray:*"],"Resource":"*"}])"},
    {"/", "CloudWatchReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["cloudwatch:Describe*","cloudwatch:Get*",
"cloudwatch:List*","logs:Get*","logs:List*","logs:StartQuery","logs:StopQuery",
"logs:Describe*","logs:FilterLogEvents","sns:Get*","sns:List*"],"Resource":"*"}])"},
    {"/", "AWSCloudFormationFullAccess",
     R"([{"Effect":"Allow","Action":["cloudformation:*"],"Resource":"*"}])"},
    {"/", "AWSCloudFormationReadOnlyAccess",
     R"([{"Effect":"Allow","Action":["cloudformation:Describe*",
"cloudformation:EstimateTemplateCost","cloudformation:Get*","cloudformation:List*",
"cloudformation:ValidateTemplate","cloudformation:Detect*"],"Resource":"*"}])"},
    {"/service-role/", "AmazonAPIGatewayPushToCloudWatchLogs",
     R"([{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream",
"logs:DescribeLogGroups","logs:DescribeLogStreams","logs:PutLogEvents","logs:GetLogEvents",
"logs:FilterLogEvents"],"Resource":"*"}])"},
    {"/", "AmazonAPIGatewayAdministrator",
     R"([{"Effect":"Allow","Action":["apigateway:*"],"Resource":"arn:aws:apigateway:*::/*"}])"},
    {"/", "AmazonAPIGatewayInvokeFullAccess",
     R"([{"Effect":"Allow","Action":["execute-api:Invoke","execute-api:ManageConnections"],
"Resource":"arn:aws:execute-api:*:*:*"}])"},
    {"/", "AWSXRayDaemonWriteAccess",
     R"([{"Effect":"Allow","Action":["xray:PutTraceSegments","xray:PutTelemetryRecords",
"xray:GetSamplingRules","xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"],
"Resource":["*"]}])"},
    {"/", "AWSXrayWriteOnlyAccess",
     R"([{"Effect":"Allow","Action":["xray:PutTraceSegments","xray:PutTelemetryRecords",
"xray:GetSamplingRules","xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"],
"Resource":["*"]}])"},
    {"/", "SecretsManagerReadWrite",
     R"([{"Effect":"Allow","Action":["secretsmanager:*","kms:DescribeKey","kms:ListAliases",
"kms:ListKeys","lambda:ListFunctions"],"Resource":"*"}])"},
});

ManagedPolicy to_policy(const AwsPolicy& aws_policy) {
  ManagedPolicy policy;
  policy.arn = fmt::format("{}{}{}", kArnPrefix, aws_policy.path, aws_policy.name);
  policy.name = aws_policy.name;
  policy.path = aws_policy.path;
  policy.id = fmt::format("ANPAMILLRACE{:09}", &aws_policy - kPolicies.data());
  policy.created = policy.updated = Instant::from_seconds(1'423'180'800);  // 2015-02-06
  std::string document =
      fmt::format(R"({{"Version":"2012-10-17","Statement":{}}})", aws_policy.statements);
  policy.versions.push_back({"v1", std::move(document), policy.created});
  return policy;
}

}  // namespace

bool is_aws_policy_arn(std::string_view arn) { return arn.starts_with(kArnPrefix); }

std::optional<ManagedPolicy> find_aws_policy(std::string_view arn) {
  if (!is_aws_policy_arn(arn)) return std::nullopt;
  std::string_view rest = arn.substr(kArnPrefix.size());
  for (const AwsPolicy& policy : kPolicies) {
    if (rest.starts_with(policy.path) && rest.substr(policy.path.size()) == policy.name) {
      return to_policy(policy);
    }
  }
  return std::nullopt;
}

std::vector<ManagedPolicy> all_aws_policies() {
  std::vector<ManagedPolicy> all;
  for (const AwsPolicy& policy : kPolicies)
    all.push_back(to_policy(policy));
  return all;
}

}  // namespace millrace::iam
