#include "svc/lambda/code.h"

#include <fmt/format.h>

#include "aws/body.h"
#include "aws/s3.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "sandbox/function_host.h"
#include "svc/lambda/limits.h"

namespace millrace::lambda {
namespace {

Error invalid(std::string message) {
  return api::errors::invalid_parameter_value_exception(std::move(message));
}

Result<std::string> fetch_from_s3(svc::Context& ctx, const CodeSource& source) {
  aws::s3::GetObject::Input in;
  in.bucket = *source.s3_bucket;
  in.key = *source.s3_key;
  in.version_id = source.s3_object_version;
  auto object = ctx.call<aws::s3::GetObject>(in);
  if (!object.ok()) {
    return invalid(
        fmt::format("Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
                    object.error().code(), object.error().message()));
  }
  if (!object->body) return invalid("Uploaded file must be a non-empty zip");
  if (object->body->size() > static_cast<uint64_t>(limits::kCodeSizeUnzippedMax)) {
    return invalid(
        fmt::format("Unzipped size must be smaller than {} bytes", limits::kCodeSizeUnzippedMax));
  }
  return aws::read_whole(*object->body);
}

}  // namespace

Result<Code> fetch_code(svc::Context& ctx, const CodeSource& source) {
  Code code;
  bool has_s3 = source.s3_bucket || source.s3_key;
  if (source.zip_file && has_s3) {
    return invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.");
  }
  if (source.zip_file) {
    if (source.zip_file->size() > static_cast<size_t>(limits::kCodeSizeZippedMax)) {
      return Error("RequestEntityTooLargeException", 413,
                   "Request must be smaller than 70167211 bytes for the CreateFunction operation");
    }
    code.zip = *source.zip_file;
  } else if (source.s3_bucket && source.s3_key) {
    MR_ASSIGN(code.zip, fetch_from_s3(ctx, source));
  } else if (has_s3) {
    return invalid("Please provide both S3Bucket and S3Key.");
  } else {
    return invalid("Please provide a source for function code.");
  }
  std::string digest = sha256(code.zip);
  code.sha256_hex = hex_encode(digest);
  code.sha256_base64 = base64_encode(digest);
  // Unpacking is also how it is checked.
  if (ctx.ports().code_cache)
    MR_TRY([&]() -> Status {
      auto unpacked = ctx.ports().code_cache->unpack(code.sha256_hex, code.zip);
      return unpacked.ok() ? ok_status() : Status(std::move(unpacked).error());
    }());
  return code;
}

Status store_code(svc::Context& ctx, const Code& code, FunctionRow& row) {
  const std::string& name = *row.config.function_name;
  MR_TRY(save_code(ctx.txn(), ctx.scope(), code.sha256_hex, code.zip));
  if (!row.code_sha256.empty() && row.code_sha256 != code.sha256_hex) {
    MR_TRY(release_code(ctx.txn(), ctx.scope(), row.code_sha256, name, kLatest));
  }
  use_code(ctx.txn(), ctx.scope(), code.sha256_hex, name, kLatest);
  row.code_sha256 = code.sha256_hex;
  row.config.code_sha256 = code.sha256_base64;
  row.config.code_size = static_cast<int64_t>(code.zip.size());
  return ok_status();
}

}  // namespace millrace::lambda
