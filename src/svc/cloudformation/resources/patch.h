// Patch: the JSON-patch operations by which API Gateway's resources are changed, made from the
// properties before and after.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/json.h"

namespace millrace::cloudformation {

class Patch {
 public:
  // REQUIRES: both outlive the patch.
  Patch(const codec::Json& before, const codec::Json& after) : before_(before), after_(after) {}

  const codec::Json& before() const { return before_; }
  bool changed(std::string_view property) const;
  // A scalar (or a document as text) at `path`, replaced when it changed; "" when it is gone.
  Patch& value(std::string_view property, std::string path);
  // A list of strings whose members are added and removed at prefix + member.
  Patch& members(std::string_view property, const std::string& prefix);
  // The same, for the list `member` of the object `property`.
  Patch& members_of(std::string_view property, std::string_view member, const std::string& prefix);
  // A map whose entries are set and removed at prefix + key.
  Patch& entries(std::string_view property, const std::string& prefix);
  void add(std::string op, std::string path, std::string value);

  bool empty() const { return list_.empty(); }
  template <class Operation>
  std::vector<Operation> operations() const {
    std::vector<Operation> out;
    for (const One& one : list_) {
      Operation operation;
      operation.op = one.op;
      operation.path = one.path;
      if (one.op != "remove") operation.value = one.value;
      out.push_back(std::move(operation));
    }
    return out;
  }

  static std::string text(const codec::Json& value);

 private:
  struct One {
    std::string op, path, value;
  };
  void diff_members(const codec::Json* before, const codec::Json* after, const std::string& prefix);

  const codec::Json& before_;
  const codec::Json& after_;
  std::vector<One> list_;
};

}  // namespace millrace::cloudformation
