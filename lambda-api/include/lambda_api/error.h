// Error and Result: how a handler says that a request cannot be served.
//
// A handler returns `not_found("no such note")` and the caller gets status 404 with the body
// {"error":{"code":"NotFound","message":"no such note"}}. A plain value; nothing here logs or
// throws.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace lambda_api {

struct Error {
  int status = 500;
  std::string code;     // a word that a program can switch on
  std::string message;  // a sentence for a person; shown to the caller

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = std::expected<T, Error>;
using Failure = std::unexpected<Error>;

inline Failure failure(int status, std::string code, std::string_view message) {
  return Failure(Error{status, std::move(code), std::string(message)});
}
inline Failure bad_request(std::string_view message) { return failure(400, "BadRequest", message); }
inline Failure unauthorized(std::string_view message) {
  return failure(401, "Unauthorized", message);
}
inline Failure forbidden(std::string_view message) { return failure(403, "Forbidden", message); }
inline Failure not_found(std::string_view message) { return failure(404, "NotFound", message); }
inline Failure conflict(std::string_view message) { return failure(409, "Conflict", message); }
inline Failure unprocessable(std::string_view message) {
  return failure(422, "Unprocessable", message);
}
inline Failure too_many_requests(std::string_view message) {
  return failure(429, "TooManyRequests", message);
}
// Also logged at ERROR level, as is every status of 500 and above.
inline Failure internal_error(std::string_view message) {
  return failure(500, "InternalError", message);
}
inline Failure unavailable(std::string_view message) {
  return failure(503, "Unavailable", message);
}

}  // namespace lambda_api
