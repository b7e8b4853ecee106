#include "base/log.h"
#include "svc/meter.h"
#include "svc/s3/access.h"
#include "svc/s3/blob.h"
#include "svc/s3/notification.h"
#include "svc/s3/operations.h"
#include "svc/s3/s3.h"

namespace millrace::s3 {
namespace {

// REQUIRES of all below: the actions of
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
#define MR_S3_ACTION(name) inline constexpr char k##name[] = "s3:" #name
MR_S3_ACTION(AbortMultipartUpload);
MR_S3_ACTION(DeleteBucket);
MR_S3_ACTION(DeleteBucketPolicy);
MR_S3_ACTION(DeleteObject);
MR_S3_ACTION(DeleteObjectTagging);
MR_S3_ACTION(GetBucketAcl);
MR_S3_ACTION(GetBucketCORS);
MR_S3_ACTION(GetBucketLocation);
MR_S3_ACTION(GetBucketNotification);
MR_S3_ACTION(GetBucketOwnershipControls);
MR_S3_ACTION(GetBucketPolicy);
MR_S3_ACTION(GetBucketPublicAccessBlock);
MR_S3_ACTION(GetBucketTagging);
MR_S3_ACTION(GetBucketVersioning);
MR_S3_ACTION(GetEncryptionConfiguration);
MR_S3_ACTION(GetLifecycleConfiguration);
MR_S3_ACTION(GetObject);
MR_S3_ACTION(GetObjectAttributes);
MR_S3_ACTION(GetObjectTagging);
MR_S3_ACTION(ListBucket);
MR_S3_ACTION(ListBucketMultipartUploads);
MR_S3_ACTION(ListMultipartUploadParts);
MR_S3_ACTION(PutBucketCORS);
MR_S3_ACTION(PutBucketNotification);
MR_S3_ACTION(PutBucketOwnershipControls);
MR_S3_ACTION(PutBucketPolicy);
MR_S3_ACTION(PutBucketPublicAccessBlock);
MR_S3_ACTION(PutBucketTagging);
MR_S3_ACTION(PutBucketVersioning);
MR_S3_ACTION(PutEncryptionConfiguration);
MR_S3_ACTION(PutLifecycleConfiguration);
MR_S3_ACTION(PutObject);
MR_S3_ACTION(PutObjectTagging);
#undef MR_S3_ACTION

AccessList create_access(Context&, const ops::CreateBucketRequest& in) {
  return std::vector<svc::Access>{
      {.action = "s3:CreateBucket", .resource = "arn:aws:s3:::" + in.bucket}};
}

AccessList list_buckets_access(Context&, const ops::ListBucketsRequest&) {
  return std::vector<svc::Access>{{.action = "s3:ListAllMyBuckets", .resource = "*"}};
}

AccessList versions_access(Context& ctx, const ops::ListObjectVersionsRequest& in) {
  AccessContext context;
  if (in.prefix) context["s3:prefix"] = {*in.prefix};
  return bucket_access(ctx, in.bucket, "s3:ListBucketVersions", std::move(context));
}

AccessList location_access(Context& ctx, const ops::GetBucketLocationRequest& in) {
  MR_ASSIGN(std::optional<Bucket> bucket, find_bucket(ctx.txn(), in.bucket));
  if (!bucket) return no_such_bucket(in.bucket);
  MR_ASSIGN(svc::Access access, access_to(ctx, *bucket, kGetBucketLocation));
  return std::vector{std::move(access)};
}

// Reading the source and writing the copy.
template <class In>
AccessList copy_access(Context& ctx, const In& in) {
  MR_ASSIGN(SourceName source, parse_copy_source(in.copy_source));
  MR_ASSIGN(std::optional<Bucket> bucket, find_bucket(ctx.txn(), source.bucket));
  if (!bucket) return no_such_bucket(source.bucket);
  MR_ASSIGN(svc::Access reading, access_to(ctx, *bucket, kGetObject, source.key));
  MR_ASSIGN(std::vector<svc::Access> all, object_access(ctx, in.bucket, in.key, kPutObject));
  all.push_back(std::move(reading));
  return all;
}

// Counts a request for `millrace cost`, once, when it has succeeded.
template <class Op, auto Run, auto& MeterName>
Result<typename Op::Output> metered(Context& ctx, const typename Op::Input& in) {
  if (svc::Meter* meter = ctx.ports().meter) {
    ctx.after_commit([meter, scope = ctx.scope()] { meter->count(scope, MeterName, 1); });
  }
  return Run(ctx, in);
}

using svc::meters::kS3Reads;
using svc::meters::kS3Writes;

template <class Op, auto Run, auto& MeterName>
void add(svc::Registry& r,
         Result<std::vector<svc::Access>> (*access)(Context&, const typename Op::Input&),
         bool blocking = false) {
  r.add<Op>({.run = metered<Op, Run, MeterName>, .access = access, .blocking = blocking});
}

// Runs on the worker pool: waits for files, or reads many keys.
constexpr bool kOnFiles = true;
constexpr bool kManyKeys = true;

void register_objects(svc::Registry& r) {
  add<ops::PutObject, put_object, kS3Writes>(r, on_object<kPutObject>, kOnFiles);
  add<ops::GetObject, get_object, kS3Reads>(r, on_object<kGetObject>, kOnFiles);
  add<ops::HeadObject, head_object, kS3Reads>(r, on_object<kGetObject>);
  add<ops::GetObjectAttributes, get_object_attributes, kS3Reads>(r,
                                                                 on_object<kGetObjectAttributes>);
  add<ops::CopyObject, copy_object, kS3Writes>(r, copy_access, kOnFiles);
  add<ops::GetObjectTagging, get_object_tagging, kS3Reads>(r, on_object<kGetObjectTagging>);
  add<ops::PutObjectTagging, put_object_tagging, kS3Writes>(r, on_object<kPutObjectTagging>);
  // Deleting costs nothing.
  r.add<ops::DeleteObject>({.run = delete_object, .access = on_object<kDeleteObject>});
  // Asks for each key itself.
  r.add<ops::DeleteObjects>({.run = delete_objects, .blocking = kManyKeys});
  r.add<ops::DeleteObjectTagging>(
      {.run = delete_object_tagging, .access = on_object<kDeleteObjectTagging>});
}

void register_multipart(svc::Registry& r) {
  add<ops::CreateMultipartUpload, create_multipart_upload, kS3Writes>(r, on_object<kPutObject>);
  add<ops::UploadPart, upload_part, kS3Writes>(r, on_object<kPutObject>, kOnFiles);
  add<ops::UploadPartCopy, upload_part_copy, kS3Writes>(r, copy_access, kOnFiles);
  add<ops::CompleteMultipartUpload, complete_multipart_upload, kS3Writes>(r, on_object<kPutObject>,
                                                                          kOnFiles);
  add<ops::ListParts, list_parts, kS3Writes>(r, on_object<kListMultipartUploadParts>);
  add<ops::ListMultipartUploads, list_multipart_uploads, kS3Writes>(
      r, on_bucket<kListBucketMultipartUploads>);
  r.add<ops::AbortMultipartUpload>(
      {.run = abort_multipart_upload, .access = on_object<kAbortMultipartUpload>});
}

void register_buckets(svc::Registry& r) {
  add<ops::CreateBucket, create_bucket, kS3Writes>(r, create_access);
  add<ops::ListBuckets, list_buckets, kS3Writes>(r, list_buckets_access);
  add<ops::HeadBucket, head_bucket, kS3Reads>(r, on_bucket<kListBucket>);
  add<ops::GetBucketLocation, get_bucket_location, kS3Reads>(r, location_access);
  add<ops::GetBucketAcl, get_bucket_acl, kS3Reads>(r, on_bucket<kGetBucketAcl>);
  add<ops::ListObjects, list_objects, kS3Writes>(r, on_listing);
  add<ops::ListObjectsV2, list_objects_v2, kS3Writes>(r, on_listing);
  add<ops::ListObjectVersions, list_object_versions, kS3Writes>(r, versions_access);
  r.add<ops::DeleteBucket>({.run = delete_bucket, .access = on_bucket<kDeleteBucket>});
}

void register_configs(svc::Registry& r) {
  add<ops::PutBucketCors, put_bucket_cors, kS3Writes>(r, on_bucket<kPutBucketCORS>);
  add<ops::GetBucketCors, get_bucket_cors, kS3Reads>(r, on_bucket<kGetBucketCORS>);
  r.add<ops::DeleteBucketCors>({.run = delete_bucket_cors, .access = on_bucket<kPutBucketCORS>});
  add<ops::PutBucketEncryption, put_bucket_encryption, kS3Writes>(
      r, on_bucket<kPutEncryptionConfiguration>);
  add<ops::GetBucketEncryption, get_bucket_encryption, kS3Reads>(
      r, on_bucket<kGetEncryptionConfiguration>);
  r.add<ops::DeleteBucketEncryption>(
      {.run = delete_bucket_encryption, .access = on_bucket<kPutEncryptionConfiguration>});
  add<ops::PutBucketLifecycleConfiguration, put_bucket_lifecycle_configuration, kS3Writes>(
      r, on_bucket<kPutLifecycleConfiguration>);
  add<ops::GetBucketLifecycleConfiguration, get_bucket_lifecycle_configuration, kS3Reads>(
      r, on_bucket<kGetLifecycleConfiguration>);
  r.add<ops::DeleteBucketLifecycle>(
      {.run = delete_bucket_lifecycle, .access = on_bucket<kPutLifecycleConfiguration>});
  add<ops::PutBucketNotificationConfiguration, put_bucket_notification_configuration, kS3Writes>(
      r, on_bucket<kPutBucketNotification>);
  add<ops::GetBucketNotificationConfiguration, get_bucket_notification_configuration, kS3Reads>(
      r, on_bucket<kGetBucketNotification>);
  add<ops::PutBucketOwnershipControls, put_bucket_ownership_controls, kS3Writes>(
      r, on_bucket<kPutBucketOwnershipControls>);
  add<ops::GetBucketOwnershipControls, get_bucket_ownership_controls, kS3Reads>(
      r, on_bucket<kGetBucketOwnershipControls>);
  r.add<ops::DeleteBucketOwnershipControls>(
      {.run = delete_bucket_ownership_controls, .access = on_bucket<kPutBucketOwnershipControls>});
  add<ops::PutBucketPolicy, put_bucket_policy, kS3Writes>(r, on_bucket<kPutBucketPolicy>);
  add<ops::GetBucketPolicy, get_bucket_policy, kS3Reads>(r, on_bucket<kGetBucketPolicy>);
  r.add<ops::DeleteBucketPolicy>(
      {.run = delete_bucket_policy, .access = on_bucket<kDeleteBucketPolicy>});
  add<ops::PutBucketTagging, put_bucket_tagging, kS3Writes>(r, on_bucket<kPutBucketTagging>);
  add<ops::GetBucketTagging, get_bucket_tagging, kS3Reads>(r, on_bucket<kGetBucketTagging>);
  r.add<ops::DeleteBucketTagging>(
      {.run = delete_bucket_tagging, .access = on_bucket<kPutBucketTagging>});
  add<ops::PutBucketVersioning, put_bucket_versioning, kS3Writes>(r,
                                                                  on_bucket<kPutBucketVersioning>);
  add<ops::GetBucketVersioning, get_bucket_versioning, kS3Reads>(r,
                                                                 on_bucket<kGetBucketVersioning>);
  add<ops::PutPublicAccessBlock, put_public_access_block, kS3Writes>(
      r, on_bucket<kPutBucketPublicAccessBlock>);
  add<ops::GetPublicAccessBlock, get_public_access_block, kS3Reads>(
      r, on_bucket<kGetBucketPublicAccessBlock>);
  r.add<ops::DeletePublicAccessBlock>(
      {.run = delete_public_access_block, .access = on_bucket<kPutBucketPublicAccessBlock>});
}

}  // namespace

void register_operations(svc::Registry& registry) {
  register_objects(registry);
  register_multipart(registry);
  register_buckets(registry);
  register_configs(registry);
}

Status prepare(const std::string& data_dir) { return prepare_objects_dir(data_dir); }

void finish_last_run(const svc::Ports& ports) {
  auto finish = [&ports] {
    for (const Status& status : {deliver_pending_events(ports), collect_orphans(ports)}) {
      if (!status.ok()) spdlog::error("S3: {}", status.error().message());
    }
  };
  ports.runner->post(finish);
}

}  // namespace millrace::s3
