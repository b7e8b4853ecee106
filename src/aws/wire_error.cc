#include "aws/wire_error.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "codec/cbor.h"
#include "codec/json.h"
#include "codec/xml.h"

namespace millrace::aws {
namespace {

using codec::append_json_string;
using codec::Json;

bool speaks_query(const Service& service) {
  return std::ranges::find(service.protocols, Protocol::kQuery) != service.protocols.end();
}

bool is_dynamodb(const Service& service) { return service.signing_name == "dynamodb"; }

// The errors that AWS's common layer gives, before a service's own code runs.
std::string_view coral_package(std::string_view code) {
  static constexpr std::pair<std::string_view, std::string_view> kPackages[] = {
      {"ValidationException", "com.amazon.coral.validate"},
      {"SerializationException", "com.amazon.coral.service"},
      {"UnknownOperationException", "com.amazon.coral.service"},
      {"AccessDeniedException", "com.amazon.coral.service"},
      {"UnrecognizedClientException", "com.amazon.coral.service"},
      {"InvalidSignatureException", "com.amazon.coral.service"},
      {"IncompleteSignatureException", "com.amazon.coral.service"},
      {"MissingAuthenticationTokenException", "com.amazon.coral.service"},
      {"ExpiredTokenException", "com.amazon.coral.service"},
      {"InternalFailure", "com.amazon.coral.service"},
      {"ThrottlingException", "com.amazon.coral.availability"},
  };
  for (const auto& [name, package] : kPackages) {
    if (name == code) return package;
  }
  return "com.amazonaws.dynamodb.v20120810";
}

constexpr std::string_view kInternalFailure = "InternalFailure";

// What a service calls a failure of its own.
std::string_view internal_code(const Service& service) {
  static constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
      {"dynamodb", "InternalServerError"},
      {"dynamodbstreams", "InternalServerError"},
      {"events", "InternalException"},
      {"lambda", "ServiceException"},
      {"s3", "InternalError"},
      {"ssm", "InternalServerError"},
  };
  for (const auto& [id, code] : kCodes) {
    if (id == service.id) return code;
  }
  return kInternalFailure;
}

// "message" or "Message", as the error's shape has it.
std::string_view message_key(const Service& service, const ErrorShape* shape,
                             std::string_view code) {
  if (service.id == "lambda") return "Message";
  if (is_dynamodb(service) &&
      (code == "SerializationException" || code == "AccessDeniedException")) {
    return "Message";
  }
  if (shape != nullptr && shape->shape != nullptr) {
    for (const Member& member : shape->shape->members) {
      if (member.wire_name == "Message") return "Message";
    }
  }
  return "message";
}

std::string json_error_type(const Service& service, const ErrorShape* shape,
                            std::string_view code) {
  if (is_dynamodb(service)) return fmt::format("{}#{}", coral_package(code), code);
  return std::string(shape != nullptr ? shape->name : code);
}

std::string json_body(const Service& service, const ErrorShape* shape, const Error& error) {
  std::string out = "{";
  if (service.id == "lambda") {
    out += error.is_server_fault() ? "\"Type\":\"Service\"" : "\"Type\":\"User\"";
  } else {
    out += "\"__type\":";
    append_json_string(out, json_error_type(service, shape, error.code()));
  }
  if (!error.message().empty()) {
    out += ',';
    append_json_string(out, message_key(service, shape, error.code()));
    out += ':';
    append_json_string(out, error.message());
  }
  for (const auto& [name, json] : error.members()) {
    out += ',';
    append_json_string(out, name);
    out += ':';
    out += json;
  }
  return out + '}';
}

std::string_view fault(const Error& error) {
  return error.is_server_fault() ? "Receiver" : "Sender";
}

void write_xml_members(codec::XmlWriter& xml, const Error& error) {
  for (const auto& [name, json] : error.members()) {
    auto value = Json::parse(json);
    const std::string* text = value.ok() ? value->as_string() : nullptr;
    xml.element(name, text != nullptr ? *text : json);
  }
}

std::string query_body(const Service& service, std::string_view code, const Error& error,
                       std::string_view request_id) {
  std::string out;
  codec::XmlWriter xml(out);
  xml.open("ErrorResponse");
  if (!service.xml_namespace.empty()) xml.attribute("xmlns", service.xml_namespace);
  xml.open("Error");
  xml.element("Type", fault(error));
  xml.element("Code", code);
  xml.element("Message", error.message());
  write_xml_members(xml, error);
  xml.close();
  xml.element("RequestId", request_id);
  xml.close();
  return out;
}

std::string s3_body(const Error& error, const ErrorContext& context) {
  std::string out;
  codec::XmlWriter xml(out);
  xml.declaration();
  xml.open("Error");
  xml.element("Code", error.code());
  xml.element("Message", error.message());
  if (error.members().empty() && !context.resource.empty()) {
    xml.element("Resource", context.resource);
  }
  write_xml_members(xml, error);
  xml.element("RequestId", context.request_id);
  xml.element("HostId", context.request_id);
  xml.close();
  return out;
}

std::string cbor_body(std::string_view type, const Error& error) {
  std::string out;
  codec::append_cbor_map(out, 2);
  codec::append_cbor_text(out, "__type");
  codec::append_cbor_text(out, type);
  codec::append_cbor_text(out, "message");
  codec::append_cbor_text(out, error.message());
  return out;
}

// "com.amazonaws.x#Code:http://..." -> "Code".
std::string bare_code(std::string_view type) {
  type = type.substr(0, type.find(':'));
  const size_t hash = type.rfind('#');
  return std::string(hash == std::string_view::npos ? type : type.substr(hash + 1));
}

std::string code_from_status(int status) {
  switch (status) {
    case 301: return "PermanentRedirect";
    case 304: return "NotModified";
    case 400: return "BadRequest";
    case 403: return "Forbidden";
    case 404: return "NotFound";
    case 405: return "MethodNotAllowed";
    case 409: return "Conflict";
    case 412: return "PreconditionFailed";
    case 413: return "RequestEntityTooLarge";
    case 416: return "InvalidRange";
    case 429: return "TooManyRequestsException";
    case 500: return "InternalFailure";
    case 503: return "ServiceUnavailable";
    default: return fmt::format("Http{}", status);
  }
}

Error parse_json_error(const HttpResponse& response, std::string code) {
  auto body = Json::parse(response.body.bytes);
  std::string message;
  std::vector<std::pair<std::string, std::string>> members;
  if (body.ok() && body->is_object()) {
    if (code.empty()) code = bare_code(body->get_string("__type", body->get_string("code")));
    for (const auto& [name, value] : *body->as_object()) {
      if (name == "message" || name == "Message" || name == "errorMessage") {
        if (const auto* text = value.as_string()) message = *text;
      } else if (name != "__type" && name != "code") {
        members.emplace_back(name, value.dump());
      }
    }
  }
  if (code.empty()) code = code_from_status(response.status);
  Error error(std::move(code), response.status, std::move(message));
  for (auto& [name, json] : members) {
    error = std::move(error).with_member(std::move(name), std::move(json));
  }
  return error;
}

Error parse_xml_error(const HttpResponse& response) {
  auto document = codec::XmlDocument::parse(response.body.bytes);
  const std::string status_code = code_from_status(response.status);
  if (!document.ok()) return Error(status_code, response.status, "");
  pugi::xml_node node = document->root();
  if (auto inner = codec::find_child(node, "Error")) node = inner;
  std::string code = codec::text_of(codec::find_child(node, "Code"));
  Error error(code.empty() ? status_code : code, response.status,
              codec::text_of(codec::find_child(node, "Message")));
  for (pugi::xml_node child : node.children()) {
    const std::string_view name = codec::local_name(child.name());
    if (child.type() != pugi::node_element || name == "Code" || name == "Message" ||
        name == "Type") {
      continue;
    }
    std::string json;
    append_json_string(json, codec::text_of(child));
    error = std::move(error).with_member(std::string(name), std::move(json));
  }
  return error;
}

Error parse_cbor_error(const HttpResponse& response, std::string code) {
  std::string message;
  auto body = codec::Cbor::parse(response.body.bytes);
  if (body.ok()) {
    if (const auto* fields = body->as<codec::Cbor::Map>()) {
      for (const auto& [key, value] : *fields) {
        const auto* text = value.as<std::string>();
        if (text == nullptr) continue;
        if (key == "__type" && code.empty()) code = bare_code(*text);
        if (key == "message" || key == "Message") message = *text;
      }
    }
  }
  if (code.empty()) code = code_from_status(response.status);
  return Error(std::move(code), response.status, std::move(message));
}

}  // namespace

HttpResponse render_error(const Service& service, Protocol protocol, const Error& error,
                          const ErrorContext& context) {
  if (error.code() == kInternalFailure && internal_code(service) != kInternalFailure) {
    Error own(std::string(internal_code(service)), error.http_status(), error.message());
    return render_error(service, protocol, own, context);
  }
  const ErrorShape* shape = service.find_error(error.code());
  const std::string_view query_code = shape != nullptr ? shape->code : error.code();
  HttpResponse out;
  out.status = error.http_status();
  const auto add = [&](std::string_view name, std::string_view value) {
    out.headers.emplace_back(name, value);
  };
  if (protocol != Protocol::kRestXml) add("x-amzn-RequestId", context.request_id);
  switch (protocol) {
    case Protocol::kJson:
      add("Content-Type", fmt::format("application/x-amz-json-{}", service.json_version));
      out.body.bytes = json_body(service, shape, error);
      break;
    case Protocol::kRestJson:
      add("Content-Type", "application/json");
      add("x-amzn-ErrorType", shape != nullptr ? shape->name : error.code());
      out.body.bytes = json_body(service, shape, error);
      break;
    case Protocol::kQuery:
      add("Content-Type", "text/xml");
      out.body.bytes = query_body(service, query_code, error, context.request_id);
      break;
    case Protocol::kRestXml:
      add("x-amz-request-id", context.request_id);
      add("x-amz-id-2", context.request_id);
      // An answer to HEAD has no body to name the bucket's region in, a 304 none for its
      // validators.
      for (const auto& [name, json] : error.members()) {
        if (name == "Region") add("x-amz-bucket-region", json.substr(1, json.size() - 2));
        auto text = out.status == 304 ? codec::Json::parse(json) : codec::Json();
        if (text.ok() && text->as_string() != nullptr) add(name, *text->as_string());
      }
      if (context.is_head || out.status == 304) break;
      add("Content-Type", "application/xml");
      out.body.bytes = s3_body(error, context);
      break;
    case Protocol::kRpcV2Cbor:
      add("Content-Type", "application/cbor");
      add("smithy-protocol", "rpc-v2-cbor");
      out.body.bytes = cbor_body(json_error_type(service, shape, error.code()), error);
      break;
  }
  if (speaks_query(service) && (protocol == Protocol::kJson || protocol == Protocol::kRpcV2Cbor)) {
    add("x-amzn-query-error", fmt::format("{};{}", query_code, fault(error)));
  }
  if (is_dynamodb(service)) add("x-amz-crc32", fmt::to_string(crc32(out.body.bytes)));
  if (context.is_head) out.body.bytes.clear();
  return out;
}

HttpResponse render_unrouted_error(const Error& error, std::string_view request_id) {
  HttpResponse out;
  out.status = error.http_status();
  out.headers.emplace_back("x-amzn-RequestId", request_id);
  out.headers.emplace_back("Content-Type", "application/json");
  out.headers.emplace_back("x-amzn-ErrorType", error.code());
  out.body.bytes = "{\"__type\":";
  append_json_string(out.body.bytes, error.code());
  out.body.bytes += ",\"message\":";
  append_json_string(out.body.bytes, error.message());
  out.body.bytes += '}';
  return out;
}

Error parse_error(const Service& service, Protocol protocol, const HttpResponse& response) {
  std::string code = bare_code(find_header(response.headers, "x-amzn-errortype"));
  const std::string_view query_error = find_header(response.headers, "x-amzn-query-error");
  if (!query_error.empty() && speaks_query(service)) {
    code = query_error.substr(0, query_error.find(';'));
  }
  switch (protocol) {
    case Protocol::kJson:
    case Protocol::kRestJson: return parse_json_error(response, std::move(code));
    case Protocol::kRpcV2Cbor: return parse_cbor_error(response, std::move(code));
    case Protocol::kQuery:
    case Protocol::kRestXml: return parse_xml_error(response);
  }
  return Error::internal("unknown protocol");
}

}  // namespace millrace::aws
