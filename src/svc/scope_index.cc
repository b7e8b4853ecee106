#include "svc/scope_index.h"

namespace millrace::svc {
namespace {

store::KeyWriter index_of(store::Space space) {
  return store::KeyWriter("*", "*", space).str("scope");
}

}  // namespace

Status note_scope(store::Txn& txn, store::Space space, const Scope& scope) {
  std::string key = index_of(space).str(scope.account).str(scope.region).key();
  MR_ASSIGN(auto known, txn.get_untracked(key));
  if (!known) txn.put(key, "");
  return ok_status();
}

Result<std::vector<Scope>> noted_scopes(store::Reader& reader, store::Space space) {
  std::vector<Scope> scopes;
  auto cursor = reader.scan(store::prefix_range(index_of(space).key()));
  for (; cursor->valid(); cursor->next()) {
    store::KeyReader key(cursor->key());
    key.str();
    auto account = key.str();
    auto region = key.str();
    if (account && region) scopes.push_back({*account, *region});
  }
  MR_TRY(cursor->status());
  return scopes;
}

}  // namespace millrace::svc
