// Error: the one failure value of Millrace. The server renders it onto the wire, the client parses
// it off the wire, and everything between passes it along. `code` is AWS's own error code
// ("ResourceNotFoundException"), so that it means the same on both sides.
//
// A new code is justified only where a caller can react to it. Cheap to move; immutable once made.
// Thread safety: a value; no shared state.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

class [[nodiscard]] Error {
 public:
  // `http_status` decides the fault: 4xx is the sender's, 5xx the receiver's.
  Error(std::string code, int http_status, std::string message);
  Error(const Error& other);
  Error(Error&&) noexcept = default;
  Error& operator=(const Error& other);
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  const std::string& code() const { return rep_->code; }
  const std::string& message() const { return rep_->message; }
  int http_status() const { return rep_->http_status; }
  bool is_server_fault() const { return rep_->http_status >= 500; }

  // Members of the modelled error shape beside the message, e.g. CancellationReasons or Reason:
  // name and JSON text of the value. REQUIRES: `json` is valid JSON (or plain text for XML
  // services' scalar members, already quoted as a JSON string).
  Error with_member(std::string name, std::string json) &&;
  const std::vector<std::pair<std::string, std::string>>& members() const { return rep_->members; }

  // The same error with its message put behind a prefix; for adding where it happened.
  Error prefixed(std::string_view prefix) &&;

  // A failure of ours (disk, invariant): code InternalFailure, status 500.
  static Error internal(std::string message);

  std::string to_string() const;

 private:
  struct Rep {
    std::string code;
    std::string message;
    int http_status;
    std::vector<std::pair<std::string, std::string>> members;
  };
  std::unique_ptr<Rep> rep_;
};

}  // namespace millrace
