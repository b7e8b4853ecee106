// Cancellation: why a transaction did not happen, action by action in the order of the request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace millrace::dynamodb {

// An error's code as reasons and the answers of batches name it: "ConditionalCheckFailed",
// "ValidationError". Borrows the error.
std::string_view short_code(const Error& error);

class Cancellation {
 public:
  void add_success();
  // REQUIRES: can_add(error).
  void add_failure(const Error& error);
  // Whether this error of an action cancels the transaction; others are answered as they are.
  static bool can_add(const Error& error);

  bool has_failure() const { return failed_; }
  // TransactionCanceledException with CancellationReasons.
  Error to_error() const;

 private:
  std::vector<std::string> codes_;
  std::vector<std::string> reasons_;  // JSON
  bool failed_ = false;
};

}  // namespace millrace::dynamodb
