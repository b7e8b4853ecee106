// Every S3 operation we have: one function, one file named after it, registered in register.cc.
#pragma once

#include "aws/s3.h"
#include "svc/operation.h"

namespace millrace::s3 {

using svc::Context;
namespace ops = aws::s3;

Result<ops::AbortMultipartUpload::Output> abort_multipart_upload(
    Context& ctx, const ops::AbortMultipartUploadRequest& in);
Result<ops::CompleteMultipartUpload::Output> complete_multipart_upload(
    Context& ctx, const ops::CompleteMultipartUploadRequest& in);
Result<ops::CopyObject::Output> copy_object(Context& ctx, const ops::CopyObjectRequest& in);
Result<ops::CreateBucket::Output> create_bucket(Context& ctx, const ops::CreateBucketRequest& in);
Result<ops::CreateMultipartUpload::Output> create_multipart_upload(
    Context& ctx, const ops::CreateMultipartUploadRequest& in);
Result<ops::DeleteBucket::Output> delete_bucket(Context& ctx, const ops::DeleteBucketRequest& in);
Result<ops::DeleteBucketCors::Output> delete_bucket_cors(Context& ctx,
                                                         const ops::DeleteBucketCorsRequest& in);
Result<ops::DeleteBucketEncryption::Output> delete_bucket_encryption(
    Context& ctx, const ops::DeleteBucketEncryptionRequest& in);
Result<ops::DeleteBucketLifecycle::Output> delete_bucket_lifecycle(
    Context& ctx, const ops::DeleteBucketLifecycleRequest& in);
Result<ops::DeleteBucketOwnershipControls::Output> delete_bucket_ownership_controls(
    Context& ctx, const ops::DeleteBucketOwnershipControlsRequest& in);
Result<ops::DeleteBucketPolicy::Output> delete_bucket_policy(
    Context& ctx, const ops::DeleteBucketPolicyRequest& in);
Result<ops::DeleteBucketTagging::Output> delete_bucket_tagging(
    Context& ctx, const ops::DeleteBucketTaggingRequest& in);
Result<ops::DeleteObject::Output> delete_object(Context& ctx, const ops::DeleteObjectRequest& in);
Result<ops::DeleteObjectTagging::Output> delete_object_tagging(
    Context& ctx, const ops::DeleteObjectTaggingRequest& in);
Result<ops::DeleteObjects::Output> delete_objects(Context& ctx,
                                                  const ops::DeleteObjectsRequest& in);
Result<ops::DeletePublicAccessBlock::Output> delete_public_access_block(
    Context& ctx, const ops::DeletePublicAccessBlockRequest& in);
Result<ops::GetBucketAcl::Output> get_bucket_acl(Context& ctx, const ops::GetBucketAclRequest& in);
Result<ops::GetBucketCors::Output> get_bucket_cors(Context& ctx,
                                                   const ops::GetBucketCorsRequest& in);
Result<ops::GetBucketEncryption::Output> get_bucket_encryption(
    Context& ctx, const ops::GetBucketEncryptionRequest& in);
Result<ops::GetBucketLifecycleConfiguration::Output> get_bucket_lifecycle_configuration(
    Context& ctx, const ops::GetBucketLifecycleConfigurationRequest& in);
Result<ops::GetBucketLocation::Output> get_bucket_location(Context& ctx,
                                                           const ops::GetBucketLocationRequest& in);
Result<ops::GetBucketNotificationConfiguration::Output> get_bucket_notification_configuration(
    Context& ctx, const ops::GetBucketNotificationConfigurationRequest& in);
Result<ops::GetBucketOwnershipControls::Output> get_bucket_ownership_controls(
    Context& ctx, const ops::GetBucketOwnershipControlsRequest& in);
Result<ops::GetBucketPolicy::Output> get_bucket_policy(Context& ctx,
                                                       const ops::GetBucketPolicyRequest& in);
Result<ops::GetBucketTagging::Output> get_bucket_tagging(Context& ctx,
                                                         const ops::GetBucketTaggingRequest& in);
Result<ops::GetBucketVersioning::Output> get_bucket_versioning(
    Context& ctx, const ops::GetBucketVersioningRequest& in);
Result<ops::GetObject::Output> get_object(Context& ctx, const ops::GetObjectRequest& in);
Result<ops::GetObjectAttributes::Output> get_object_attributes(
    Context& ctx, const ops::GetObjectAttributesRequest& in);
Result<ops::GetObjectTagging::Output> get_object_tagging(Context& ctx,
                                                         const ops::GetObjectTaggingRequest& in);
Result<ops::GetPublicAccessBlock::Output> get_public_access_block(
    Context& ctx, const ops::GetPublicAccessBlockRequest& in);
Result<ops::HeadBucket::Output> head_bucket(Context& ctx, const ops::HeadBucketRequest& in);
Result<ops::HeadObject::Output> head_object(Context& ctx, const ops::HeadObjectRequest& in);
Result<ops::ListBuckets::Output> list_buckets(Context& ctx, const ops::ListBucketsRequest& in);
Result<ops::ListMultipartUploads::Output> list_multipart_uploads(
    Context& ctx, const ops::ListMultipartUploadsRequest& in);
Result<ops::ListObjectVersions::Output> list_object_versions(
    Context& ctx, const ops::ListObjectVersionsRequest& in);
Result<ops::ListObjects::Output> list_objects(Context& ctx, const ops::ListObjectsRequest& in);
Result<ops::ListObjectsV2::Output> list_objects_v2(Context& ctx,
                                                   const ops::ListObjectsV2Request& in);
Result<ops::ListParts::Output> list_parts(Context& ctx, const ops::ListPartsRequest& in);
Result<ops::PutBucketCors::Output> put_bucket_cors(Context& ctx,
                                                   const ops::PutBucketCorsRequest& in);
Result<ops::PutBucketEncryption::Output> put_bucket_encryption(
    Context& ctx, const ops::PutBucketEncryptionRequest& in);
Result<ops::PutBucketLifecycleConfiguration::Output> put_bucket_lifecycle_configuration(
    Context& ctx, const ops::PutBucketLifecycleConfigurationRequest& in);
Result<ops::PutBucketNotificationConfiguration::Output> put_bucket_notification_configuration(
    Context& ctx, const ops::PutBucketNotificationConfigurationRequest& in);
Result<ops::PutBucketOwnershipControls::Output> put_bucket_ownership_controls(
    Context& ctx, const ops::PutBucketOwnershipControlsRequest& in);
Result<ops::PutBucketPolicy::Output> put_bucket_policy(Context& ctx,
                                                       const ops::PutBucketPolicyRequest& in);
Result<ops::PutBucketTagging::Output> put_bucket_tagging(Context& ctx,
                                                         const ops::PutBucketTaggingRequest& in);
Result<ops::PutBucketVersioning::Output> put_bucket_versioning(
    Context& ctx, const ops::PutBucketVersioningRequest& in);
Result<ops::PutObject::Output> put_object(Context& ctx, const ops::PutObjectRequest& in);
Result<ops::PutObjectTagging::Output> put_object_tagging(Context& ctx,
                                                         const ops::PutObjectTaggingRequest& in);
Result<ops::PutPublicAccessBlock::Output> put_public_access_block(
    Context& ctx, const ops::PutPublicAccessBlockRequest& in);
Result<ops::UploadPart::Output> upload_part(Context& ctx, const ops::UploadPartRequest& in);
Result<ops::UploadPartCopy::Output> upload_part_copy(Context& ctx,
                                                     const ops::UploadPartCopyRequest& in);

}  // namespace millrace::s3
