// A function's archive on its way in: from the request or from S3, checked, unpacked, stored.
#pragma once

#include <optional>
#include <string>

#include "svc/lambda/records.h"

namespace millrace::lambda {

struct CodeSource {
  std::optional<std::string> zip_file, s3_bucket, s3_key, s3_object_version;
};

struct Code {
  std::string zip;
  std::string sha256_hex;
  std::string sha256_base64;
};

// Blocks on disk. Errors: InvalidParameterValueException in AWS's words.
Result<Code> fetch_code(svc::Context& ctx, const CodeSource& source);

// Writes what is new of the code into `config` and stores the archive.
Status store_code(svc::Context& ctx, const Code& code, FunctionRow& row);

}  // namespace millrace::lambda
