// Placeholders: the ExpressionAttributeNames and ExpressionAttributeValues of one request, and
// which of them its expressions have used. Borrows both maps and outlives every expression parsed
// with it. Belongs to one request.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/attribute_value.h"

namespace millrace::expr {

class Placeholders {
 public:
  using Names = std::map<std::string, std::string>;

  // Either may be null: the request has none.
  Placeholders(const Names* names, const codec::Item* values);

  // That the maps are not empty and their keys are well formed. Not the values themselves: their
  // checks differ between operations.
  Status check() const;
  // That each was used. Call after all expressions of the request are parsed.
  Status check_all_used() const;

  // Null where there is none. Marks it as used. `key` with its '#' or ':'.
  const std::string* name(std::string_view key);
  const codec::AttributeValue* value(std::string_view key);

 private:
  const Names* names_;
  const codec::Item* values_;
  std::vector<std::string_view> used_;
};

}  // namespace millrace::expr
