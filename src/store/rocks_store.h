// How tests open the RocksDB engine over a file system of their own. Everybody else calls
// open_rocks_store() of store.h.
#pragma once

#include <memory>

#include "base/result.h"
#include "store/store.h"

namespace rocksdb {
class Env;
}

namespace millrace::store {

// `env` must outlive the store; nullptr: the machine's own.
Result<std::unique_ptr<Store>> open_rocks_store_on(rocksdb::Env* env, const RocksOptions& options);

}  // namespace millrace::store
