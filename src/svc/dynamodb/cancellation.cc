#include "svc/dynamodb/cancellation.h"

#include <fmt/format.h>

#include "codec/json.h"

namespace millrace::dynamodb {

std::string_view short_code(const Error& error) {
  if (error.code() == "ValidationException") return "ValidationError";
  std::string_view code = error.code();
  constexpr std::string_view kSuffix = "Exception";
  if (code.ends_with(kSuffix)) code.remove_suffix(kSuffix.size());
  return code;
}

void Cancellation::add_success() {
  codes_.emplace_back("None");
  reasons_.emplace_back(R"({"Code":"None"})");
}

bool Cancellation::can_add(const Error& error) {
  return error.code() == "ConditionalCheckFailedException" ||
         error.code() == "DuplicateItemException" || error.code() == "ValidationException";
}

void Cancellation::add_failure(const Error& error) {
  failed_ = true;
  codes_.emplace_back(short_code(error));
  std::string reason = fmt::format(R"({{"Code":"{}","Message":)", codes_.back());
  codec::append_json_string(reason, error.message());
  for (const auto& [name, json] : error.members())
    reason += fmt::format(R"(,"{}":{})", name, json);
  reasons_.push_back(reason + "}");
}

Error Cancellation::to_error() const {
  Error error("TransactionCanceledException", 400,
              fmt::format("Transaction cancelled, please refer cancellation reasons for specific "
                          "reasons [{}]",
                          fmt::join(codes_, ", ")));
  return std::move(error).with_member("CancellationReasons",
                                      fmt::format("[{}]", fmt::join(reasons_, ",")));
}

}  // namespace millrace::dynamodb
