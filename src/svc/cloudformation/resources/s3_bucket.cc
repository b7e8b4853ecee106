#include <algorithm>

#include "aws/s3.h"
#include "base/encoding.h"
#include "svc/cloudformation/resources/all.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucket.html
namespace {

namespace s3 = aws::s3;
using codec::Json;

constexpr PropertyRule kProperties[] = {
    {.name = "BucketName", .on_change = OnChange::kReplace},
    {.name = "AccessControl"},
    {.name = "BucketEncryption", .nested = "ServerSideEncryptionConfiguration"},
    {.name = "PublicAccessBlockConfiguration",
     .nested = "BlockPublicAcls,BlockPublicPolicy,IgnorePublicAcls,RestrictPublicBuckets"},
    {.name = "VersioningConfiguration", .nested = "Status"},
    {.name = "OwnershipControls", .nested = "Rules"},
    {.name = "CorsConfiguration", .nested = "CorsRules"},
    {.name = "LifecycleConfiguration", .nested = "Rules"},
    {.name = "NotificationConfiguration", .nested = "LambdaConfigurations"},
    {.name = "Tags", .nested = "Key,Value"},
};
constexpr std::string_view kAttributes[] = {"Arn", "DomainName", "RegionalDomainName",
                                            "DualStackDomainName", "WebsiteURL"};

// The member of the operation's input that the property is about, from a value in the API's own
// words.
template <class Op, class T>
Status fill(const char* member_name, const Json& value, const std::string& path, T& target) {
  const aws::Member* member = Op::kDescription.input->find_member(member_name);
  CHECK(member != nullptr);
  MR_ASSIGN(Json document, to_model(*member->shape, value, path));
  return svc::from_document(*member->shape, document, &target);
}

// Renames members of every object in a list.
Json renamed(const Json* list,
             std::initializer_list<std::pair<std::string_view, const char*>> names) {
  Json out = Json::array();
  if (list == nullptr || !list->is_array()) return out;
  for (const Json& one : *list->as_array()) {
    Json object = Json::object();
    for (const auto& [name, value] : *one.as_object()) {
      auto it = std::find_if(names.begin(), names.end(),
                             [&](const auto& pair) { return pair.first == name; });
      object.set(it == names.end() ? name : it->second, value);
    }
    out.push(std::move(object));
  }
  return out;
}

Status put_encryption(ResourceStep& step, const std::string& bucket, const Json* before) {
  const Json* property = step.properties.find("BucketEncryption");
  if (property == nullptr) {
    if (before == nullptr) return ok_status();
    return ignore_missing(step.ctx.call<s3::DeleteBucketEncryption>({.bucket = bucket}));
  }
  Json value = Json::object();
  value.set("Rules",
            renamed(property->find("ServerSideEncryptionConfiguration"),
                    {{"ServerSideEncryptionByDefault", "ApplyServerSideEncryptionByDefault"}}));
  s3::PutBucketEncryptionRequest input{.bucket = bucket};
  MR_TRY(fill<s3::PutBucketEncryption>("ServerSideEncryptionConfiguration", value,
                                       "#/BucketEncryption",
                                       input.server_side_encryption_configuration));
  MR_TRY(step.ctx.call<s3::PutBucketEncryption>(input));
  return ok_status();
}

Status put_access_block(ResourceStep& step, const std::string& bucket, const Json* before) {
  const Json* property = step.properties.find("PublicAccessBlockConfiguration");
  if (property == nullptr) {
    if (before == nullptr) return ok_status();
    return ignore_missing(step.ctx.call<s3::DeletePublicAccessBlock>({.bucket = bucket}));
  }
  s3::PutPublicAccessBlockRequest input{.bucket = bucket};
  MR_TRY(fill<s3::PutPublicAccessBlock>("PublicAccessBlockConfiguration", *property,
                                        "#/PublicAccessBlockConfiguration",
                                        input.public_access_block_configuration));
  MR_TRY(step.ctx.call<s3::PutPublicAccessBlock>(input));
  return ok_status();
}

Status put_versioning(ResourceStep& step, const std::string& bucket) {
  const Json* property = step.properties.find("VersioningConfiguration");
  if (property == nullptr) return ok_status();
  s3::PutBucketVersioningRequest input{.bucket = bucket};
  MR_TRY(fill<s3::PutBucketVersioning>("VersioningConfiguration", *property,
                                       "#/VersioningConfiguration",
                                       input.versioning_configuration));
  MR_TRY(step.ctx.call<s3::PutBucketVersioning>(input));
  return ok_status();
}

Status put_ownership(ResourceStep& step, const std::string& bucket, const Json* before) {
  const Json* property = step.properties.find("OwnershipControls");
  if (property == nullptr) {
    if (before == nullptr) return ok_status();
    return ignore_missing(step.ctx.call<s3::DeleteBucketOwnershipControls>({.bucket = bucket}));
  }
  s3::PutBucketOwnershipControlsRequest input{.bucket = bucket};
  MR_TRY(fill<s3::PutBucketOwnershipControls>("OwnershipControls", *property, "#/OwnershipControls",
                                              input.ownership_controls));
  MR_TRY(step.ctx.call<s3::PutBucketOwnershipControls>(input));
  return ok_status();
}

Status put_cors(ResourceStep& step, const std::string& bucket, const Json* before) {
  const Json* property = step.properties.find("CorsConfiguration");
  if (property == nullptr) {
    if (before == nullptr) return ok_status();
    return ignore_missing(step.ctx.call<s3::DeleteBucketCors>({.bucket = bucket}));
  }
  Json value = Json::object();
  value.set(
      "CORSRules",
      renamed(property->find("CorsRules"),
              {{"Id", "ID"}, {"MaxAge", "MaxAgeSeconds"}, {"ExposedHeaders", "ExposeHeaders"}}));
  s3::PutBucketCorsRequest input{.bucket = bucket};
  MR_TRY(fill<s3::PutBucketCors>("CORSConfiguration", value, "#/CorsConfiguration",
                                 input.cors_configuration));
  MR_TRY(step.ctx.call<s3::PutBucketCors>(input));
  return ok_status();
}

Json lifecycle_rule(const Json& rule) {
  Json out = Json::object();
  for (const auto& [name, value] : *rule.as_object()) {
    if (name == "Id") {
      out.set("ID", value);
    } else if (name == "Prefix") {
      Json filter = Json::object();
      filter.set("Prefix", value);
      out.set("Filter", std::move(filter));
    } else if (name == "ExpirationInDays") {
      Json expiration = Json::object();
      expiration.set("Days", value);
      out.set("Expiration", std::move(expiration));
    } else if (name == "NoncurrentVersionExpirationInDays") {
      Json expiration = Json::object();
      expiration.set("NoncurrentDays", value);
      out.set("NoncurrentVersionExpiration", std::move(expiration));
    } else {
      out.set(name, value);
    }
  }
  if (out.find("Filter") == nullptr) {
    Json filter = Json::object();
    filter.set("Prefix", "");
    out.set("Filter", std::move(filter));
  }
  return out;
}

Status put_lifecycle(ResourceStep& step, const std::string& bucket, const Json* before) {
  const Json* property = step.properties.find("LifecycleConfiguration");
  if (property == nullptr) {
    if (before == nullptr) return ok_status();
    return ignore_missing(step.ctx.call<s3::DeleteBucketLifecycle>({.bucket = bucket}));
  }
  Json rules = Json::array();
  if (const Json* list = property->find("Rules"); list != nullptr && list->is_array()) {
    for (const Json& rule : *list->as_array())
      rules.push(lifecycle_rule(rule));
  }
  Json value = Json::object();
  value.set("Rules", std::move(rules));
  s3::PutBucketLifecycleConfigurationRequest input{.bucket = bucket};
  input.lifecycle_configuration.emplace();
  MR_TRY(fill<s3::PutBucketLifecycleConfiguration>(
      "LifecycleConfiguration", value, "#/LifecycleConfiguration", *input.lifecycle_configuration));
  MR_TRY(step.ctx.call<s3::PutBucketLifecycleConfiguration>(input));
  return ok_status();
}

// What a notification says that we would not pass on.
Status check_notification(const Json& property) {
  const Json* list = property.find("LambdaConfigurations");
  if (list == nullptr || !list->is_array()) return ok_status();
  for (const Json& one : *list->as_array()) {
    for (const auto& [name, value] : *one.as_object()) {
      if (name == "Function" || name == "Event") continue;
      bool rules_only = name == "Filter" && value.find("S3Key") != nullptr &&
                        value.as_object()->size() == 1 &&
                        value.find("S3Key")->find("Rules") != nullptr;
      if (rules_only) continue;
      return Error("ValidationError", 400,
                   "#/NotificationConfiguration/LambdaConfigurations: extraneous key [" + name +
                       "] is not permitted (Millrace does not support it)");
    }
  }
  return ok_status();
}

Json notification_of(const Json& property) {
  Json functions = Json::array();
  const Json* list = property.find("LambdaConfigurations");
  if (list != nullptr && list->is_array()) {
    for (const Json& one : *list->as_array()) {
      Json function = Json::object();
      if (const Json* arn = one.find("Function")) function.set("LambdaFunctionArn", *arn);
      if (const Json* event = one.find("Event")) function.set("Events", Json::Array{*event});
      const Json* filter = one.find("Filter");
      const Json* key = filter == nullptr ? nullptr : filter->find("S3Key");
      if (key != nullptr) {
        Json key_filter = Json::object();
        key_filter.set("FilterRules", renamed(key->find("Rules"), {}));
        Json out = Json::object();
        out.set("Key", std::move(key_filter));
        function.set("Filter", std::move(out));
      }
      functions.push(std::move(function));
    }
  }
  Json value = Json::object();
  value.set("LambdaFunctionConfigurations", std::move(functions));
  return value;
}

Status put_notification(ResourceStep& step, const std::string& bucket, const Json* before) {
  const Json* property = step.properties.find("NotificationConfiguration");
  if (property == nullptr && before == nullptr) return ok_status();
  s3::PutBucketNotificationConfigurationRequest input{.bucket = bucket};
  if (property != nullptr) {
    MR_TRY(check_notification(*property));
    MR_TRY(fill<s3::PutBucketNotificationConfiguration>(
        "NotificationConfiguration", notification_of(*property), "#/NotificationConfiguration",
        input.notification_configuration));
  }
  MR_TRY(step.ctx.call<s3::PutBucketNotificationConfiguration>(input));
  return ok_status();
}

Status put_tags(ResourceStep& step, const std::string& bucket) {
  Tags tags = all_tags(step);
  s3::PutBucketTaggingRequest input{.bucket = bucket};
  for (auto& [key, value] : tags)
    input.tagging.tag_set.push_back({key, value});
  MR_TRY(step.ctx.call<s3::PutBucketTagging>(input));
  return ok_status();
}

// `before` is null for a new bucket.
Status configure(ResourceStep& step, const std::string& bucket, const Json& before) {
  std::string acl = step.text("AccessControl", "Private");
  if (acl != "Private") {
    return Error("ValidationError", 400,
                 "#/AccessControl: only Private is supported by Millrace, which enforces the "
                 "bucket owner");
  }
  MR_TRY(put_encryption(step, bucket, before.find("BucketEncryption")));
  MR_TRY(put_access_block(step, bucket, before.find("PublicAccessBlockConfiguration")));
  MR_TRY(put_versioning(step, bucket));
  MR_TRY(put_ownership(step, bucket, before.find("OwnershipControls")));
  MR_TRY(put_cors(step, bucket, before.find("CorsConfiguration")));
  MR_TRY(put_lifecycle(step, bucket, before.find("LifecycleConfiguration")));
  MR_TRY(put_tags(step, bucket));
  return put_notification(step, bucket, before.find("NotificationConfiguration"));
}

ResourceState state_of(ResourceStep& step, const std::string& bucket) {
  const std::string& region = step.ctx.region();
  ResourceState state{.physical_id = bucket};
  state.attributes.set("Arn", "arn:aws:s3:::" + bucket);
  state.attributes.set("DomainName", bucket + ".s3.amazonaws.com");
  state.attributes.set("RegionalDomainName", bucket + ".s3." + region + ".amazonaws.com");
  state.attributes.set("DualStackDomainName",
                       bucket + ".s3.dualstack." + region + ".amazonaws.com");
  state.attributes.set("WebsiteURL",
                       "http://" + bucket + ".s3-website-" + region + ".amazonaws.com");
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  s3::CreateBucketRequest input;
  input.bucket = step.text("BucketName", ascii_lower(step.generated_name(63)));
  if (step.ctx.region() != "us-east-1") {
    input.create_bucket_configuration.emplace();
    input.create_bucket_configuration->location_constraint = step.ctx.region();
  }
  // In us-east-1 making a bucket that one has already succeeds; a stack must not take it over.
  if (step.ctx.call<s3::HeadBucket>({.bucket = input.bucket}).ok()) {
    return Error("BucketAlreadyOwnedByYou", 409, input.bucket + " already exists");
  }
  MR_TRY(step.ctx.call<s3::CreateBucket>(input));
  MR_TRY(configure(step, input.bucket, Json::object()));
  return state_of(step, input.bucket);
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(configure(step, before.physical_id, before.properties));
  return state_of(step, before.physical_id);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<s3::DeleteBucket>({.bucket = before.physical_id}));
}

}  // namespace

const ResourceType kS3Bucket = {.name = "AWS::S3::Bucket",
                                .properties = kProperties,
                                .attributes = kAttributes,
                                .tagging = Tagging::kStackAndSystem,
                                .name_property = "BucketName",
                                .create = create,
                                .update = update,
                                .remove = remove};

}  // namespace millrace::cloudformation
