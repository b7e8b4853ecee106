// Block Public Access: whether a bucket's policy opens it to everybody, and what then is not
// allowed.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#pragma once

#include "codec/json.h"
#include "svc/s3/bucket.h"

namespace millrace::s3 {

// Whether a statement allows something to everybody without a condition. AWS also looks into
// conditions and calls some of them public; we call none of them public.
bool is_public_policy(const codec::Json& policy);

Result<bool> blocks_public_policy(store::Reader& reader, const Bucket& bucket);
Result<bool> restricts_public_bucket(store::Reader& reader, const Bucket& bucket);

}  // namespace millrace::s3
