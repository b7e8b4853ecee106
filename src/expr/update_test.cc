#include "expr/update.h"

#include <gtest/gtest.h>

#include "codec/attribute_value_json.h"
#include "expr/projection.h"

namespace millrace::expr {
namespace {

codec::Item item(std::string_view json) {
  auto parsed = codec::item_from_json_text(json);
  EXPECT_TRUE(parsed.ok()) << json;
  return parsed.ok() ? *parsed : codec::Item{};
}

std::string text(const codec::Item& subject) {
  std::string out;
  append_json(out, subject);
  return out;
}

const Placeholders::Names kNames = {{"#a", "a"}, {"#f", "fieldx"}};

const codec::Item& values() {
  static const codec::Item kValues = item(R"({
    ":s":{"S":"new"}, ":n":{"N":"2"}, ":l":{"L":[{"N":"7"}]}, ":map":{"M":{}},
    ":ss":{"SS":["x","z"]},
    ":ns":{"NS":["1"]}, ":big":{"N":"9e125"}, ":zero":{"N":"0"}
  })");
  return kValues;
}

std::string parse_failure(std::string_view expression) {
  Placeholders placeholders(&kNames, &values());
  auto parsed = parse_update(expression, placeholders);
  return parsed.ok() ? "parsed" : parsed.error().message();
}

// Recorded from AWS by dynalite and the DynamoDB conformance suite.
TEST(UpdateParser, FaultsInAwsWords) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "The expression can not be empty;"},
      {"INVALID SYNTAX HERE", R"(Syntax error; token: "INVALID", near: "INVALID SYNTAX")"},
      {"SET", R"(Syntax error; token: "<EOF>", near: "SET")"},
      {"ADD numx", R"(Syntax error; token: "<EOF>", near: "numx")"},
      {"ADD numx 1", R"(Syntax error; token: "1", near: "numx 1")"},
      {"DELETE setx a", R"(Syntax error; token: "a", near: "setx a")"},
      {"SET note = :n +", R"(Syntax error; token: "<EOF>", near: "+")"},
      {"SET numx = numx * :n", R"(Syntax error; token: "*", near: "numx * :n")"},
      {"SET a = :n + :n + :n", R"(Syntax error; token: "+", near: ":n + :n")"},
      {"SET a = :s,", R"(Syntax error; token: "<EOF>", near: ",")"},
      {"SET comment = :s", "Attribute name is a reserved keyword; reserved keyword: comment"},
      {"SET a = bogus(a)", "Invalid function name; function: bogus"},
      {"SET a = contains(b, :s)",
       "The function is not allowed in an update expression; function: contains"},
      {"SET a = list_append(list_append(l, :l), :l)",
       "The function is not allowed to be used this way in an expression; function: list_append"},
      {"SET fieldx = :s SET otherx = :s",
       "The \"SET\" section can only be used once in an update expression;"},
      {"SET #x = :s",
       "An expression attribute name used in the document path is not defined; attribute name: #x"},
      {"SET a = :undefined",
       "An expression attribute value used in expression is not defined; attribute value: "
       ":undefined"},
      {"SET #f = :s, fieldx = :s",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path "
       "one: [fieldx], path two: [fieldx]"},
      {"SET lst[0] = :s, lst[0].ok = :s",
       "Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path "
       "one: [lst, [0]], path two: [lst, [0], ok]"},
      {"SET x.y = :s, x[0] = :s",
       "Two document paths conflict with each other; must remove or rewrite one of these paths; "
       "path one: [x, y], path two: [x, [0]]"},
      {"ADD numx :l",
       "Incorrect operand type for operator or function; operator: ADD, operand type: LIST, "
       "typeSet: ALLOWED_FOR_ADD_OPERAND"},
      {"DELETE setx :s",
       "Incorrect operand type for operator or function; operator: DELETE, operand type: STRING, "
       "typeSet: ALLOWED_FOR_DELETE_OPERAND"},
      {"SET a = if_not_exists(if_not_exists(n, :zero), :n)",
       "Operator or function requires a document path; operator or function: if_not_exists"},
      {"SET a = list_append(:s, l)",
       "Incorrect operand type for operator or function; operator or function: list_append, "
       "operand "
       "type: S"},
      {"SET a = a + :s",
       "Incorrect operand type for operator or function; operator or function: +, operand type: S"},
      {"SET a = list_append(l)",
       "Incorrect number of operands for operator or function; operator or function: list_append, "
       "number of operands: 1"},
  };
  for (const auto& [expression, message] : kCases) {
    EXPECT_EQ(parse_failure(expression), std::string("Invalid UpdateExpression: ") + message)
        << expression;
  }
  EXPECT_NE(parse_failure("SET a = " + std::string(4000, '(')), "parsed");
}

constexpr char kOld[] =
    R"({"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]},"m":{"M":{"k":{"N":"3"}}},"n":{"N":"5"},)"
    R"("s":{"S":"old"},"ss":{"SS":["x","y"]}})";

std::string updated(std::string_view expression) {
  Placeholders placeholders(&kNames, &values());
  auto parsed = parse_update(expression, placeholders);
  if (!parsed.ok()) return parsed.error().message();
  codec::Item subject = item(kOld);
  if (Status status = apply(*parsed, subject); !status.ok()) return status.error().message();
  // Only what differs, for reading.
  codec::Item changed;
  const codec::Item old = item(kOld);
  for (const auto& [name, value] : subject) {
    const auto* before = old.get(name);
    if (before == nullptr || !(*before == value)) changed.insert_or_assign(name, value);
  }
  std::string out = text(changed);
  for (const auto& [name, value] : old) {
    if (!subject.contains(name)) out += " -" + name;
  }
  return out;
}

TEST(Update, Applies) {
  const std::pair<const char*, const char*> kCases[] = {
      {"SET a = :s", R"({"a":{"S":"new"}})"},
      {"SET s = n, n = s", R"({"n":{"S":"old"},"s":{"N":"5"}})"},
      {"SET n = n + :n", R"({"n":{"N":"7"}})"},
      {"SET n = :n - n", R"({"n":{"N":"-3"}})"},
      {"SET a = if_not_exists(a, :zero) + :n", R"({"a":{"N":"2"}})"},
      {"SET n = if_not_exists(n, :zero)", "{}"},
      {"SET l = list_append(l, :l)", R"({"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"7"}]}})"},
      {"SET a = list_append(if_not_exists(a, :l), :l)", R"({"a":{"L":[{"N":"7"},{"N":"7"}]}})"},
      {"SET m.k = :s, m.z = :n", R"({"m":{"M":{"k":{"S":"new"},"z":{"N":"2"}}}})"},
      {"SET l[1] = :s", R"({"l":{"L":[{"N":"0"},{"S":"new"},{"N":"2"}]}})"},
      {"SET l[9] = :s, l[5] = :n",
       R"({"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"2"},{"S":"new"}]}})"},
      {"REMOVE l[0], l[2]", R"({"l":{"L":[{"N":"1"}]}})"},
      {"REMOVE l[0] SET l[7] = :s", R"({"l":{"L":[{"N":"1"},{"N":"2"},{"S":"new"}]}})"},
      {"REMOVE l[8]", "{}"},
      {"REMOVE s, nosuch", "{} -s"},
      {"REMOVE m.k", R"({"m":{"M":{}}})"},
      {"ADD n :n", R"({"n":{"N":"7"}})"},
      {"ADD a :n, b :ss", R"({"a":{"N":"2"},"b":{"SS":["x","z"]}})"},
      {"ADD ss :ss", R"({"ss":{"SS":["x","y","z"]}})"},
      {"ADD m.k :n", R"({"m":{"M":{"k":{"N":"5"}}}})"},
      {"DELETE ss :ss", R"({"ss":{"SS":["y"]}})"},
      {"DELETE nosuch :ss", "{}"},
      {"set a = :s remove s", R"({"a":{"S":"new"}} -s)"},
      // Errors.
      {"SET a = nosuch",
       "The provided expression refers to an attribute that does not exist in the item"},
      {"SET a = s + :n", "An operand in the update expression has an incorrect data type"},
      {"SET a = list_append(s, :l)",
       "An operand in the update expression has an incorrect data type"},
      {"ADD s :n", "An operand in the update expression has an incorrect data type"},
      {"ADD ss :ns", "An operand in the update expression has an incorrect data type"},
      {"DELETE n :ss", "An operand in the update expression has an incorrect data type"},
      {"SET nosuch.a = :s",
       "The document path provided in the update expression is invalid for update"},
      {"SET m.k.x = :s",
       "The document path provided in the update expression is invalid for update"},
      {"SET m[0] = :s",
       "The document path provided in the update expression is invalid for update"},
      {"REMOVE nosuch.a",
       "The document path provided in the update expression is invalid for update"},
      {"SET a = :big + :big",
       "Number overflow. Attempting to store a number with magnitude larger than supported range"},
  };
  for (const auto& [expression, result] : kCases) {
    EXPECT_EQ(updated(expression), result) << expression;
  }
}

TEST(Update, EmptiedSetGoesAway) {
  Placeholders placeholders(&kNames, &values());
  auto parsed = parse_update("DELETE tags :ss", placeholders);
  ASSERT_TRUE(parsed.ok());
  codec::Item subject = item(R"({"tags":{"SS":["x","z"]}})");
  ASSERT_TRUE(apply(*parsed, subject).ok());
  EXPECT_TRUE(subject.empty());
}

std::string projected(std::string_view expression) {
  Placeholders placeholders(&kNames, nullptr);
  auto parsed = Projection::parse(expression, placeholders);
  if (!parsed.ok()) return parsed.error().message();
  return text(parsed->apply(
      item(R"({"a":{"S":"1"},"l":{"L":[{"N":"0"},{"M":{"x":{"N":"1"},"y":{"N":"2"}}},{"N":"3"}]},)"
           R"("m":{"M":{"k":{"N":"3"},"z":{"N":"4"}}}})")));
}

TEST(Projection, Applies) {
  EXPECT_EQ(projected("#a, nosuch"), R"({"a":{"S":"1"}})");
  EXPECT_EQ(projected("m.k"), R"({"m":{"M":{"k":{"N":"3"}}}})");
  EXPECT_EQ(projected("m.nosuch"), "{}");
  EXPECT_EQ(projected("l[2], l[0]"), R"({"l":{"L":[{"N":"0"},{"N":"3"}]}})");
  EXPECT_EQ(projected("l[1].x, m.k, m.z"),
            R"({"l":{"L":[{"M":{"x":{"N":"1"}}}]},"m":{"M":{"k":{"N":"3"},"z":{"N":"4"}}}})");
  EXPECT_EQ(projected("a.b"), "{}");
  EXPECT_EQ(projected("m[0]"), "{}");
}

TEST(Projection, FaultsInAwsWords) {
  EXPECT_EQ(projected(""), "Invalid ProjectionExpression: The expression can not be empty;");
  EXPECT_EQ(projected("!!"),
            R"(Invalid ProjectionExpression: Syntax error; token: "!", near: "!!")");
  EXPECT_EQ(projected("l[a]"),
            R"(Invalid ProjectionExpression: Syntax error; token: "a", near: "[a]")");
  EXPECT_EQ(projected("a b"),
            R"(Invalid ProjectionExpression: Syntax error; token: "b", near: "a b")");
  EXPECT_EQ(projected("abort"),
            "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: "
            "abort");
  EXPECT_EQ(projected("a, a.b"),
            "Invalid ProjectionExpression: Two document paths overlap with each other; must remove "
            "or rewrite one of these paths; path one: [a], path two: [a, b]");
}

}  // namespace
}  // namespace millrace::expr
