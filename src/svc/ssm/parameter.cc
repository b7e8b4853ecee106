#include "svc/ssm/parameter.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/seal.h"
#include "store/key.h"

namespace millrace::ssm {
namespace {

using codec::Json;

constexpr char kPurpose[] = "ssm.parameter";

store::KeyWriter table(Context& ctx) {
  store::KeyWriter key(ctx.account(), ctx.region(), store::Space::kSsm);
  key.str("parameter");
  return key;
}

ParameterRecord from_json(const Json& json) {
  ParameterRecord record{.name = std::string(json.get_string("name"))};
  record.description = json.get_string("description");
  record.allowed_pattern = json.get_string("pattern");
  record.tier = json.get_string("tier");
  record.data_type = json.get_string("data_type");
  record.key_id = json.get_string("key_id");
  for (const Json& one : *json.find("versions")->as_array()) {
    record.versions.push_back({*one.find("number")->as_int(), std::string(one.get_string("type")),
                               std::string(one.get_string("value")),
                               Instant{*one.find("time")->as_int()}});
  }
  for (const Json& tag : *json.find("tags")->as_array()) {
    const auto& pair = *tag.as_array();
    record.tags.emplace_back(*pair[0].as_string(), *pair[1].as_string());
  }
  return record;
}

}  // namespace

Result<Selector> parse_selector(const std::string& name) {
  Selector selector{.name = name};
  if (size_t at = name.find(":parameter/"); name.starts_with("arn:") && at != std::string::npos) {
    selector.name = name.substr(at + 10);
    if (selector.name.find('/', 1) == std::string::npos) selector.name.erase(0, 1);
  }
  size_t colon = selector.name.find(':');
  if (colon == std::string::npos) return selector;
  selector.text = selector.name.substr(colon);
  std::string version = selector.text.substr(1);
  selector.name.resize(colon);
  if (version.empty() || version.size() > 9 ||
      version.find_first_not_of("0123456789") != std::string::npos) {
    return Error("ParameterVersionNotFound", 400, "Parameter labels are not supported by Millrace");
  }
  selector.version = std::stoll(version);
  return selector;
}

Result<std::optional<ParameterRecord>> find(Context& ctx, const std::string& name) {
  MR_ASSIGN(auto row, ctx.txn().get(table(ctx).str(name).key()));
  if (!row) return std::optional<ParameterRecord>();
  MR_ASSIGN(Json json, Json::parse(*row));
  return std::optional<ParameterRecord>(from_json(json));
}

Result<ParameterRecord> load(Context& ctx, const std::string& name) {
  MR_ASSIGN(auto record, find(ctx, name));
  if (!record) return Error("ParameterNotFound", 400, "Parameter " + name + " not found.");
  return std::move(*record);
}

void save(Context& ctx, const ParameterRecord& record) {
  Json json = Json::object();
  json.set("name", record.name).set("description", record.description);
  json.set("pattern", record.allowed_pattern).set("tier", record.tier);
  json.set("data_type", record.data_type).set("key_id", record.key_id);
  Json versions = Json::array();
  for (const Version& version : record.versions) {
    Json one = Json::object();
    one.set("number", version.number).set("type", version.type);
    one.set("value", version.value).set("time", version.time.us);
    versions.push(std::move(one));
  }
  Json tags = Json::array();
  for (const auto& [key, value] : record.tags)
    tags.push(Json::Array{Json(key), Json(value)});
  json.set("versions", std::move(versions)).set("tags", std::move(tags));
  ctx.txn().put(table(ctx).str(record.name).key(), json.dump());
}

void erase(Context& ctx, const std::string& name) { ctx.txn().del(table(ctx).str(name).key()); }

Result<std::vector<ParameterRecord>> scan(Context& ctx, const std::string& prefix) {
  std::vector<ParameterRecord> all;
  // Names hold no zero byte, so that a prefix of a name is a prefix of its key.
  auto it = ctx.txn().scan(store::prefix_range(table(ctx).key() + prefix));
  for (; it->valid(); it->next()) {
    MR_ASSIGN(Json json, Json::parse(it->value()));
    all.push_back(from_json(json));
  }
  MR_TRY(it->status());
  return all;
}

std::string arn_of(const Context& ctx, const std::string& name) {
  return ctx.arn("ssm", "parameter" + std::string(name.starts_with('/') ? "" : "/") + name);
}

Result<wire::Parameter> to_wire(Context& ctx, const ParameterRecord& record, const Version& version,
                                Decryption decryption) {
  wire::Parameter out{.name = record.name, .type = version.type, .value = version.value};
  if (version.type == "SecureString" && decryption == Decryption::kYes) {
    auto sealed = base64_decode(version.value);
    auto value = sealed ? unseal({ctx.ports().installation_key, kPurpose}, *sealed) : std::nullopt;
    if (!value) return Error::internal("a SecureString was sealed with another key");
    out.value = std::move(*value);
  }
  out.version = version.number;
  out.last_modified_date = version.time;
  out.arn = arn_of(ctx, record.name);
  out.data_type = record.data_type;
  return out;
}

}  // namespace millrace::ssm
