#include "svc/cloudformation/resources/all.h"

namespace millrace::cloudformation {
namespace {

constexpr const ResourceType* kAll[] = {
    &kApiGatewayAccount,
    &kApiGatewayDeployment,
    &kApiGatewayMethod,
    &kApiGatewayResource,
    &kApiGatewayRestApi,
    &kApiGatewayStage,
    &kApiGatewayV2Api,
    &kApiGatewayV2Deployment,
    &kApiGatewayV2Integration,
    &kApiGatewayV2Route,
    &kApiGatewayV2Stage,
    &kCdkMetadata,
    &kCloudFormationWaitConditionHandle,
    &kDynamoDbTable,
    &kEventsRule,
    &kIamManagedPolicy,
    &kIamPolicy,
    &kIamRole,
    &kLambdaAlias,
    &kLambdaEventInvokeConfig,
    &kLambdaEventSourceMapping,
    &kLambdaFunction,
    &kLambdaLayerVersion,
    &kLambdaPermission,
    &kLambdaUrl,
    &kLambdaVersion,
    &kLogsLogGroup,
    &kS3Bucket,
    &kS3BucketPolicy,
    &kSesEmailIdentity,
    &kSsmParameter,
};

}  // namespace

std::span<const ResourceType* const> all_resource_types() { return kAll; }

}  // namespace millrace::cloudformation
