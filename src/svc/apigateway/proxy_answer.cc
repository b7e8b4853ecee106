#include "svc/apigateway/proxy_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/encoding.h"
#include "svc/apigateway/request_parts.h"

namespace millrace::apigateway {
namespace {

using codec::Json;

constexpr int kStatusMin = 100;
constexpr int kStatusMax = 599;

// 200, 200.0 and "200" are taken, as AWS's parser does.
std::optional<int> status_of(const Json& value) {
  double number = 0;
  if (value.is_number()) {
    number = value.number();
  } else if (const std::string* text = value.as_string()) {
    int parsed = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), parsed);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    number = parsed;
  } else {
    return std::nullopt;
  }
  if (number != std::floor(number) || number < kStatusMin || number > kStatusMax)
    return std::nullopt;
  return static_cast<int>(number);
}

// A scalar as text: a boolean header is sent as "true".
std::optional<std::string> scalar_text(const Json& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (value.is_object() || value.is_array()) return std::nullopt;
  return value.dump();
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view each) { return ascii_iequals(name, each); });
}

// Reads the members that both payload formats share; false when one is malformed.
class AnswerReader {
 public:
  explicit AnswerReader(const Json& document) : document_(document) {}

  bool read_headers(HeaderList& headers) {
    const Json* multi = member("multiValueHeaders");
    if (multi != nullptr && !read_multi(*multi, headers)) return false;
    const Json* single = member("headers");
    if (single == nullptr) return true;
    if (!single->is_object()) return false;
    for (const auto& [name, value] : *single->as_object()) {
      if (value.is_null()) continue;
      auto text = scalar_text(value);
      if (!text) return false;
      // A pair that is in both is sent once.
      bool repeated = std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
        return ascii_iequals(header.first, name) && header.second == *text;
      });
      if (!repeated) headers.emplace_back(name, std::move(*text));
    }
    return true;
  }

  bool read_body(std::string& body) {
    const Json* value = member("body");
    if (value == nullptr) return true;
    auto text = scalar_text(*value);
    if (!text) return false;
    body = std::move(*text);
    return true;
  }

  // none: malformed
  std::optional<bool> is_base64() const {
    const Json* value = member("isBase64Encoded");
    if (value == nullptr) return false;
    if (const bool* flag = value->as_bool()) return *flag;
    if (const std::string* text = value->as_string()) {
      if (ascii_iequals(*text, "true")) return true;
      if (ascii_iequals(*text, "false")) return false;
    }
    return std::nullopt;
  }

 private:
  // A member that is null is absent.
  const Json* member(std::string_view name) const {
    const Json* value = document_.find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  static bool read_multi(const Json& multi, HeaderList& headers) {
    if (!multi.is_object()) return false;
    for (const auto& [name, values] : *multi.as_object()) {
      if (values.is_null()) continue;
      if (!values.is_array()) return false;
      for (const Json& value : *values.as_array()) {
        if (value.is_null()) continue;
        auto text = scalar_text(value);
        if (!text) return false;
        headers.emplace_back(name, std::move(*text));
      }
    }
    return true;
  }

  const Json& document_;
};

bool has_header(const HeaderList& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return ascii_iequals(header.first, name); });
}

// The members that a REST API's answer may have; any other makes it malformed.
bool knows_members(const Json& document) {
  return std::all_of(
      document.as_object()->begin(), document.as_object()->end(), [](const auto& each) {
        std::string_view name = each.first;
        return name == "statusCode" || name == "headers" || name == "multiValueHeaders" ||
               name == "body" || name == "isBase64Encoded";
      });
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
void remap_headers(HeaderList& headers) {
  std::erase_if(
      headers, [](const auto& header) { return ascii_iequals(header.first, "Transfer-Encoding"); });
  for (auto& [name, value] : headers) {
    if (is_one_of(name, {"Authorization", "Connection", "Content-Length", "Content-MD5", "Date",
                         "Expect", "Host", "Max-Forwards", "Proxy-Authenticate", "Server",
                         "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate"})) {
      name = "x-amzn-Remapped-" + name;
    }
  }
}

// What the connection needs is the server's business.
void drop_connection_headers(HeaderList& headers) {
  std::erase_if(headers, [](const auto& header) {
    return is_one_of(header.first, {"Transfer-Encoding", "Connection", "Keep-Alive",
                                    "Content-Length", "Upgrade", "TE", "Trailer"});
  });
}

// AWS decides by the first type of Accept.
bool accepts_bytes(const Exchange& exchange) {
  const std::string* accept = exchange.header("Accept");
  std::string_view first = accept == nullptr ? std::string_view() : std::string_view(*accept);
  first = first.substr(0, first.find(','));
  return is_binary_type(exchange.stage->rest->binary_types, first);
}

void default_type(HeaderList& headers, std::string_view type) {
  if (!has_header(headers, "Content-Type")) headers.emplace_back("Content-Type", type);
}

bool decode_body(std::string& body) {
  auto bytes = base64_decode(body);
  if (!bytes) return false;
  body = std::move(*bytes);
  return true;
}

// The parts of an HTTP API's answer that both formats share.
std::optional<ApiResponse> http_answer(const Json& document) {
  const Json* status = document.find("statusCode");
  auto code = status == nullptr ? std::nullopt : status_of(*status);
  if (!code) return std::nullopt;
  ApiResponse response{.status = *code};
  AnswerReader reader(document);
  auto base64 = reader.is_base64();
  if (!base64 || !reader.read_headers(response.headers) || !reader.read_body(response.body)) {
    return std::nullopt;
  }
  if (*base64 && !decode_body(response.body)) return std::nullopt;
  drop_connection_headers(response.headers);
  default_type(response.headers, "text/plain;charset=UTF-8");
  return response;
}

}  // namespace

std::optional<ApiResponse> rest_answer(const Exchange& exchange, std::string_view payload) {
  auto document = Json::parse(payload);
  if (!document.ok() || !document->is_object() || !knows_members(*document)) return std::nullopt;
  ApiResponse response{.status = 200};
  const Json* status = document->find("statusCode");
  if (status != nullptr && !status->is_null()) {
    auto code = status_of(*status);
    if (!code) return std::nullopt;
    response.status = *code;
  }
  AnswerReader reader(*document);
  auto base64 = reader.is_base64();
  if (!base64 || !reader.read_headers(response.headers) || !reader.read_body(response.body)) {
    return std::nullopt;
  }
  if (*base64 && accepts_bytes(exchange) && !decode_body(response.body)) return std::nullopt;
  remap_headers(response.headers);
  default_type(response.headers, "application/json");
  return response;
}

std::optional<ApiResponse> http_answer_v1(const Exchange&, std::string_view payload) {
  auto document = Json::parse(payload);
  if (!document.ok() || !document->is_object()) return std::nullopt;
  return http_answer(*document);
}

std::optional<ApiResponse> http_answer_v2(const Exchange&, std::string_view payload) {
  auto document = Json::parse(payload);
  if (!document.ok() || !document->is_object() || document->find("statusCode") == nullptr) {
    // As observed on AWS by the authors of aws-lambda-dotnet's test tool: not even parsed.
    ApiResponse response{.status = 200, .body = std::string(payload)};
    response.headers.emplace_back("Content-Type", "application/json");
    return response;
  }
  document->erase("multiValueHeaders");
  auto response = http_answer(*document);
  const Json* cookies = document->find("cookies");
  if (!response || cookies == nullptr || cookies->is_null()) return response;
  if (!cookies->is_array()) return std::nullopt;
  for (const Json& cookie : *cookies->as_array()) {
    auto text = scalar_text(cookie);
    if (!text) return std::nullopt;
    response->headers.emplace_back("Set-Cookie", std::move(*text));
  }
  return response;
}

}  // namespace millrace::apigateway
