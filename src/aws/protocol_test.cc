#include "aws/protocol.h"

#include <gmock/gmock.h>

#include <cmath>

#include "aws/cloudformation.h"
#include "aws/cloudwatch.h"
#include "aws/dynamodb.h"
#include "aws/iam.h"
#include "aws/lambda.h"
#include "aws/s3.h"
#include "aws/scalar_text.h"
#include "aws/sts.h"
#include "aws/wire_error.h"
#include "base/hash.h"

namespace millrace::aws {
namespace {

using ::testing::HasSubstr;

struct Parsed {
  Status status;
  std::shared_ptr<void> input;
  MissingMembers missing;
};

struct Incoming {
  std::string query;
  std::vector<HeaderView> headers;
  Labels labels;
  std::string body;
  std::string path = "/";
};

Parsed parse(const Operation& operation, Protocol protocol, const Incoming& in) {
  Parsed out{ok_status(), operation.make_input(), {}};
  const RequestView request{operation.http_method, in.path, in.query, in.headers};
  out.status = parse_input(operation, protocol, request, in.labels, Body{.bytes = in.body},
                           out.input.get(), out.missing);
  return out;
}

template <class Op>
const typename Op::Input& input_of(const Parsed& parsed) {
  return *static_cast<const typename Op::Input*>(parsed.input.get());
}

// Renders with one side and parses with the other.
template <class Op>
typename Op::Input round_trip_input(const typename Op::Input& input, Protocol protocol,
                                    const Labels& labels = {}) {
  auto request = render_input(Op::kDescription, protocol, &input);
  EXPECT_TRUE(request.ok());
  std::vector<HeaderView> storage;
  typename Op::Input back;
  MissingMembers missing;
  const RequestView view = request->view(storage);
  Status status =
      parse_input(Op::kDescription, protocol, view, labels, request->body, &back, missing);
  EXPECT_TRUE(status.ok()) << status.error().to_string();
  EXPECT_TRUE(missing.empty());
  return back;
}

template <class Op>
typename Op::Output round_trip_output(typename Op::Output output, Protocol protocol) {
  HttpResponse response = render_output(Op::kDescription, protocol, &output, "req-1");
  typename Op::Output back;
  Status status = parse_output(Op::kDescription, protocol, std::move(response), &back);
  EXPECT_TRUE(status.ok()) << status.error().to_string();
  return back;
}

TEST(AwsJson, ReadsItemsAndIgnoresUnknownMembers) {
  const auto parsed = parse(dynamodb::PutItem::kDescription, Protocol::kJson,
                            {.body = R"({"TableName":"t","Item":{"a":{"N":"1.50"}},"Nope":[1],
                                         "ReturnValues":null})"});
  ASSERT_TRUE(parsed.status.ok());
  const auto& input = input_of<dynamodb::PutItem>(parsed);
  EXPECT_EQ(input.table_name, "t");
  EXPECT_EQ(input.item.get("a")->n().to_string(), "1.5");
  EXPECT_FALSE(input.return_values.has_value());
  EXPECT_TRUE(parsed.missing.empty());
}

TEST(AwsJson, TellsAbsentRequiredMembersFromEmptyOnes) {
  const auto parsed =
      parse(dynamodb::PutItem::kDescription, Protocol::kJson, {.body = R"({"TableName":""})"});
  ASSERT_TRUE(parsed.status.ok());
  ASSERT_EQ(parsed.missing.size(), 1u);
  EXPECT_EQ(parsed.missing[0].second->name, "Item");
  EXPECT_EQ(parsed.missing[0].first, parsed.input.get());
}

TEST(AwsJson, NothingAndNullAreNoInput) {
  for (const char* body : {"", " ", "null", " null"}) {
    const auto parsed =
        parse(dynamodb::PutItem::kDescription, Protocol::kJson, {.body = std::string(body)});
    ASSERT_FALSE(parsed.status.ok()) << body;
    EXPECT_EQ(parsed.status.error().code(), "SerializationException");
  }
}

// Recorded by dynalite's tests (test/helpers.js, assertType).
TEST(AwsJson, WrongKindsGiveAwsTexts) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"TableName":1})", "NUMBER_VALUE cannot be converted to String"},
      {R"({"TableName":1.5})", "DECIMAL_VALUE cannot be converted to String"},
      {R"({"TableName":true})", "TRUE_VALUE cannot be converted to String"},
      {R"({"TableName":[]})", "Unrecognized collection type class java.lang.String"},
      {R"({"TableName":{}})", "Start of structure or map found where not expected"},
      {R"({"Limit":"1"})", "STRING_VALUE cannot be converted to Integer"},
      {R"({"AttributesToGet":"1"})", "Unexpected field type"},
      {R"({"AttributesToGet":{}})", "Start of structure or map found where not expected"},
      {R"({"ScanFilter":1})", "Unexpected field type"},
      {"[]", "Start of list found where not expected"},
      {"{", ""},
  };
  for (const auto& [body, message] : cases) {
    auto parsed = parse(dynamodb::Scan::kDescription, Protocol::kJson, {.body = body});
    ASSERT_FALSE(parsed.status.ok()) << body;
    EXPECT_EQ(parsed.status.error().code(), "SerializationException");
    EXPECT_EQ(parsed.status.error().message(), message) << body;
  }
}

TEST(AwsJson, DeepNestingIsAnErrorAndNotACrash) {
  std::string body =
      R"({"TableName":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  auto parsed = parse(dynamodb::Scan::kDescription, Protocol::kJson, {.body = body});
  EXPECT_EQ(parsed.status.error().code(), "SerializationException");
}

TEST(AwsJson, AnswersCarryTheChecksumOfTheirBody) {
  dynamodb::GetItemOutput output;
  output.item = codec::Item{{"a", codec::AttributeValue::of_s("x")}};
  const HttpResponse response =
      render_output(dynamodb::GetItem::kDescription, Protocol::kJson, &output, "req-1");
  EXPECT_EQ(response.body.bytes, R"({"Item":{"a":{"S":"x"}}})");
  EXPECT_EQ(find_header(response.headers, "x-amz-crc32"),
            std::to_string(crc32(response.body.bytes)));
  EXPECT_EQ(find_header(response.headers, "content-type"), "application/x-amz-json-1.0");
}

TEST(AwsJson, InstantsAreSecondsWithAFraction) {
  dynamodb::DescribeTableOutput output;
  output.table.emplace().creation_date_time = Instant::from_ms(1421779325123);
  HttpResponse response =
      render_output(dynamodb::DescribeTable::kDescription, Protocol::kJson, &output, "r");
  EXPECT_EQ(response.body.bytes, R"({"Table":{"CreationDateTime":1421779325.123}})");
  dynamodb::DescribeTableOutput back;
  ASSERT_TRUE(parse_output(dynamodb::DescribeTable::kDescription, Protocol::kJson,
                           std::move(response), &back)
                  .ok());
  EXPECT_EQ(back.table->creation_date_time->ms(), 1421779325123);
}

TEST(WireError, DynamoDbPrefixes) {
  const auto body = [](const Error& error) {
    return render_error(dynamodb::kService, Protocol::kJson, error, {}).body.bytes;
  };
  EXPECT_EQ(
      body(dynamodb::errors::resource_not_found_exception("gone")),
      R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"gone"})");
  EXPECT_EQ(body(Error("ValidationException", 400, "bad")),
            R"({"__type":"com.amazon.coral.validate#ValidationException","message":"bad"})");
  EXPECT_EQ(body(Error("SerializationException", 400, "")),
            R"({"__type":"com.amazon.coral.service#SerializationException"})");
  EXPECT_EQ(body(Error("SerializationException", 400, "x")),
            R"({"__type":"com.amazon.coral.service#SerializationException","Message":"x"})");
}

TEST(WireError, FailuresOfOurOwnHaveTheServicesName) {
  const auto body = [](const char* service, Protocol protocol) {
    return render_error(*find_service(service), protocol, Error::internal("disk"), {}).body.bytes;
  };
  EXPECT_THAT(body("dynamodb", Protocol::kJson), HasSubstr("#InternalServerError\""));
  EXPECT_THAT(body("s3", Protocol::kRestXml), HasSubstr("<Code>InternalError</Code>"));
  EXPECT_THAT(body("lambda", Protocol::kRestJson), HasSubstr("disk"));
  EXPECT_THAT(body("sts", Protocol::kQuery), HasSubstr("<Code>InternalFailure</Code>"));
}

TEST(WireError, ExtraMembersReachTheClient) {
  const Error error = Error("TransactionCanceledException", 400, "cancelled")
                          .with_member("CancellationReasons", R"([{"Code":"None"}])");
  const Error back = parse_error(dynamodb::kService, Protocol::kJson,
                                 render_error(dynamodb::kService, Protocol::kJson, error, {}));
  EXPECT_EQ(back.code(), "TransactionCanceledException");
  EXPECT_EQ(back.message(), "cancelled");
  ASSERT_EQ(back.members().size(), 1u);
  EXPECT_EQ(back.members()[0].second, R"([{"Code":"None"}])");
}

TEST(WireError, EachProtocolKeepsCodeMessageAndStatus) {
  const struct {
    const Service& service;
    Protocol protocol;
  } cases[] = {
      {s3::kService, Protocol::kRestXml},       {iam::kService, Protocol::kQuery},
      {lambda::kService, Protocol::kRestJson},  {cloudwatch::kService, Protocol::kRpcV2Cbor},
      {cloudwatch::kService, Protocol::kQuery}, {cloudwatch::kService, Protocol::kJson}};
  for (const auto& c : cases) {
    const Error error("SomeCode", 404, "it's <gone>");
    const Error back = parse_error(c.service, c.protocol,
                                   render_error(c.service, c.protocol, error, {.request_id = "r"}));
    EXPECT_EQ(back.code(), "SomeCode");
    EXPECT_EQ(back.message(), "it's <gone>");
    EXPECT_EQ(back.http_status(), 404);
  }
}

TEST(WireError, S3NamesResourceAndLambdaNamesType) {
  const Error missing("NoSuchKey", 404, "The specified key does not exist.");
  const auto response = render_error(s3::kService, Protocol::kRestXml, missing,
                                     {.request_id = "R1", .resource = "/b/k"});
  EXPECT_EQ(response.body.bytes,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The "
            "specified key does not exist.</Message><Resource>/b/k</Resource><RequestId>R1"
            "</RequestId><HostId>R1</HostId></Error>");
  const auto head = render_error(s3::kService, Protocol::kRestXml, missing, {.is_head = true});
  EXPECT_TRUE(head.body.bytes.empty());
  EXPECT_EQ(parse_error(s3::kService, Protocol::kRestXml, head).code(), "NotFound");
  const auto lambda = render_error(lambda::kService, Protocol::kRestJson,
                                   lambda::errors::resource_not_found_exception("no"), {});
  EXPECT_EQ(lambda.body.bytes, R"({"Type":"User","Message":"no"})");
  EXPECT_EQ(find_header(lambda.headers, "x-amzn-errortype"), "ResourceNotFoundException");
}

TEST(WireError, QueryCompatibleServicesSayTheirQueryCode) {
  const auto response =
      render_error(cloudwatch::kService, Protocol::kJson, Error("ResourceNotFound", 404, "m"), {});
  EXPECT_EQ(find_header(response.headers, "x-amzn-query-error"), "ResourceNotFound;Sender");
}

TEST(Query, ReadsListsAndNestedStructures) {
  const auto parsed = parse(
      cloudformation::CreateStack::kDescription, Protocol::kQuery,
      {.body =
           "Action=CreateStack&Version=2010-05-15&StackName=s&Parameters.member.2.ParameterKey=b"
           "&Parameters.member.1.ParameterKey=a&Parameters.member.1.ParameterValue=x%20y%26+z"
           "&Capabilities.member.1=CAPABILITY_IAM&DisableRollback=true&TimeoutInMinutes=5"
           "&NotificationARNs="});
  ASSERT_TRUE(parsed.status.ok());
  const auto& input = input_of<cloudformation::CreateStack>(parsed);
  ASSERT_EQ(input.parameters->size(), 2u);
  EXPECT_EQ(*(*input.parameters)[0].parameter_key, "a");
  EXPECT_EQ(*(*input.parameters)[0].parameter_value, "x y& z");
  EXPECT_EQ(*(*input.parameters)[1].parameter_key, "b");
  EXPECT_EQ((*input.capabilities)[0], "CAPABILITY_IAM");
  EXPECT_TRUE(*input.disable_rollback);
  EXPECT_EQ(*input.timeout_in_minutes, 5);
  EXPECT_TRUE(input.notification_arns->empty());
}

TEST(Query, RoundTripsBothWays) {
  cloudformation::CreateStackInput input;
  input.stack_name = "s";
  input.tags.emplace().push_back({.key = "k &", .value = "v="});
  const auto back = round_trip_input<cloudformation::CreateStack>(input, Protocol::kQuery);
  EXPECT_EQ(back.stack_name, "s");
  EXPECT_EQ(back.tags->at(0).value, "v=");

  sts::GetCallerIdentityResponse identity{.user_id = "U", .account = "000000000000", .arn = "a<b"};
  HttpResponse response =
      render_output(sts::GetCallerIdentity::kDescription, Protocol::kQuery, &identity, "r1");
  EXPECT_EQ(response.body.bytes,
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
            "<GetCallerIdentityResult><UserId>U</UserId><Account>000000000000</Account>"
            "<Arn>a&lt;b</Arn></GetCallerIdentityResult><ResponseMetadata><RequestId>r1</RequestId>"
            "</ResponseMetadata></GetCallerIdentityResponse>");
  EXPECT_EQ(*round_trip_output<sts::GetCallerIdentity>(identity, Protocol::kQuery).arn, "a<b");
}

TEST(Query, BadNumbersAndDeepNamesAreRefused) {
  auto parsed = parse(cloudformation::CreateStack::kDescription, Protocol::kQuery,
                      {.body = "StackName=s&TimeoutInMinutes=soon"});
  EXPECT_EQ(parsed.status.error().code(), "MalformedInput");
  std::string deep = "a";
  for (int i = 0; i < 100; ++i)
    deep += ".a";
  parsed =
      parse(cloudformation::CreateStack::kDescription, Protocol::kQuery, {.body = deep + "=1"});
  EXPECT_EQ(parsed.status.error().code(), "MalformedQueryString");
}

TEST(RestJson, LabelsQueryHeadersAndRawPayload) {
  const auto parsed =
      parse(lambda::Invoke::kDescription, Protocol::kRestJson,
            {.query = "Qualifier=live",
             .headers = {{"X-Amz-Invocation-Type", "Event"}, {"X-Amz-Client-Context", "e30="}},
             .labels = {{"FunctionName", "f"}},
             .body = "{ not even json"});
  ASSERT_TRUE(parsed.status.ok());
  const auto& input = input_of<lambda::Invoke>(parsed);
  EXPECT_EQ(input.function_name, "f");
  EXPECT_EQ(*input.qualifier, "live");
  EXPECT_EQ(*input.invocation_type, "Event");
  EXPECT_EQ(*input.payload, "{ not even json");
}

TEST(RestJson, StatusHeadersAndPayloadOfAnAnswer) {
  lambda::InvocationResponse output;
  output.status_code = 202;
  output.function_error = "Unhandled";
  output.payload = "\xff\x00raw";
  HttpResponse response =
      render_output(lambda::Invoke::kDescription, Protocol::kRestJson, &output, "r");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(find_header(response.headers, "X-Amz-Function-Error"), "Unhandled");
  lambda::InvocationResponse back;
  ASSERT_TRUE(
      parse_output(lambda::Invoke::kDescription, Protocol::kRestJson, std::move(response), &back)
          .ok());
  EXPECT_EQ(*back.status_code, 202);
  EXPECT_EQ(*back.payload, "\xff");  // a C string literal ends at its NUL
}

TEST(RestJson, QueryListsAndMaps) {
  lambda::UntagResourceRequest input;
  input.resource = "arn:aws:lambda:us-east-1:000000000000:function:f";
  input.tag_keys = {"a b", "c"};
  const auto back = round_trip_input<lambda::UntagResource>(input, Protocol::kRestJson,
                                                            {{"Resource", input.resource}});
  EXPECT_EQ(back.tag_keys, input.tag_keys);
  auto request = render_input(lambda::UntagResource::kDescription, Protocol::kRestJson, &input);
  EXPECT_EQ(request->path,
            "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af");
  EXPECT_EQ(request->query, "tagKeys=a%20b&tagKeys=c");
}

TEST(RestXml, ReadsListsInAnyNamespace) {
  const auto parsed = parse(
      s3::CompleteMultipartUpload::kDescription, Protocol::kRestXml,
      {.query = "uploadId=u",
       .labels = {{"Bucket", "b"}, {"Key", "k"}},
       .body =
           R"(<?xml version="1.0"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
         <Part><PartNumber> 1 </PartNumber><ETag>"x"</ETag></Part>
         <Part><ETag>&quot;y&quot;</ETag><PartNumber>2</PartNumber></Part></CompleteMultipartUpload>)"});
  ASSERT_TRUE(parsed.status.ok()) << parsed.status.ok();
  const auto& input = input_of<s3::CompleteMultipartUpload>(parsed);
  ASSERT_EQ(input.multipart_upload->parts->size(), 2u);
  EXPECT_EQ(*input.multipart_upload->parts->at(0).part_number, 1);
  EXPECT_EQ(*input.multipart_upload->parts->at(1).etag, "\"y\"");
}

TEST(RestXml, MalformedXmlIsS3sOwnError) {
  for (const char* body : {"<a", "<Delete><Object>", "<!DOCTYPE x [<!ENTITY e \"boom\">]><x>&e;"}) {
    auto parsed = parse(s3::DeleteObjects::kDescription, Protocol::kRestXml,
                        {.labels = {{"Bucket", "b"}}, .body = body});
    EXPECT_EQ(parsed.status.error().code(), "MalformedXML") << body;
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += "<a>";
  auto parsed = parse(s3::DeleteObjects::kDescription, Protocol::kRestXml,
                      {.labels = {{"Bucket", "b"}}, .body = deep});
  EXPECT_EQ(parsed.status.error().code(), "MalformedXML");
}

TEST(RestXml, PathsThatAreNoTextAreRefused) {
  for (const char* path : {"/b/%FF", "/b/%zz", "/b/%4", "/b/a%"}) {
    auto parsed = parse(s3::DeleteObject::kDescription, Protocol::kRestXml,
                        {.labels = {{"Bucket", "b"}, {"Key", "k"}}, .path = path});
    EXPECT_EQ(parsed.status.error().code(), "InvalidURI") << path;
  }
}

TEST(RestXml, RootsNamespacesAndFlattenedLists) {
  s3::ListObjectsV2Output output;
  output.name = "b";
  output.contents.emplace().push_back({.key = "a&\x01", .size = 3});
  HttpResponse response =
      render_output(s3::ListObjectsV2::kDescription, Protocol::kRestXml, &output, "r");
  EXPECT_EQ(response.body.bytes,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
            "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Contents><Key>a&amp;&#x1;</Key>"
            "<Size>3</Size></Contents><Name>b</Name></ListBucketResult>");
}

TEST(RestXml, TypesAsAttributes) {
  s3::GetBucketAclOutput output;
  output.grants.emplace().push_back(
      {.grantee = s3::Grantee{.id = "i", .type = "CanonicalUser"}, .permission = "FULL_CONTROL"});
  HttpResponse response =
      render_output(s3::GetBucketAcl::kDescription, Protocol::kRestXml, &output, "r");
  EXPECT_THAT(response.body.bytes,
              HasSubstr("<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                        "xsi:type=\"CanonicalUser\"><ID>i</ID></Grantee>"));
  s3::GetBucketAclOutput back;
  ASSERT_TRUE(
      parse_output(s3::GetBucketAcl::kDescription, Protocol::kRestXml, std::move(response), &back)
          .ok());
  EXPECT_EQ(back.grants->at(0).grantee->type, "CanonicalUser");
}

TEST(RestXml, BucketLocationIsABareElement) {
  s3::GetBucketLocationOutput output{.location_constraint = "eu-west-1"};
  HttpResponse response =
      render_output(s3::GetBucketLocation::kDescription, Protocol::kRestXml, &output, "r");
  EXPECT_THAT(response.body.bytes,
              HasSubstr("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                        "eu-west-1</LocationConstraint>"));
  EXPECT_EQ(
      *round_trip_output<s3::GetBucketLocation>(output, Protocol::kRestXml).location_constraint,
      "eu-west-1");
}

TEST(RestXml, StreamingBodyAndMetadataHeaders) {
  s3::PutObjectRequest input;
  input.bucket = "b";
  input.key = "a b/c";
  input.metadata.emplace()["x"] = "1";
  input.body.emplace().bytes = "data";
  auto request = render_input(s3::PutObject::kDescription, Protocol::kRestXml, &input);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->path, "/b/a%20b/c");
  EXPECT_EQ(find_header(request->headers, "x-amz-meta-x"), "1");
  EXPECT_EQ(request->body.bytes, "data");
  EXPECT_EQ(input.body->bytes, "data");
  EXPECT_TRUE(streams_input(s3::PutObject::kDescription));
  EXPECT_FALSE(streams_input(s3::DeleteObjects::kDescription));
}

TEST(RestXml, LateFailureIsAnError) {
  HttpResponse response;
  response.body.bytes = "<?xml version=\"1.0\"?><Error><Code>InternalError</Code></Error>";
  s3::CompleteMultipartUploadOutput output;
  Status status = parse_output(s3::CompleteMultipartUpload::kDescription, Protocol::kRestXml,
                               std::move(response), &output);
  EXPECT_EQ(status.error().code(), "InternalError");
  EXPECT_EQ(status.error().http_status(), 500);
}

TEST(Cbor, RoundTripsNumbersInstantsAndLists) {
  cloudwatch::PutMetricDataInput input;
  input.namespace_ = "n";
  auto& datum = input.metric_data.emplace().emplace_back();
  datum.metric_name = "m";
  datum.value = 1.25;
  datum.timestamp = Instant::from_ms(1421779325123);
  const auto back = round_trip_input<cloudwatch::PutMetricData>(input, Protocol::kRpcV2Cbor);
  EXPECT_EQ(back.metric_data->at(0).value, 1.25);
  EXPECT_EQ(back.metric_data->at(0).timestamp->ms(), 1421779325123);
  auto request =
      render_input(cloudwatch::PutMetricData::kDescription, Protocol::kRpcV2Cbor, &input);
  EXPECT_EQ(request->path, "/service/GraniteServiceVersion20100801/operation/PutMetricData");
}

TEST(Cbor, BadBytesAreAnError) {
  std::string deep(100'000, '\x81');
  for (const std::string& body : {std::string("\xa1"), std::string("\xff"),
                                  std::string("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
                                  std::string("\x7b\xff\xff\xff\xff\xff\xff\xff\xff"), deep}) {
    auto parsed =
        parse(cloudwatch::PutMetricData::kDescription, Protocol::kRpcV2Cbor, {.body = body});
    EXPECT_EQ(parsed.status.error().code(), "SerializationException");
  }
}

TEST(ScalarText, Numbers) {
  EXPECT_EQ(double_to_text(std::nan("")), "NaN");
  EXPECT_EQ(*double_from_text("-Infinity"), -INFINITY);
  EXPECT_FALSE(double_from_text("inf").ok());
  EXPECT_EQ(epoch_seconds_text(Instant::from_ms(-1500)), "-1.5");
  EXPECT_EQ(instant_from_text("Wed, 21 Oct 2015 07:28:00 GMT")->seconds(), 1445412480);
}

}  // namespace
}  // namespace millrace::aws
