// Validator: walks an input by the tables of its model and collects what breaks a constraint, in
// the order of the model. The words are put together by the callers in validate.cc and
// validate_dynamodb.cc. For src/aws only. Belongs to one request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "aws/read_state.h"
#include "aws/shape.h"

namespace millrace::aws {

struct Problem {
  std::string path;       // "keySchema.1.member.keyType"
  std::string wire_path;  // "KeySchema.1.member.KeyType"
  std::string value;      // as AWS echoes it: "'x'" or "null"
  std::string constraint;
  bool is_enum = false;

  // "Value 'x' at 'limit' failed to satisfy constraint: …"
  std::string text() const;
  // As AWS's newer layer words it: "Value at 'Limit' failed …", and enums without a name.
  std::string newer_text() const;
};

class Validator {
 public:
  Validator(const Service& service, const MissingMembers& missing)
      : service_(service), missing_(missing) {}

  void structure(const Shape& shape, const void* value);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  // Where in the input we are: links up to the root, so that nothing is built while all is well.
  struct Place {
    enum class Kind : uint8_t { kRoot, kMember, kElement, kEntry };
    Kind kind = Kind::kRoot;
    const Place* parent = nullptr;
    std::string_view name;  // of the member or the key
    size_t index = 0;
    enum class Spelling : uint8_t { kLowerFirst, kModel };
    std::string path(Spelling spelling) const;
  };

  bool is_full() const;
  void add(const Place& place, std::string value, std::string constraint);
  bool is_missing(const void* structure, const Member& member) const;
  void members(const Shape& shape, const void* value, const Place& place);
  void any(const Shape& shape, const void* value, const Place& place);
  void list(const Shape& shape, const void* value, const Place& place);
  void map(const Shape& shape, const void* value, const Place& place);
  void map_entry(const Shape& shape, const void* map_value, const Place& place,
                 const std::string& key, const void* entry);
  // Calls visit(holds, text) for what a value has to satisfy; text() makes AWS's words for it.
  template <class Visit>
  void for_each_constraint(const Shape& shape, const void* value, Visit visit) const;
  bool is_violated(const Shape& shape, const void* value) const;
  std::string all_constraints(const Shape& shape, const void* value) const;

  const Service& service_;
  const MissingMembers& missing_;
  std::vector<Problem> problems_;
};

// "3 validation errors detected: …; …; …", at most ten of them.
std::string problems_text(const std::vector<std::string>& problems);

// A value as AWS prints it in messages: Java's toString() of it.
std::string value_text(const Shape& shape, const void* value);

}  // namespace millrace::aws
