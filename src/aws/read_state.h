// What the readers of the protocols share: which members of the top structure they look for, and
// the record of required members that were not there. A required member is a plain value in its
// struct, so "absent" cannot be seen in it afterwards; the validator needs to know.
#pragma once

#include <bitset>
#include <cstdint>
#include <utility>
#include <vector>

#include "aws/shape.h"

namespace millrace::aws {

// Which members of the top structure belong into the body: all of them, or (REST) those without
// another location.
enum class BodyMembers : uint8_t { kAll, kUnlocated };

// Required members that were absent, with the structure they belong to. The addresses stay valid as
// long as the input is neither moved nor changed: readers reserve lists before they fill them.
using MissingMembers = std::vector<std::pair<const void*, const Member*>>;

// Which members of one structure were present.
class SeenMembers {
 public:
  void mark(const Shape& shape, const Member& member) {
    const auto index = static_cast<size_t>(&member - shape.members.data());
    if (index < kMembersMax) seen_.set(index);
  }
  void report(const Shape& shape, const void* structure, MissingMembers& missing) const {
    for (size_t i = 0; i < shape.members.size() && i < kMembersMax; ++i) {
      if (shape.members[i].required && !seen_.test(i)) {
        missing.emplace_back(structure, &shape.members[i]);
      }
    }
  }

 private:
  static constexpr size_t kMembersMax = 192;  // the largest modelled structure has fewer than 120
  std::bitset<kMembersMax> seen_;
};

// One read of a request or an answer.
struct ReadState {
  SeenMembers top;  // reported by the protocol, which reads the top structure in several places
  MissingMembers missing;  // of the structures below
};

}  // namespace millrace::aws
