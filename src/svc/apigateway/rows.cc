#include "svc/apigateway/rows.h"

#include "base/random.h"

namespace millrace::apigateway {

std::string row_key(const svc::Scope& scope, Kind kind,
                    std::initializer_list<std::string_view> ids) {
  store::KeyWriter key(scope.account, scope.region, store::Space::kApiGateway);
  key.u8(static_cast<uint8_t>(kind));
  for (std::string_view id : ids)
    key.str(id);
  return std::move(key).key();
}

std::string directory_key(std::string_view api_id) {
  return row_key({"*", "*"}, Kind::kDirectory, {api_id});
}

Status delete_rows(store::Txn& txn, const std::string& prefix) {
  std::vector<std::string> keys;
  auto cursor = txn.scan(store::prefix_range(prefix));
  for (; cursor->valid(); cursor->next())
    keys.emplace_back(cursor->key());
  MR_TRY(cursor->status());
  cursor.reset();
  for (const std::string& key : keys)
    txn.del(key);
  return ok_status();
}

std::string write_directory_entry(const DirectoryEntry& entry) {
  return codec::Json::object()
      .set("account", entry.scope.account)
      .set("region", entry.scope.region)
      .set("type", entry.is_http ? "http" : "rest")
      .set("version", entry.version)
      .dump();
}

Result<std::optional<DirectoryEntry>> read_directory_entry(store::Reader& reader,
                                                           std::string_view api_id) {
  MR_ASSIGN(std::optional<std::string> text, reader.get(directory_key(api_id)));
  if (!text) return std::optional<DirectoryEntry>();
  MR_ASSIGN(codec::Json row, codec::Json::parse(*text));
  const codec::Json* version = row.find("version");
  return std::optional(DirectoryEntry{
      .scope = {std::string(row.get_string("account")), std::string(row.get_string("region"))},
      .is_http = row.get_string("type") == "http",
      .version = version != nullptr && version->is_int() ? *version->as_int() : 0});
}

Result<std::string> register_api(svc::Context& ctx, ApiType type) {
  while (true) {
    std::string id = new_id(10);
    MR_ASSIGN(auto taken, read_directory_entry(ctx.txn(), id));
    if (taken) continue;
    ctx.txn().put(directory_key(id),
                  write_directory_entry(
                      {.scope = ctx.scope(), .is_http = type == ApiType::kHttp, .version = 1}));
    return id;
  }
}

Status touch_api(svc::Context& ctx, std::string_view api_id) {
  MR_ASSIGN(auto entry, read_directory_entry(ctx.txn(), api_id));
  if (!entry) return Error::internal("an API without its directory row");
  ++entry->version;
  ctx.txn().put(directory_key(api_id), write_directory_entry(*entry));
  return ok_status();
}

std::string new_id(size_t length) { return random_text(thread_rng(), length, kLowerAlnum); }

}  // namespace millrace::apigateway
