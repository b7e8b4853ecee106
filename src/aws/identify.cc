#include "aws/identify.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"

namespace millrace::aws {
namespace {

bool speaks(const Service& service, Protocol protocol) {
  return std::ranges::find(service.protocols, protocol) != service.protocols.end();
}

bool is_rest(const Service& service) {
  return speaks(service, Protocol::kRestJson) || speaks(service, Protocol::kRestXml);
}

// An upload by an HTML form: S3 has it, but its model does not.
constexpr std::string_view kPostObject = "PostObject";

Identified named(const Service* service, Protocol protocol, std::string_view name) {
  return {.service = service,
          .protocol = protocol,
          .operation_name = std::string(name),
          .operation = service == nullptr ? nullptr : service->find_operation(name),
          .labels = {}};
}

}  // namespace

Identifier::Identifier(std::span<const Service* const> services) : services_(services) {
  for (const Service* service : services) {
    if (!service->target_prefix.empty()) by_target_prefix_[service->target_prefix] = service;
    if (is_rest(*service)) routers_.emplace(service, RestRouter(*service));
  }
}

Identified Identifier::identify(const RequestView& request, std::string_view signing_name,
                                std::string_view form) const {
  const auto with_prefix = [&](std::string_view prefix) -> const Service* {
    const auto found = by_target_prefix_.find(prefix);
    return found == by_target_prefix_.end() ? nullptr : found->second;
  };
  if (const std::string_view target = request.header("x-amz-target"); !target.empty()) {
    const size_t dot = target.rfind('.');
    if (dot == target.npos) return {};
    return named(with_prefix(target.substr(0, dot)), Protocol::kJson, target.substr(dot + 1));
  }
  constexpr std::string_view kServicePath = "/service/";
  constexpr std::string_view kOperationPath = "/operation/";
  if (request.path.starts_with(kServicePath) && request.has_header("smithy-protocol")) {
    const std::string_view rest = request.path.substr(kServicePath.size());
    const size_t at = rest.find(kOperationPath);
    if (at == rest.npos) return {};
    return named(with_prefix(rest.substr(0, at)), Protocol::kRpcV2Cbor,
                 rest.substr(at + kOperationPath.size()));
  }
  if (!form.empty()) {
    if (Identified found = by_action(parse_query_string(form), signing_name); found.service) {
      return found;
    }
  }
  if (request.query.find("Action=") != request.query.npos) {
    if (Identified found = by_action(parse_query_string(request.query), signing_name);
        found.service) {
      return found;
    }
  }
  Identified found = by_path(request, signing_name);
  return found.service == nullptr ? unknown_query(request, signing_name, form) : found;
}

// A service that is spoken to by action gives its own answer to an action or version that it does
// not have, and to none.
Identified Identifier::unknown_query(const RequestView& request, std::string_view signing_name,
                                     std::string_view form) const {
  for (const Service* service : services_) {
    if (service->signing_name != signing_name || !speaks(*service, Protocol::kQuery)) continue;
    const QueryParameters parameters = parse_query_string(form.empty() ? request.query : form);
    const std::string* action = find_parameter(parameters, "Action");
    const std::string* version = find_parameter(parameters, "Version");
    return {.service = service,
            .protocol = Protocol::kQuery,
            .operation_name = action == nullptr ? "" : *action,
            .version = version == nullptr ? "" : *version};
  }
  return {};
}

Identified Identifier::by_action(const QueryParameters& parameters,
                                 std::string_view signing_name) const {
  const std::string* action = find_parameter(parameters, "Action");
  const std::string* version = find_parameter(parameters, "Version");
  if (action == nullptr) return {};
  const Service* candidate = nullptr;
  for (const Service* service : services_) {
    if (!speaks(*service, Protocol::kQuery)) continue;
    if (!signing_name.empty() && service->signing_name != signing_name) continue;
    if (version != nullptr && service->api_version != *version) continue;
    if (signing_name.empty() && version == nullptr) continue;
    candidate = service;
    if (service->find_operation(*action) != nullptr) break;
  }
  return named(candidate, Protocol::kQuery, *action);
}

Identified Identifier::by_path(const RequestView& request, std::string_view signing_name) const {
  if (signing_name.empty()) signing_name = "s3";
  Identified nothing;
  for (const Service* service : services_) {
    const auto router = routers_.find(service);
    if (router == routers_.end() || service->signing_name != signing_name) continue;
    const Protocol protocol =
        speaks(*service, Protocol::kRestXml) ? Protocol::kRestXml : Protocol::kRestJson;
    if (auto match = router->second.match(request)) {
      return {.service = service,
              .protocol = protocol,
              .operation_name = std::string(match->operation->name),
              .operation = match->operation,
              .labels = std::move(match->labels)};
    }
    if (nothing.service == nullptr) nothing = named(service, protocol, "");
  }
  if (nothing.protocol == Protocol::kRestXml && request.method == "POST" &&
      request.header("content-type").starts_with("multipart/form-data")) {
    nothing.operation_name = kPostObject;
  }
  return nothing;
}

Error Identifier::refusal(const Identified& identified) {
  const Service& service = *identified.service;
  const bool known = identified.operation != nullptr;
  const std::string lacking =
      fmt::format("{}:{} is not supported by Millrace", service.id, identified.operation_name);
  switch (identified.protocol) {
    case Protocol::kQuery:
      if (known) return Error("InvalidAction", 400, lacking);
      if (identified.operation_name.empty()) {
        return Error("MissingAction", 400,
                     "The request is missing an action or a required parameter");
      }
      return Error(
          "InvalidAction", 400,
          fmt::format("Could not find operation {} for version {}", identified.operation_name,
                      identified.version.empty() ? service.api_version : identified.version));
    case Protocol::kRestXml:
      // S3 says NotImplemented with 501, which SDKs retry for minutes: 405 is refused at once.
      if (known || identified.operation_name == kPostObject) {
        return Error("NotImplemented", 405, lacking);
      }
      return Error("MethodNotAllowed", 405,
                   "The specified method is not allowed against this resource.");
    case Protocol::kRestJson:
      if (known) return Error("UnknownOperationException", 404, lacking);
      return Error("UnknownOperationException", 404, "");
    default:
      if (known) return Error("UnknownOperationException", 400, lacking);
      return Error("UnknownOperationException", 400, "");
  }
}

}  // namespace millrace::aws
