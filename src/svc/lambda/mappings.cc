#include "svc/lambda/mappings.h"

#include "svc/credentials.h"
#include "svc/document.h"

namespace millrace::lambda {

std::string MappingRow::to_text() const {
  codec::Json json;
  json.set("Configuration", svc::to_document<api::GetEventSourceMapping>(config));
  json.set("CreatedUs", created.us);
  return json.dump();
}

Result<MappingRow> MappingRow::from_text(std::string_view text) {
  MR_ASSIGN(codec::Json json, codec::Json::parse(text));
  MappingRow row;
  const codec::Json* config = json.find("Configuration");
  if (config == nullptr) return Error::internal("an event source mapping's row is damaged");
  MR_ASSIGN(row.config, svc::from_document<api::GetEventSourceMapping>(*config));
  if (const codec::Json* created = json.find("CreatedUs"); created && created->as_int()) {
    row.created = Instant{*created->as_int()};
  }
  return row;
}

std::string StreamPosition::to_text() const {
  codec::Json json = codec::Json::object();
  if (!sequence.empty()) json.set("Sequence", sequence);
  if (!iterator.empty()) json.set("Iterator", iterator);
  return json.dump();
}

Result<StreamPosition> StreamPosition::from_text(std::string_view text) {
  MR_ASSIGN(codec::Json json, codec::Json::parse(text));
  return StreamPosition{.sequence = std::string(json.get_string("Sequence")),
                        .iterator = std::string(json.get_string("Iterator"))};
}

std::string mapping_key(const svc::Scope& scope, std::string_view uuid) {
  return lambda_key(scope, "mapping").str(uuid).key();
}
std::string position_key(const svc::Scope& scope, std::string_view uuid, std::string_view shard) {
  return lambda_key(scope, "position").str(uuid).str(shard).key();
}

Result<MappingRow> load_mapping(store::Reader& reader, const svc::Scope& scope,
                                std::string_view uuid) {
  MR_ASSIGN(auto text, reader.get(mapping_key(scope, uuid)));
  if (!text) {
    return api::errors::resource_not_found_exception("The resource you requested does not exist.");
  }
  return MappingRow::from_text(*text);
}

Result<svc::Caller> stream_reader(store::Reader& reader, const svc::Ports& ports,
                                  const svc::Scope& scope, const std::string& role_arn) {
  // Without an IAM there are no roles to act as: a test's root reads.
  if (ports.role_sessions == nullptr) return svc::Caller::root(scope.account);
  return ports.role_sessions->role_caller(reader, {.role_arn = role_arn,
                                                   .session_name = svc::kEventSourceSession,
                                                   .service = "lambda.amazonaws.com"});
}

}  // namespace millrace::lambda
