#include "lambda_api/http.h"

#include <algorithm>
#include <cctype>

#include "encoding.h"
#include "utf8.h"

namespace lambda_api {

namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

template <typename Equal>
std::vector<std::string_view> values(const std::vector<std::pair<std::string, std::string>>& fields,
                                     std::string_view name, Equal equal) {
  std::vector<std::string_view> found;
  for (const auto& [key, value] : fields) {
    if (equal(key, name)) found.push_back(value);
  }
  return found;
}

std::optional<std::string_view> first(const std::vector<std::string_view>& values) {
  if (values.empty()) return std::nullopt;
  return values.front();
}

// Payload 1.0 gives both forms; the one with lists is complete, the other may be all there is.
template <typename Fields>
void add_fields(Fields& out, const Json& lists, const Json& singles) {
  for (const auto& [name, list] : lists.members()) {
    for (const Json& value : list.items())
      out.add(name, std::string(value.string()));
  }
  for (const auto& [name, value] : singles.members()) {
    if (!lists.contains(name)) out.add(name, std::string(value.string()));
  }
}

void add_query(Parameters& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const size_t equals = std::min(pair.find('='), pair.size());
    if (pair.empty()) continue;
    out.add(form_decode(pair.substr(0, equals)),
            form_decode(pair.substr(std::min(pair.size(), equals + 1))));
  }
}

void add_cookies(Parameters& out, std::string_view text) {
  while (!text.empty()) {
    std::string_view cookie = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), cookie.size() + 1));
    while (cookie.starts_with(' '))
      cookie.remove_prefix(1);
    const size_t equals = cookie.find('=');
    if (equals == std::string_view::npos) continue;
    out.add(std::string(cookie.substr(0, equals)), std::string(cookie.substr(equals + 1)));
  }
}

void read_v1(Request& request, const Json& event) {
  const Json& context = event["requestContext"];
  request.method = event["httpMethod"].string();
  request.path = percent_decode(event["path"].string("/"));
  request.stage = context["stage"].string();
  request.source_ip = context["identity"]["sourceIp"].string();
  add_fields(request.headers, event["multiValueHeaders"], event["headers"]);
  add_fields(request.query, event["multiValueQueryStringParameters"],
             event["queryStringParameters"]);
  for (std::string_view line : request.headers.all("cookie"))
    add_cookies(request.cookies, line);
}

void read_v2(Request& request, const Json& event) {
  const Json& context = event["requestContext"];
  request.method = context["http"]["method"].string();
  request.stage = context["stage"].string();
  request.source_ip = context["http"]["sourceIp"].string();
  // rawPath starts with the stage, unless that is $default.
  std::string_view path = event["rawPath"].string("/");
  const std::string prefix = "/" + request.stage;
  if (request.stage != "$default" && !request.stage.empty() && path.starts_with(prefix) &&
      (path.size() == prefix.size() || path[prefix.size()] == '/')) {
    path.remove_prefix(prefix.size());
  }
  request.path = path.empty() ? "/" : percent_decode(path);
  for (const auto& [name, value] : event["headers"].members()) {
    request.headers.add(name, std::string(value.string()));
  }
  add_query(request.query, event["rawQueryString"].string());
  for (const Json& cookie : event["cookies"].items())
    add_cookies(request.cookies, cookie.string());
}

}  // namespace

std::optional<std::string_view> Headers::get(std::string_view name) const {
  return first(all(name));
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  return values(fields_, name, equals_ignoring_case);
}

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(fields_,
                [&](const auto& field) { return equals_ignoring_case(field.first, name); });
  add(std::move(name), std::move(value));
}

std::optional<std::string_view> Parameters::get(std::string_view name) const {
  return first(all(name));
}

std::vector<std::string_view> Parameters::all(std::string_view name) const {
  return values(fields_, name, std::equal_to<std::string_view>());
}

void Parameters::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

Response Response::json(const Json& value, int status) {
  return {.status = status,
          .headers = {{"content-type", "application/json"}},
          .cookies = {},
          .body = value.dump()};
}

Response Response::text(std::string body, int status) {
  return {.status = status,
          .headers = {{"content-type", "text/plain; charset=utf-8"}},
          .cookies = {},
          .body = std::move(body)};
}

Response Response::bytes(std::string body, std::string content_type) {
  return {.status = 200,
          .headers = {{"content-type", std::move(content_type)}},
          .cookies = {},
          .body = std::move(body)};
}

Response Response::empty(int status) {
  return {.status = status, .headers = {}, .cookies = {}, .body = {}};
}

Response Response::redirect(std::string location, int status) {
  return {
      .status = status, .headers = {{"location", std::move(location)}}, .cookies = {}, .body = {}};
}

Result<Request> to_request(const Json& event) {
  Request request;
  if (event["requestContext"]["http"]["method"].is_string()) {
    request.payload = Payload::kV2;
    read_v2(request, event);
  } else if (event["httpMethod"].is_string() && event["requestContext"].is_object()) {
    request.payload = Payload::kV1;
    read_v1(request, event);
  } else {
    return failure(400, "NotAnHttpEvent",
                   "the event is no request of API Gateway or of a Function URL");
  }
  std::ranges::transform(request.method, request.method.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  request.authorizer = event["requestContext"]["authorizer"];
  const std::string_view body = event["body"].string();
  request.body =
      event["isBase64Encoded"].boolean().value_or(false) ? base64_decode(body) : std::string(body);
  return request;
}

Json to_event(const Response& response, Payload payload) {
  Json event = Json::object({{"statusCode", response.status}});
  Json singles = Json::object(), lists = Json::object();
  for (const auto& [name, value] : response.headers.fields()) {
    const std::vector<std::string_view> all = response.headers.all(name);
    if (payload == Payload::kV1 && all.size() > 1) {
      Json list = Json::array();
      for (std::string_view one : all)
        list.push(one);
      lists.set(name, std::move(list));
      continue;
    }
    std::string joined;
    for (std::string_view one : all)
      joined.append(joined.empty() ? "" : ",").append(one);
    singles.set(name, std::move(joined));
  }
  if (!response.cookies.empty()) {
    Json cookies = Json::array();
    for (const std::string& cookie : response.cookies)
      cookies.push(cookie);
    if (payload == Payload::kV1) {
      lists.set("set-cookie", std::move(cookies));
    } else {
      event.set("cookies", std::move(cookies));
    }
  }
  event.set("headers", std::move(singles));
  if (lists.size() > 0) event.set("multiValueHeaders", std::move(lists));
  const bool is_text = is_utf8(response.body);
  event.set("body", is_text ? response.body : base64_encode(response.body));
  event.set("isBase64Encoded", !is_text);
  return event;
}

Response to_response(const Error& error) {
  return Response::json(
      Json::object({{"error", Json::object({{"code", error.code}, {"message", error.message}})}}),
      error.status);
}

}  // namespace lambda_api
