// ApiCache: compiled APIs by id. Each request reads one directory row; while its version is that of
// the compiled API, nothing else is read. So a change made by anybody, on any node, is seen at
// once, and a request's cost does not grow with the number of APIs, routes or stages.
//
// Thread safety: free-threaded.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>

#include "svc/apigateway/compiled_api.h"

namespace millrace::apigateway {

class ApiCache {
 public:
  // REQUIRES: `store` outlives the cache.
  explicit ApiCache(store::Store& store) : store_(store) {}

  // nullptr when there is no such API.
  Result<std::shared_ptr<const CompiledApi>> find(std::string_view api_id);

 private:
  // More than this many at once: forget all, and compile again what is asked for.
  static constexpr size_t kApisMax = 1000;

  store::Store& store_;
  std::shared_mutex mutex_;
  std::map<std::string, std::shared_ptr<const CompiledApi>, std::less<>> apis_;
};

}  // namespace millrace::apigateway
