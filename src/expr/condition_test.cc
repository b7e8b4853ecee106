#include "expr/condition.h"

#include <gtest/gtest.h>

#include "codec/attribute_value_json.h"
#include "expr/key_condition.h"

namespace millrace::expr {
namespace {

codec::Item item(std::string_view json) {
  auto parsed = codec::item_from_json_text(json);
  EXPECT_TRUE(parsed.ok()) << json;
  return parsed.ok() ? *parsed : codec::Item{};
}

const Placeholders::Names kNames = {{"#a", "a"}, {"#s", "size"}, {"#d", "data"}};

const codec::Item& values() {
  static const codec::Item kValues = item(R"({
    ":s":{"S":"abc"}, ":t":{"S":"abd"}, ":n":{"N":"5"}, ":m":{"N":"4"}, ":b":{"B":"YWJj"},
    ":l":{"L":[{"N":"1"}]}, ":map":{"M":{}}, ":true":{"BOOL":true}, ":null":{"NULL":true},
    ":ss":{"SS":["x","y"]}, ":x":{"S":"x"}, ":S":{"S":"S"}, ":bad":{"S":"STRING"}, ":one":{"N":"1"},
    ":three":{"N":"3"}, ":empty":{"S":""}, ":ab":{"S":"ab"}, ":L":{"S":"L"}
  })");
  return kValues;
}

std::string failure(std::string_view text) {
  Placeholders placeholders(&kNames, &values());
  auto parsed = parse_condition("ConditionExpression", text, placeholders);
  if (parsed.ok()) return "parsed";
  EXPECT_EQ(parsed.error().code(), "ValidationException");
  return parsed.error().message();
}

bool holds(std::string_view text, const codec::Item& subject) {
  Placeholders placeholders(&kNames, &values());
  auto parsed = parse_condition("ConditionExpression", text, placeholders);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed.ok() ? "" : parsed.error().message());
  return parsed.ok() && matches(*parsed, subject);
}

struct Case {
  const char* text;
  const char* message;  // behind "Invalid ConditionExpression: "
};

// Recorded from AWS by dynalite (npm, test/), by the DynamoDB conformance suite
// (paritysuite/dynamodb-conformance) and in public issue threads.
const Case kFaults[] = {
    {"", "The expression can not be empty;"},
    {"a", R"(Syntax error; token: "<EOF>", near: "a")"},
    {"INVALID SYNTAX HERE", R"(Syntax error; token: "SYNTAX", near: "INVALID SYNTAX HERE")"},
    {"a = = :s", R"(Syntax error; token: "=", near: "= = :s")"},
    {"a ! :s", R"(Syntax error; token: "!", near: "a ! :s")"},
    {"_a = :s", R"(Syntax error; token: "_", near: "_a")"},
    {"attribute_type()", R"-(Syntax error; token: ")", near: "()")-"},
    {"a = :s AND", R"(Syntax error; token: "<EOF>", near: "AND")"},
    {"(a = :s", R"(Syntax error; token: "<EOF>", near: ":s")"},
    {"a = :s)", R"-(Syntax error; token: ")", near: ":s)")-"},
    {"a[x] = :s", R"(Syntax error; token: "x", near: "[x]")"},
    {"a..b = :s", R"(Syntax error; token: ".", near: "..b")"},
    {"a = :s b = :s", R"(Syntax error; token: "b", near: ":s b =")"},
    {"a BETWEEN :m OR :n", R"(Syntax error; token: "OR", near: ":m OR :n")"},
    {"((a = :s))", "The expression has redundant parentheses;"},
    {"((attribute_not_exists(a)))", "The expression has redundant parentheses;"},
    {"((a)) = :s", "The expression has redundant parentheses;"},
    {"a = ((:s))", "The expression has redundant parentheses;"},
    {"bogus(a)", "Invalid function name; function: bogus"},
    {"Size(a) = :n", "Invalid function name; function: Size"},
    {"if_not_exists(a, :s) = :s",
     "The function is not allowed in a condition expression; function: if_not_exists"},
    {"size(a)", "The function is not allowed to be used this way in an expression; function: size"},
    {"size(a) AND a = :s",
     "The function is not allowed to be used this way in an expression; function: size"},
    {"contains(a, :s) = :true",
     "The function is not allowed to be used this way in an expression; function: contains"},
    {"size(contains(a, :s)) = :n",
     "The function is not allowed to be used this way in an expression; function: contains"},
    {"comment = :s", "Attribute name is a reserved keyword; reserved keyword: comment"},
    {"a.COMMENT = :s", "Attribute name is a reserved keyword; reserved keyword: COMMENT"},
    {"#x = :s",
     "An expression attribute name used in the document path is not defined; attribute name: #x"},
    {"a = :undefined",
     "An expression attribute value used in expression is not defined; attribute value: "
     ":undefined"},
    {"contains(a)",
     "Incorrect number of operands for operator or function; operator or function: contains, "
     "number of operands: 1"},
    {"size(a, b) = :n",
     "Incorrect number of operands for operator or function; operator or function: size, number "
     "of operands: 2"},
    {"contains(#d, #d)",
     "The first operand must be distinct from the remaining operands for this operator or "
     "function; operator: contains, first operand: [data]"},
    {"a[1].b = a[1].b",
     "The first operand must be distinct from the remaining operands for this operator or "
     "function; operator: =, first operand: [a, [1], b]"},
    {"attribute_exists(:s)",
     "Operator or function requires a document path; operator or function: attribute_exists"},
    {"begins_with(a, :n)",
     "Incorrect operand type for operator or function; operator or function: begins_with, "
     "operand type: N"},
    {"attribute_type(a, :n)",
     "Incorrect operand type for operator or function; operator or function: attribute_type, "
     "operand type: N"},
    {"attribute_type(a, :bad)",
     "Invalid attribute type name found; type: STRING, valid types: "
     "{S,SS,N,NS,B,BS,BOOL,NULL,L,M}"},
    {"size(:n) = :n",
     "Incorrect operand type for operator or function; operator or function: size, operand type: "
     "N"},
    {"a < :true",
     "Incorrect operand type for operator or function; operator or function: <, operand type: "
     "BOOL"},
    {"a BETWEEN :l AND :l",
     "Incorrect operand type for operator or function; operator or function: BETWEEN, operand "
     "type: L"},
    {"a BETWEEN :n AND :m",
     "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
     "lower "
     "bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {N:4}"},
    {"a BETWEEN :n AND :s",
     "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
     "operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {S:abc}"},
    // Order between faults.
    {"((a = :undefined)) AND b", R"(Syntax error; token: "<EOF>", near: "b")"},
    {"comment = :undefined", "Attribute name is a reserved keyword; reserved keyword: comment"},
    {"begins_with(a, :n) AND b = :undefined",
     "Incorrect operand type for operator or function; operator or function: begins_with, "
     "operand type: N"},
    {"b = :undefined AND begins_with(a, :n)",
     "An expression attribute value used in expression is not defined; attribute value: "
     ":undefined"},
};

TEST(ConditionParser, FaultsInAwsWords) {
  for (const auto& c : kFaults) {
    EXPECT_EQ(failure(c.text), std::string("Invalid ConditionExpression: ") + c.message) << c.text;
  }
}

TEST(ConditionParser, Bounds) {
  EXPECT_EQ(failure("attribute_exists(" + std::string(4060, 'a') + ")"), "parsed");
  EXPECT_EQ(failure(std::string(4200, 'a')),
            "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; "
            "expression size: 4200");
  // Deep nesting is an error, not a stack overflow.
  EXPECT_NE(failure(std::string(4000, '(') + "a"), "parsed");
  std::string nots;
  for (int i = 0; i < 1000; ++i)
    nots += "NOT ";
  EXPECT_NE(failure(nots + "a=:s"), "parsed");
  std::string in = "a IN (:s";
  for (int i = 0; i < 99; ++i)
    in += ",:s";
  EXPECT_EQ(failure(in + ")"), "parsed");
  EXPECT_NE(failure(in + ",:s)"), "parsed");
}

TEST(Condition, Evaluates) {
  const codec::Item subject = item(R"({
    "a":{"S":"abc"}, "n":{"N":"5.0"}, "b":{"B":"YWJj"}, "l":{"L":[{"N":"1"},{"S":"abc"}]},
    "m":{"M":{"k":{"L":[{"S":"x"}]}}}, "ss":{"SS":["y","x"]}, "t":{"BOOL":true},
    "nul":{"NULL":true}, "size":{"N":"3"}
  })");
  const std::pair<const char*, bool> kCases[] = {
      {"a = :s", true},
      {"a <> :s", false},
      {"a < :t", true},
      {"a >= :t", false},
      {":s = a", true},
      {"n = :n", true},
      {"n > :m", true},
      {"a = :n", false},
      {"a <> :n", true},
      {"a < :n", false},
      {"absent = :s", false},
      {"absent <> :s", true},
      {"absent < :s", false},
      {"absent = absent2", false},
      {"t = :true", true},
      {"nul = :null", true},
      {"ss = :ss", true},
      {"m.k[0] = :x", true},
      {"m.k[1] = :x", false},
      {"m.k.z = :x", false},
      {"#s = :three", true},
      {"a BETWEEN :s AND :t", true},
      {"n BETWEEN :m AND :n", true},
      {"a BETWEEN :m AND :n", false},
      {"a IN (:t, :s)", true},
      {"a IN (:t)", false},
      {"n IN (:s, :n)", true},
      {"attribute_exists(a)", true},
      {"attribute_exists(m.k)", true},
      {"attribute_not_exists(m.z)", true},
      {"attribute_not_exists(a)", false},
      {"attribute_type(a, :S)", true},
      {"attribute_type(l, :L)", true},
      {"attribute_type(absent, :S)", false},
      {"begins_with(a, :ab)", true},
      {"begins_with(a, :t)", false},
      {"begins_with(b, :s)", false},
      {"begins_with(b, :b)", true},
      {"contains(a, :ab)", true},
      {"contains(a, :empty)", true},
      {"contains(ss, :x)", true},
      {"contains(ss, :ab)", false},
      {"contains(l, :one)", true},
      {"contains(l, :s)", true},
      {"contains(m, :s)", false},
      {"size(a) = :three", true},
      {"size(l) < :three", true},
      {"size(absent) = :three", false},
      {"size(n) = :three", false},
      {"size(ss) IN (:three)", false},
      {"NOT a = :s", false},
      {"NOT (a = :t)", true},
      {"a = :s AND n = :n", true},
      {"a = :t OR n = :n", true},
      {"a = :t AND n = :n OR t = :true", true},
      {"a = :t AND (n = :n OR t = :true)", false},
      {"NOT a = :t AND t = :true", true},
      {"(a) = (:s)", true},
      {"not a = :t and t = :true", true},
      {"(NOT (attribute_exists(absent)))", true},
  };
  for (const auto& [text, expected] : kCases)
    EXPECT_EQ(holds(text, subject), expected) << text;
}

TEST(Placeholders, KeysAndUse) {
  const Placeholders::Names bad_name = {{"a", "a"}};
  EXPECT_EQ(Placeholders(&bad_name, nullptr).check().error().message(),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\"");
  const codec::Item bad_value = item(R"({":a-b":{"S":""}})");
  EXPECT_EQ(Placeholders(nullptr, &bad_value).check().error().message(),
            "ExpressionAttributeValues contains invalid key: Syntax error; key: \":a-b\"");
  const Placeholders::Names none;
  EXPECT_EQ(Placeholders(&none, nullptr).check().error().message(),
            "ExpressionAttributeNames must not be empty");
  const Placeholders::Names empty_name = {{"#a", ""}};
  EXPECT_EQ(Placeholders(&empty_name, nullptr).check().error().message(),
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a");
  const Placeholders::Names names = {{"#a", "a"}, {"#unused", "b"}};
  const codec::Item two = item(R"({":x":{"S":""},":y":{"S":""},":z":{"S":""}})");
  Placeholders some(&names, &two);
  ASSERT_TRUE(parse_condition("ConditionExpression", "#a = :y", some).ok());
  EXPECT_EQ(some.check_all_used().error().message(),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}");
  Placeholders only_values(nullptr, &two);
  ASSERT_TRUE(parse_condition("ConditionExpression", "a = :y", only_values).ok());
  EXPECT_EQ(only_values.check_all_used().error().message(),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x, :z}");
}

// Recorded in ExtendDB's test_expression_attribute_map_validation.
TEST(Placeholders, KeysAreOfAtMost255Bytes) {
  const std::string longest(254, 'a');
  const Placeholders::Names long_name = {{"#" + longest, "a"}};
  EXPECT_TRUE(Placeholders(&long_name, nullptr).check().ok());
  const Placeholders::Names too_long_name = {{"##" + longest, "a"}};
  EXPECT_EQ(Placeholders(&too_long_name, nullptr).check().error().message(),
            "ExpressionAttributeNames contains invalid key: The expression attribute map contains "
            "a key that is too long; size of key: 256");
  const codec::Item too_long_value = item(R"({":a)" + longest + R"(":{"S":""}})");
  EXPECT_EQ(Placeholders(nullptr, &too_long_value).check().error().message(),
            "ExpressionAttributeValues contains invalid key: The expression attribute map contains "
            "a key that is too long;");
}

std::string key_failure(std::string_view text) {
  Placeholders placeholders(&kNames, &values());
  auto parsed = parse_key_condition(text, placeholders);
  return parsed.ok() ? "parsed" : parsed.error().message();
}

TEST(KeyCondition, FaultsInAwsWords) {
  const Case kCases[] = {
      {"a = :s OR b = :s", "Invalid operator used in KeyConditionExpression: OR"},
      {"NOT a = :s", "Invalid operator used in KeyConditionExpression: NOT"},
      {"a <> :s", "Invalid operator used in KeyConditionExpression: <>"},
      {"a IN (:s)", "Invalid operator used in KeyConditionExpression: IN"},
      {"contains(a, :s)", "Invalid operator used in KeyConditionExpression: contains"},
      {"size(a) = :n", "KeyConditionExpressions cannot contain nested operations"},
      {"a.b = :s", "KeyConditionExpressions cannot have conditions on nested attributes"},
      {":s = :s", "Invalid condition in KeyConditionExpression: No key attribute specified"},
      {"a = b",
       "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
       "condition"},
      {"begins_with(:s, a)",
       "Invalid condition in KeyConditionExpression: begins_with operator must have the key "
       "attribute as its first operand"},
      {"a = :s AND a = :t",
       "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition "
       "per "
       "key"},
      {"a = :s AND begins_with(b, :n)",
       "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator "
       "or function: begins_with, operand type: N"},
      {"a = :s AND :true >= b",
       "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator "
       "or function: >=, operand type: BOOL"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(key_failure(c.text), c.message) << c.text;
}

TEST(KeyCondition, PutsTheAttributeFirst) {
  Placeholders placeholders(&kNames, &values());
  auto parsed = parse_key_condition("(:s = #a) AND :n > b", placeholders);
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->terms.size(), 2u);
  EXPECT_EQ(parsed->terms[0].name, "a");
  EXPECT_EQ(parsed->terms[0].op, Condition::Op::kEq);
  EXPECT_EQ(parsed->terms[0].values[0]->s(), "abc");
  EXPECT_EQ(parsed->terms[1].name, "b");
  EXPECT_EQ(parsed->terms[1].op, Condition::Op::kLt);
  auto between = parse_key_condition("a = :s AND b BETWEEN :m AND :n", placeholders);
  ASSERT_TRUE(between.ok());
  EXPECT_EQ(between->terms[1].values.size(), 2u);
}

}  // namespace
}  // namespace millrace::expr
