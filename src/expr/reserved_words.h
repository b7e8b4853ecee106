// Words that an expression may not use as a bare attribute name.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
#pragma once

#include <string_view>

namespace millrace::expr {

// Without regard to case.
bool is_reserved_word(std::string_view name);

}  // namespace millrace::expr
