#include "codec/json.h"

#include <gtest/gtest.h>

namespace millrace::codec {
namespace {

TEST(JsonEmpty, IsRefusedWhereverItPoints) {
  EXPECT_FALSE(Json::parse(std::string_view()).ok());
  EXPECT_FALSE(Json::parse("").ok());
}

TEST(JsonTest, RoundTripsKeepingMemberOrder) {
  const std::string text = R"({"b":[1,-2,2.5,true,null],"a":{"x":"\"\\\n\u0001ü"}})";
  auto json = Json::parse(text);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->dump(), text);
}

TEST(JsonTest, LastDuplicateWins) {
  EXPECT_EQ(Json::parse(R"({"a":1,"b":2,"a":3})")->dump(), R"({"a":3,"b":2})");
}

TEST(JsonTest, DeepNestingIsAnErrorNotACrash) {
  auto result = Json::parse(std::string(100'000, '[') + std::string(100'000, ']'));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), "SerializationException");
  EXPECT_FALSE(Json::parse(std::string(20, '[') + std::string(20, ']'), 10).ok());
}

TEST(JsonTest, EqualityIgnoresMemberOrderAndIntegerSpelling) {
  EXPECT_EQ(*Json::parse(R"({"a":1,"b":[2.0]})"), *Json::parse(R"({"b":[2],"a":1})"));
  EXPECT_FALSE(*Json::parse("[1]") == *Json::parse("[\"1\"]"));
}

TEST(JsonTest, InvalidUtf8NeverReachesTheOutput) {
  std::string out;
  append_json_string(out, "a\xff");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\"");
}

TEST(JsonTest, SetReplacesAndPrettyPrints) {
  Json json;
  json.set("a", 1).set("b", Json::array().push("x")).set("a", 2);
  EXPECT_EQ(json.dump_pretty(), "{\n  \"a\": 2,\n  \"b\": [\n    \"x\"\n  ]\n}");
}

}  // namespace
}  // namespace millrace::codec
