// The accounts and regions in which a service holds anything, so that its background work
// (sweepers, outbox views) can find them without scanning the store.
//
// Rows: ("*", "*", space, "scope", account, region) -> empty.
#pragma once

#include <vector>

#include "store/key.h"
#include "store/store.h"
#include "svc/ports.h"

namespace millrace::svc {

// Makes the scope known; writes only the first time.
Status note_scope(store::Txn& txn, store::Space space, const Scope& scope);

Result<std::vector<Scope>> noted_scopes(store::Reader& reader, store::Space space);

}  // namespace millrace::svc
