// The permissions that S3's operations need: an action on the bucket or on the object, judged with
// the bucket's policy.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "svc/operation.h"
#include "svc/s3/object_io.h"

namespace millrace::s3 {

using AccessList = Result<std::vector<svc::Access>>;

// What conditions may ask about: "s3:prefix" -> value.
using AccessContext = std::map<std::string, std::vector<std::string>>;

// RestrictPublicBuckets is obeyed here: a public policy then counts for the owner's principals
// alone.
Result<svc::Access> access_to(Context& ctx, const Bucket& bucket, std::string action,
                              std::string_view key = {}, AccessContext context = {});

// Errors: those of open_bucket, so that a missing bucket is told before a missing permission.
AccessList bucket_access(Context& ctx, std::string_view bucket, std::string_view action,
                         AccessContext context = {});
AccessList object_access(Context& ctx, std::string_view bucket, std::string_view key,
                         std::string_view action);

// As handlers' `access`: on_bucket<kGetBucketPolicy>.
template <auto& Action, class In>
AccessList on_bucket(Context& ctx, const In& in) {
  return bucket_access(ctx, in.bucket, Action);
}
template <auto& Action, class In>
AccessList on_object(Context& ctx, const In& in) {
  return object_access(ctx, in.bucket, in.key, Action);
}

template <class In>
AccessList on_listing(Context& ctx, const In& in) {
  AccessContext context;
  if (in.prefix) context["s3:prefix"] = {*in.prefix};
  if (in.delimiter) context["s3:delimiter"] = {*in.delimiter};
  return bucket_access(ctx, in.bucket, "s3:ListBucket", std::move(context));
}

}  // namespace millrace::s3
