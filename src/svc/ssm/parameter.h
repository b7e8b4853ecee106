// Parameters as SSM keeps them: one JSON row each (docs/formats.md) with its last versions. The
// value of a SecureString is sealed with the installation's key (base/seal.h). Values; one
// transaction at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/ssm.h"
#include "svc/operation.h"

namespace millrace::ssm {

namespace wire = aws::ssm;
using svc::Context;

inline constexpr size_t kStandardBytesMax = 4096;
inline constexpr size_t kAdvancedBytesMax = 8192;
inline constexpr size_t kVersionsMax = 100;

struct Version {
  int64_t number = 0;
  std::string type;
  std::string value;  // sealed and in base64 for a SecureString
  Instant time;
};

struct ParameterRecord {
  std::string name;
  std::string description;
  std::string allowed_pattern;
  std::string tier = "Standard";
  std::string data_type = "text";
  std::string key_id;
  std::vector<Version> versions;  // oldest first, at most kVersionsMax
  std::vector<std::pair<std::string, std::string>> tags;

  const Version& current() const { return versions.back(); }
};

// "/a/b", "/a/b:3" or an ARN. ParameterNotFound for a label: labels are not supported.
struct Selector {
  std::string name;
  std::optional<int64_t> version;
  std::string text;  // ":3" or empty
};
Result<Selector> parse_selector(const std::string& name);

Result<std::optional<ParameterRecord>> find(Context& ctx, const std::string& name);
Result<ParameterRecord> load(Context& ctx, const std::string& name);
void save(Context& ctx, const ParameterRecord& record);
void erase(Context& ctx, const std::string& name);
// All whose names begin with `prefix`, in order.
Result<std::vector<ParameterRecord>> scan(Context& ctx, const std::string& prefix);

std::string arn_of(const Context& ctx, const std::string& name);
enum class Decryption { kNo, kYes };
Result<wire::Parameter> to_wire(Context& ctx, const ParameterRecord& record, const Version& version,
                                Decryption decryption);

}  // namespace millrace::ssm
