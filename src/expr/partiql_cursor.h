// PartiqlCursor: the place in a statement's tokens, and what all its parts are made of: names,
// paths and values. For src/expr only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/attribute_value.h"
#include "expr/partiql_lexer.h"
#include "expr/path.h"

namespace millrace::expr {

class PartiqlCursor {
 public:
  // Both are borrowed.
  PartiqlCursor(std::vector<PartiqlToken> tokens,
                const std::vector<codec::AttributeValue>& parameters)
      : tokens_(std::move(tokens)), parameters_(parameters) {}

  const PartiqlToken& token(size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  void advance() {
    if (token().kind != PartiqlTokenKind::kEnd) ++at_;
  }
  bool take_word(std::string_view keyword);
  bool take_symbol(std::string_view symbol);
  Status expect_word(std::string_view keyword);
  Status expect_symbol(std::string_view symbol);
  // The token at the cursor does not fit.
  Error unexpected() const;

  bool at_value() const;  // a literal or a question mark
  bool at_name() const;
  Result<std::string> parse_name();
  Result<Path> parse_path();
  Result<codec::AttributeValue> parse_value();
  // That the statement has as many question marks as there are parameters.
  Status check_parameters() const;

 private:
  Result<codec::AttributeValue> parse_number(std::string_view sign);
  Result<codec::AttributeValue> parse_list(std::string_view end);
  Result<codec::AttributeValue> parse_bag();
  Result<codec::AttributeValue> parse_tuple();
  Status enter();

  std::vector<PartiqlToken> tokens_;
  const std::vector<codec::AttributeValue>& parameters_;
  size_t at_ = 0;
  size_t parameters_used_ = 0;
  int depth_ = 0;
};

}  // namespace millrace::expr
