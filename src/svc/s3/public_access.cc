#include "svc/s3/public_access.h"

#include <algorithm>

#include "svc/s3/bucket_config.h"

namespace millrace::s3 {
namespace {

using Block = aws::s3::PublicAccessBlockConfiguration;

bool is_everybody(const codec::Json& principal) {
  if (principal.is_string()) return *principal.as_string() == "*";
  if (const auto* list = principal.as_array()) return std::ranges::any_of(*list, is_everybody);
  const codec::Json* aws = principal.find("AWS");
  return aws != nullptr && is_everybody(*aws);
}

bool is_public_statement(const codec::Json& statement) {
  if (statement.get_string("Effect") != "Allow") return false;
  const codec::Json* condition = statement.find("Condition");
  if (condition != nullptr && condition->is_object() && !condition->as_object()->empty()) {
    return false;
  }
  const codec::Json* principal = statement.find("Principal");
  return principal == nullptr || is_everybody(*principal);
}

Result<bool> is_set(store::Reader& reader, const Bucket& bucket,
                    std::optional<bool> Block::* setting) {
  MR_ASSIGN(auto block, get_config<Block>(reader, bucket, configs::kPublicAccessBlock,
                                          config_shape<aws::s3::PutPublicAccessBlock>()));
  return block && ((*block).*setting).value_or(false);
}

}  // namespace

bool is_public_policy(const codec::Json& policy) {
  const codec::Json* statements = policy.find("Statement");
  if (statements == nullptr) return false;
  if (const auto* list = statements->as_array()) {
    return std::ranges::any_of(*list, is_public_statement);
  }
  return is_public_statement(*statements);
}

Result<bool> blocks_public_policy(store::Reader& reader, const Bucket& bucket) {
  return is_set(reader, bucket, &Block::block_public_policy);
}

Result<bool> restricts_public_bucket(store::Reader& reader, const Bucket& bucket) {
  return is_set(reader, bucket, &Block::restrict_public_buckets);
}

}  // namespace millrace::s3
