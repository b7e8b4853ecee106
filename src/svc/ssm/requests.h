// What SSM's operations have in common: errors, reading by name, pages, tags. Free functions on one
// transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "svc/ssm/parameter.h"

namespace millrace::ssm {

// ValidationException.
Error invalid(std::string message);

// "NAME" or "NAME:VERSION". ParameterNotFound, ParameterVersionNotFound.
Result<wire::Parameter> read_parameter(Context& ctx, const std::string& name,
                                       Decryption decryption);

inline Decryption decryption_of(const std::optional<bool>& with_decryption) {
  return with_decryption.value_or(false) ? Decryption::kYes : Decryption::kNo;
}

// Sets tags over those of the record. TooManyTagsError.
Status add_tags(ParameterRecord& record, const std::vector<wire::Tag>& tags);

// The parameter that a request about tags names. InvalidResourceType, InvalidResourceId.
struct TaggedResource {
  std::string type;
  std::string id;
};
Result<ParameterRecord> tagged(Context& ctx, const TaggedResource& resource);

// Goes on after the name in the token; `next` is set when there is more. InvalidNextToken.
template <class T, class Make>
Status fill_page(const std::vector<ParameterRecord>& all, const std::optional<std::string>& token,
                 size_t limit, std::vector<T>& items, std::optional<std::string>& next, Make make) {
  std::string after;
  if (token) {
    auto decoded = base64_decode(*token);
    if (!decoded) return Error("InvalidNextToken", 400, "The specified token isn't valid.");
    after = *decoded;
  }
  for (const ParameterRecord& record : all) {
    if (!after.empty() && record.name <= after) continue;
    if (items.size() == limit) {
      next = base64_encode(*items.back().name);
      break;
    }
    MR_ASSIGN(T item, make(record));
    items.push_back(std::move(item));
  }
  return ok_status();
}

}  // namespace millrace::ssm
