#include "aws/protocol.h"

#include <fmt/format.h>

#include "aws/struct_cbor.h"
#include "aws/struct_json.h"
#include "aws/struct_query.h"
#include "aws/struct_xml.h"
#include "aws/wire_error.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace millrace::aws {
namespace {

constexpr TimeStyle kJsonTime{.format = TimestampFormat::kUnixTimestamp};

TimeStyle xml_time(const Service& service) {
  return {.format = TimestampFormat::kIso8601, .fraction = fraction_of(service)};
}

bool has_body_members(const Shape& shape) {
  for (const Member& member : shape.members) {
    if (member.location == Location::kBody) return true;
  }
  return false;
}

// S3 names the roots of its answers otherwise than the model does.
std::string_view s3_root(std::string_view operation) {
  static constexpr std::pair<std::string_view, std::string_view> kRoots[] = {
      {"CompleteMultipartUpload", "CompleteMultipartUploadResult"},
      {"CreateMultipartUpload", "InitiateMultipartUploadResult"},
      {"DeleteObjects", "DeleteResult"},
      {"GetBucketAcl", "AccessControlPolicy"},
      {"GetBucketCors", "CORSConfiguration"},
      {"GetBucketLifecycleConfiguration", "LifecycleConfiguration"},
      {"GetBucketNotificationConfiguration", "NotificationConfiguration"},
      {"GetBucketTagging", "Tagging"},
      {"GetBucketVersioning", "VersioningConfiguration"},
      {"GetObjectAttributes", "GetObjectAttributesResponse"},
      {"GetObjectTagging", "Tagging"},
      {"ListBuckets", "ListAllMyBucketsResult"},
      {"ListMultipartUploads", "ListMultipartUploadsResult"},
      {"ListObjectVersions", "ListVersionsResult"},
      {"ListObjects", "ListBucketResult"},
      {"ListObjectsV2", "ListBucketResult"},
      {"ListParts", "ListPartsResult"},
  };
  for (const auto& [name, root] : kRoots) {
    if (name == operation) return root;
  }
  return {};
}
constexpr char kS3Namespace[] = "http://s3.amazonaws.com/doc/2006-03-01/";

// GetBucketLocation's answer is one element with text instead of a structure.
bool is_bare_element_output(const Operation& operation) {
  return operation.name == "GetBucketLocation" && operation.service->id == "s3";
}

Status read_xml_body(const Shape& shape, std::string_view text, BodyMembers which, void* structure,
                     SeenMembers& seen, ReadState& state) {
  if (text.empty()) return ok_status();
  MR_ASSIGN(const codec::XmlDocument document, codec::XmlDocument::parse(text));
  Status status = read_xml_struct(shape, document.root(), which, structure, seen, state);
  if (!status.ok() && status.error().code() == "SerializationException") {
    return Error(
        "MalformedXML", 400,
        "The XML you provided was not well-formed or did not validate against our published "
        "schema");
  }
  return status;
}

// Whether a body begins as an object: in awsJson, unlike in restJson, nothing and null are no input
// (the checks of kinesalite and dynalite, made from AWS's answers, say so).
bool holds_json_object(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] != 'n';
}

// The member that is the whole body.
Status read_payload(const Shape& owner, Protocol protocol, Body body, void* structure,
                    ReadState& state) {
  const Member& payload = *owner.payload;
  const Shape& shape = *payload.shape;
  const bool present = body.size() > 0;
  if (present) state.top.mark(owner, payload);
  if (shape.kind == ShapeKind::kBody) {
    state.top.mark(owner, payload);
    *static_cast<Body*>(payload.mutate(structure)) = std::move(body);
    return ok_status();
  }
  if (!present) return ok_status();
  if (shape.kind == ShapeKind::kBlob || shape.kind == ShapeKind::kString) {
    *static_cast<std::string*>(payload.mutate(structure)) = std::move(body.bytes);
    return ok_status();
  }
  if (shape.kind != ShapeKind::kStructure) {
    return Error("SerializationException", 400, "Unexpected body");
  }
  void* inner = payload.mutate(structure);
  ReadState inner_state;
  if (protocol == Protocol::kRestXml) {
    MR_TRY(
        read_xml_body(shape, body.bytes, BodyMembers::kAll, inner, inner_state.top, inner_state));
  } else {
    MR_TRY(read_json_struct(shape, body.bytes, BodyMembers::kAll, inner, inner_state));
  }
  inner_state.top.report(shape, inner, state.missing);
  state.missing.insert(state.missing.end(), inner_state.missing.begin(), inner_state.missing.end());
  return ok_status();
}

Status read_rest_body(const Shape& shape, Protocol protocol, Body body, void* structure,
                      ReadState& state) {
  if (shape.payload != nullptr) {
    return read_payload(shape, protocol, std::move(body), structure, state);
  }
  if (!has_body_members(shape)) return ok_status();
  if (protocol == Protocol::kRestXml) {
    return read_xml_body(shape, body.bytes, BodyMembers::kUnlocated, structure, state.top, state);
  }
  return read_json_struct(shape, body.bytes, BodyMembers::kUnlocated, structure, state);
}

Status read_query_input(const Operation& operation, const RequestView& request,
                        std::string_view body, void* input, ReadState& state) {
  QueryParameters parameters = parse_query_string(request.query);
  for (auto& parameter : parse_query_string(body))
    parameters.push_back(std::move(parameter));
  MR_ASSIGN(const QueryNode tree, QueryNode::from_parameters(parameters));
  return read_query_struct(*operation.input, tree, input, state.top, state);
}

void write_payload_structure(const Operation& operation, const Member& payload, const void* value,
                             std::string_view xml_namespace, std::string& out) {
  codec::XmlWriter xml(out);
  xml.open(payload.wire_name);
  write_xml_namespace(xml, xml_namespace);
  write_xml_members(xml, *payload.shape, value, BodyMembers::kAll, xml_time(*operation.service));
  xml.close();
}

// Body and content type of a REST message from the payload member.
void write_payload(const Operation& operation, Protocol protocol, const Shape& owner,
                   void* structure, Headers& headers, Body& body) {
  const Member& payload = *owner.payload;
  const void* present = payload.get(structure);
  if (present == nullptr) return;
  switch (payload.shape->kind) {
    case ShapeKind::kBody: body = std::move(*static_cast<Body*>(payload.mutate(structure))); return;
    case ShapeKind::kBlob:
    case ShapeKind::kString:
      body.bytes = std::move(*static_cast<std::string*>(payload.mutate(structure)));
      if (protocol == Protocol::kRestJson && find_header(headers, "Content-Type").empty()) {
        set_header(headers, "Content-Type", "application/json");
      }
      return;
    default: break;
  }
  if (protocol == Protocol::kRestXml) {
    const std::string_view model_namespace = payload.xml_namespace;
    write_payload_structure(operation, payload, present,
                            model_namespace.empty() ? kS3Namespace : model_namespace, body.bytes);
    set_header(headers, "Content-Type", "application/xml");
  } else {
    append_json_value(body.bytes, *payload.shape, present, kJsonTime);
    set_header(headers, "Content-Type", "application/json");
  }
}

std::string xml_document(const Operation& operation, std::string_view root,
                         std::string_view xml_namespace, const Shape& shape,
                         const void* structure) {
  std::string out;
  codec::XmlWriter xml(out);
  xml.declaration();
  xml.open(root);
  write_xml_namespace(xml, xml_namespace);
  if (is_bare_element_output(operation) && !shape.members.empty()) {
    const Member& only = shape.members.front();
    if (const void* value = only.get(structure)) {
      xml.text(scalar_to_text(*only.shape, value, {}));
    }
  } else {
    write_xml_members(xml, shape, structure, BodyMembers::kUnlocated, xml_time(*operation.service));
  }
  xml.close();
  return out;
}

void write_rest_output(const Operation& operation, Protocol protocol, void* output,
                       HttpResponse& response) {
  const Shape& shape = *operation.output;
  response.status = operation.http_status;
  write_response_bindings(shape, output, response);
  // No model says so: a part of an object is 206 (RFC 9110, 15.3.7).
  if (!find_header(response.headers, "Content-Range").empty()) response.status = 206;
  if (shape.payload != nullptr) {
    write_payload(operation, protocol, shape, output, response.headers, response.body);
    return;
  }
  if (!has_body_members(shape)) return;
  if (protocol == Protocol::kRestJson) {
    set_header(response.headers, "Content-Type", "application/json");
    append_json_struct(response.body.bytes, shape, output, BodyMembers::kUnlocated, kJsonTime);
    return;
  }
  set_header(response.headers, "Content-Type", "application/xml");
  const bool bare = is_bare_element_output(operation);
  const std::string_view known = bare ? "LocationConstraint" : s3_root(operation.name);
  const std::string root =
      known.empty() ? fmt::format("{}Result", operation.name) : std::string(known);
  response.body.bytes = xml_document(operation, root, kS3Namespace, shape, output);
}

void write_query_output(const Operation& operation, const void* output, std::string_view request_id,
                        HttpResponse& response) {
  set_header(response.headers, "Content-Type", "text/xml");
  codec::XmlWriter xml(response.body.bytes);
  xml.open(fmt::format("{}Response", operation.name));
  write_xml_namespace(xml, operation.service->xml_namespace);
  if (!operation.result_wrapper.empty()) {
    xml.open(operation.result_wrapper);
    write_xml_members(xml, *operation.output, output, BodyMembers::kAll,
                      xml_time(*operation.service));
    xml.close();
  }
  xml.open("ResponseMetadata");
  xml.element("RequestId", request_id);
  xml.close();
  xml.close();
}

Status write_rest_input(const Operation& operation, Protocol protocol, const void* input,
                        HttpRequest& request) {
  const Shape& shape = *operation.input;
  request.method = operation.http_method;
  MR_TRY(write_request_bindings(operation, input, request));
  if (shape.payload != nullptr) {
    // Requests may be sent again, so their body is copied, not moved: the const is cast away only
    // to share the code with answers, and the copy below keeps `input` whole.
    const void* present = shape.payload->get(input);
    if (present == nullptr) return ok_status();
    if (shape.payload->shape->kind == ShapeKind::kBody) {
      request.body = *static_cast<const Body*>(present);
    } else if (shape.payload->shape->kind == ShapeKind::kStructure) {
      write_payload(operation, protocol, shape, const_cast<void*>(input), request.headers,
                    request.body);
    } else {
      request.body.bytes = *static_cast<const std::string*>(present);
    }
    return ok_status();
  }
  if (!has_body_members(shape)) return ok_status();
  if (protocol == Protocol::kRestJson) {
    set_header(request.headers, "Content-Type", "application/json");
    append_json_struct(request.body.bytes, shape, input, BodyMembers::kUnlocated, kJsonTime);
  } else {
    set_header(request.headers, "Content-Type", "application/xml");
    const std::string_view root =
        operation.input_xml_name.empty() ? shape.name : operation.input_xml_name;
    request.body.bytes = xml_document(operation, root, operation.input_xml_namespace, shape, input);
  }
  return ok_status();
}

Status read_query_output(const Operation& operation, std::string_view body, void* output,
                         ReadState& state) {
  if (operation.result_wrapper.empty()) return ok_status();
  MR_ASSIGN(const codec::XmlDocument document, codec::XmlDocument::parse(body));
  const pugi::xml_node result = codec::find_child(document.root(), operation.result_wrapper);
  if (!result) return ok_status();
  return read_xml_struct(*operation.output, result, BodyMembers::kAll, output, state.top, state);
}

// S3 answers 200 before a copy or a completion is done; its failure is then an <Error> document.
bool is_late_failure(const Operation& operation, const HttpResponse& response) {
  return operation.service->id == "s3" && !streams_output(operation) &&
         response.body.bytes.find("<Error>") != std::string::npos &&
         response.body.bytes.find("<Error>") < 64;
}

// Whole escapes, and UTF-8 behind them.
bool is_parsable_path(std::string_view path) {
  for (size_t at = path.find('%'); at != path.npos; at = path.find('%', at + 1)) {
    if (path.substr(at + 1, 2).find_first_not_of("0123456789abcdefABCDEF") != path.npos ||
        path.size() < at + 3) {
      return false;
    }
  }
  return is_valid_utf8(percent_decode(path));
}

}  // namespace

bool streams_input(const Operation& operation) {
  const Member* payload = operation.input->payload;
  return payload != nullptr && payload->shape->kind == ShapeKind::kBody;
}

bool streams_output(const Operation& operation) {
  const Member* payload = operation.output->payload;
  return payload != nullptr && payload->shape->kind == ShapeKind::kBody;
}

Status parse_input(const Operation& operation, Protocol protocol, const RequestView& request,
                   const Labels& labels, Body body, void* input, MissingMembers& missing) {
  ReadState state;
  const Shape& shape = *operation.input;
  switch (protocol) {
    case Protocol::kJson:
      if (!holds_json_object(body.bytes)) return Error("SerializationException", 400, "");
      MR_TRY(read_json_struct(shape, body.bytes, BodyMembers::kAll, input, state));
      break;
    case Protocol::kRpcV2Cbor: MR_TRY(read_cbor_struct(shape, body.bytes, input, state)); break;
    case Protocol::kQuery:
      MR_TRY(read_query_input(operation, request, body.bytes, input, state));
      break;
    case Protocol::kRestJson:
    case Protocol::kRestXml:
      if (protocol == Protocol::kRestXml && !is_parsable_path(request.path)) {
        return Error("InvalidURI", 400, "Couldn't parse the specified URI.");
      }
      MR_TRY(read_request_bindings(shape, request, labels, input, state));
      MR_TRY(read_rest_body(shape, protocol, std::move(body), input, state));
      break;
  }
  state.top.report(shape, input, state.missing);
  missing = std::move(state.missing);
  return ok_status();
}

HttpResponse render_output(const Operation& operation, Protocol protocol, void* output,
                           std::string_view request_id) {
  const Service& service = *operation.service;
  HttpResponse response;
  if (protocol == Protocol::kRestXml) {
    response.headers.emplace_back("x-amz-request-id", request_id);
    response.headers.emplace_back("x-amz-id-2", request_id);
  } else {
    response.headers.emplace_back("x-amzn-RequestId", request_id);
  }
  switch (protocol) {
    case Protocol::kJson:
      set_header(response.headers, "Content-Type",
                 fmt::format("application/x-amz-json-{}", service.json_version));
      append_json_struct(response.body.bytes, *operation.output, output, BodyMembers::kAll,
                         kJsonTime);
      break;
    case Protocol::kRpcV2Cbor:
      set_header(response.headers, "Content-Type", "application/cbor");
      response.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
      append_cbor_struct(response.body.bytes, *operation.output, output);
      break;
    case Protocol::kQuery: write_query_output(operation, output, request_id, response); break;
    case Protocol::kRestJson:
    case Protocol::kRestXml: write_rest_output(operation, protocol, output, response); break;
  }
  if (service.signing_name == "dynamodb") {
    response.headers.emplace_back("x-amz-crc32", fmt::to_string(crc32(response.body.bytes)));
  }
  return response;
}

Result<HttpRequest> render_input(const Operation& operation, Protocol protocol, const void* input) {
  const Service& service = *operation.service;
  HttpRequest request;
  switch (protocol) {
    case Protocol::kJson:
      request.headers.emplace_back("Content-Type",
                                   fmt::format("application/x-amz-json-{}", service.json_version));
      request.headers.emplace_back("X-Amz-Target",
                                   fmt::format("{}.{}", service.target_prefix, operation.name));
      append_json_struct(request.body.bytes, *operation.input, input, BodyMembers::kAll, kJsonTime);
      break;
    case Protocol::kRpcV2Cbor:
      request.path = fmt::format("/service/{}/operation/{}", service.target_prefix, operation.name);
      request.headers.emplace_back("Content-Type", "application/cbor");
      request.headers.emplace_back("Accept", "application/cbor");
      request.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
      append_cbor_struct(request.body.bytes, *operation.input, input);
      break;
    case Protocol::kQuery:
      request.headers.emplace_back("Content-Type",
                                   "application/x-www-form-urlencoded; charset=utf-8");
      request.body.bytes = fmt::format("Action={}&Version={}", operation.name, service.api_version);
      append_query_struct(request.body.bytes, "", *operation.input, input, xml_time(service));
      break;
    case Protocol::kRestJson:
    case Protocol::kRestXml: MR_TRY(write_rest_input(operation, protocol, input, request)); break;
  }
  return request;
}

Status parse_output(const Operation& operation, Protocol protocol, HttpResponse response,
                    void* output) {
  ReadState state;
  const Shape& shape = *operation.output;
  switch (protocol) {
    case Protocol::kJson:
      return read_json_struct(shape, response.body.bytes, BodyMembers::kAll, output, state);
    case Protocol::kRpcV2Cbor: return read_cbor_struct(shape, response.body.bytes, output, state);
    case Protocol::kQuery: return read_query_output(operation, response.body.bytes, output, state);
    case Protocol::kRestJson:
    case Protocol::kRestXml: break;
  }
  if (is_late_failure(operation, response)) {
    response.status = 500;
    return parse_error(*operation.service, protocol, response);
  }
  MR_TRY(read_response_bindings(shape, response, output, state));
  if (is_bare_element_output(operation)) {
    MR_ASSIGN(const codec::XmlDocument document, codec::XmlDocument::parse(response.body.bytes));
    const std::string text = codec::text_of(document.root());
    const Member& only = shape.members.front();
    if (text.empty()) return ok_status();
    return scalar_from_text(*only.shape, text, only.mutate(output));
  }
  return read_rest_body(shape, protocol, std::move(response.body), output, state);
}

}  // namespace millrace::aws
