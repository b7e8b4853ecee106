#include "svc/apigateway/api_cache.h"

#include <mutex>

namespace millrace::apigateway {

Result<std::shared_ptr<const CompiledApi>> ApiCache::find(std::string_view api_id) {
  auto snapshot = store_.snapshot();
  MR_ASSIGN(auto entry, read_directory_entry(*snapshot, api_id));
  if (!entry) return std::shared_ptr<const CompiledApi>();
  {
    std::shared_lock lock(mutex_);
    auto it = apis_.find(api_id);
    if (it != apis_.end() && it->second->version == entry->version) return it->second;
  }
  MR_ASSIGN(auto compiled, compile_api(*snapshot, api_id, *entry));
  std::unique_lock lock(mutex_);
  if (apis_.size() >= kApisMax && !apis_.contains(api_id)) apis_.clear();
  auto& slot = apis_[std::string(api_id)];
  // Another thread may have compiled a newer one meanwhile.
  if (!slot || slot->version < compiled->version) slot = compiled;
  return compiled;
}

}  // namespace millrace::apigateway
