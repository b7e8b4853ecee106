// Request and Response: an HTTP exchange as a handler sees it, whichever way it reached the
// function.
//
// API Gateway REST APIs (payload 1.0), HTTP APIs (payload 1.0 and 2.0) and Function URLs wrap a
// request in different events; to_request() makes them one, and to_event() renders the answer in
// the form the caller expects. Both are plain functions of values, so a handler is tested without a
// server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lambda_api/context.h"
#include "lambda_api/error.h"
#include "lambda_api/json.h"

namespace lambda_api {

// Names compare without regard to case, and may repeat. Order is kept.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  // The first value.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  void add(std::string name, std::string value);
  // Replaces every field of that name.
  void set(std::string name, std::string value);
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Names compare exactly, and may repeat (?tag=a&tag=b).
class Parameters {
 public:
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  void add(std::string name, std::string value);
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

enum class Payload { kV1, kV2 };

struct Request {
  Payload payload = Payload::kV1;
  std::string method;  // upper case
  std::string path;    // decoded, without the stage: "/notes/42"
  std::string route;   // the pattern that matched: "/notes/{id}"; set by App
  Parameters params;   // from the path: params.get("id"); set by App
  Parameters query;
  Parameters cookies;
  Headers headers;
  std::string body;  // decoded where the gateway sent base64
  std::string source_ip;
  std::string stage;
  Json authorizer;  // what an authorizer of the gateway added; null without one

  // A path parameter of the matched route: always there, so this is the plain way to read it.
  std::string_view param(std::string_view name) const { return params.get(name).value_or(""); }
  // The body as JSON. Error: 400 when it is not.
  Result<Json> json() const { return Json::parse(body); }
};

struct Response {
  int status = 200;
  Headers headers;
  std::vector<std::string> cookies;  // each a whole Set-Cookie value
  std::string body;

  static Response json(const Json& value, int status = 200);
  static Response text(std::string body, int status = 200);
  static Response bytes(std::string body, std::string content_type);
  static Response empty(int status = 204);
  static Response redirect(std::string location, int status = 302);
};

// Error: the event is none of an HTTP request.
Result<Request> to_request(const Json& event);

// What the function returns to the gateway. A body that is not valid UTF-8 goes as base64.
Json to_event(const Response& response, Payload payload);

// {"error":{"code":...,"message":...}} with the error's status.
Response to_response(const Error& error);

}  // namespace lambda_api
