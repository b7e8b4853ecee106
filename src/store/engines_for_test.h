// The engines that the store's tests run over. For tests only.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "store/store.h"

namespace millrace::store {

struct Engine {
  std::string name;
  // Opens the store kept in `path`; an engine without a disk ignores it.
  std::function<std::unique_ptr<Store>(const std::string& path)> open;
  bool is_durable = false;
};
inline std::ostream& operator<<(std::ostream& out, const Engine& engine) {
  return out << engine.name;
}

// A new empty folder, removed with everything in it at the end of its scope.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace millrace::store
