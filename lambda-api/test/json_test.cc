#include "lambda_api/json.h"

#include <gtest/gtest.h>

namespace lambda_api {
namespace {

TEST(Json, ReadsWhatItWrote) {
  const std::string text =
      R"({"a":[1,-2.5,true,null,"x\n\"\\"],"b":{"c":9007199254740993},"d":[],"e":{}})";
  const auto json = Json::parse(text);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->dump(), text);
  EXPECT_EQ((*json)["b"]["c"].integer(), 9007199254740993);
  EXPECT_EQ((*json)["a"][1].number(), -2.5);
}

TEST(Json, ReadingNeverFails) {
  const Json json = Json::object({{"a", 1}});
  EXPECT_TRUE(json["x"]["y"][3].is_null());
  EXPECT_EQ(json["a"].string("other"), "other");
  EXPECT_EQ(json["a"].boolean(), std::nullopt);
  EXPECT_EQ(json.items().size(), 0u);
}

TEST(Json, WholeDoublesAreIntegers) {
  EXPECT_EQ(Json::parse("1e3")->integer(), 1000);
  EXPECT_EQ(Json::parse("1.5")->integer(), std::nullopt);
  EXPECT_EQ(Json::parse("1e300")->integer(), std::nullopt);
  EXPECT_EQ(Json::parse("12345678901234567890")->number(), 12345678901234567890.0);
}

TEST(Json, UnicodeEscapes) {
  EXPECT_EQ(Json::parse(R"("\u00e4\ud83d\ude00")")->string(), "\u00e4\U0001F600");
  EXPECT_EQ(Json::parse("\"\u00e4\"")->dump(), "\"\u00e4\"");
  EXPECT_EQ(Json(std::string("\x01")).dump(), R"("\u0001")");
}

TEST(Json, TheLastOfEqualNamesCounts) {
  EXPECT_EQ(Json::parse(R"({"a":1,"b":2,"a":3})")->dump(), R"({"b":2,"a":3})");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "01",
                           "1.",
                           "+1",
                           ".5",
                           "1e",
                           "tru",
                           "\"\t\"",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"abc",
                           "[1 2]",
                           "1 2",
                           "\"\xff\"",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "1e999",
                           "NaN",
                           "'a'"}) {
    const auto json = Json::parse(text);
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().status, 400);
    EXPECT_EQ(json.error().code, "InvalidJson");
  }
}

TEST(Json, DepthIsBounded) {
  EXPECT_FALSE(Json::parse(std::string(100000, '[')));
  EXPECT_FALSE(Json::parse(std::string(300, '[') + std::string(300, ']')));
  EXPECT_TRUE(Json::parse(std::string(256, '[') + std::string(256, ']')));
}

TEST(Json, BuildsByCode) {
  Json json;
  json.set("list", Json::array({1, "two"})).set("n", nullptr);
  json.set("list", json["list"].size());
  EXPECT_EQ(json.dump(), R"({"list":2,"n":null})");
  Json list;
  list.push(true).push(Json::object());
  EXPECT_EQ(list.dump(), "[true,{}]");
}

}  // namespace
}  // namespace lambda_api
