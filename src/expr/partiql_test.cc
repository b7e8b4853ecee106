#include "expr/partiql.h"

#include <gtest/gtest.h>

namespace millrace::expr {
namespace {

using codec::AttributeValue;

std::string failure(std::string_view text, const std::vector<AttributeValue>& parameters = {}) {
  auto parsed = parse_partiql(text, parameters);
  return parsed.ok() ? "parsed" : parsed.error().message();
}

TEST(Partiql, SelectHasItsParts) {
  auto parsed = parse_partiql(
      R"(SELECT a, "b".c[1] FROM "t"."i" WHERE pk = 'x' AND NOT n IN [1, 2] ORDER BY sk DESC)", {});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  const PartiqlStatement& select = **parsed;
  EXPECT_EQ(select.table, "t");
  EXPECT_EQ(select.index, "i");
  ASSERT_EQ(select.projection.size(), 2U);
  EXPECT_EQ(select.projection[1].to_string(), "[b, c, [1]]");
  ASSERT_TRUE(select.where.has_value());
  EXPECT_EQ(select.where->op, Condition::Op::kAnd);
  ASSERT_EQ(select.order.size(), 1U);
  EXPECT_TRUE(select.order[0].descending);
}

TEST(Partiql, ValuesOfEveryKind) {
  auto parsed = parse_partiql(
      R"(INSERT INTO t VALUE {'s': 'it''s', 'n': -1.5e3, 'b': ?, 't': TRUE, 'z': NULL,
         'l': [1, []], 'm': {'k': FALSE}, 'ss': <<'b', 'a'>>, 'ns': <<2, 1>>})",
      {AttributeValue::of_b("x")});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  const codec::Item& item = (*parsed)->item;
  EXPECT_EQ(item.get("s")->s(), "it's");
  EXPECT_EQ(item.get("n")->n().to_string(), "-1500");
  EXPECT_EQ(item.get("b")->b(), "x");
  EXPECT_EQ(item.get("l")->l().size(), 2U);
  EXPECT_EQ(item.get("ss")->ss(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(item.get("ns")->ns().size(), 2U);
}

// paritysuite/dynamodb-conformance, tests/tier2/partiql: recorded in September 2026.
TEST(Partiql, SaysWhatIsWrong) {
  EXPECT_EQ(failure("SLECT"),
            "Statement wasn't well formed, can't be processed: Expected data manipulation");
  EXPECT_EQ(failure("SELECT * FROM a.b.c"),
            "A path may contain at most 2 components in the FROM clause");
  EXPECT_EQ(failure(R"(SELECT * FROM "")"), "Path component cannot be an empty string");
  EXPECT_EQ(failure("SELECT * FROM t WHERE a = ?"),
            "Number of parameters in request and statement don't match.");
  EXPECT_EQ(failure("SELECT * FROM t WHERE a < TRUE"),
            "Incorrect operand type for operator or function; operator or function: <, operand "
            "type: BOOL");
  for (const char* text :
       {"", "SELECT", "SELECT * FROM t WHERE", "'", "\"", "INSERT INTO t VALUE {", "UPDATE t SET a",
        "DELETE FROM t WHERE a = 1 RETURNING", "<<", "1"}) {
    EXPECT_NE(failure(text), "parsed") << text;
  }
}

TEST(Partiql, DepthIsBounded) {
  EXPECT_NE(failure("SELECT * FROM t WHERE " + std::string(100'000, '(')), "parsed");
  EXPECT_NE(failure("INSERT INTO t VALUE {'a':" + std::string(100'000, '[')), "parsed");
  std::string negations = "SELECT * FROM t WHERE ";
  for (int i = 0; i < 100'000; ++i)
    negations += "NOT ";
  EXPECT_NE(failure(negations + "a = 1"), "parsed");
}

}  // namespace
}  // namespace millrace::expr
