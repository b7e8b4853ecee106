#include "codec/attribute_value.h"

#include <gtest/gtest.h>

#include "codec/attribute_value_disk.h"
#include "codec/attribute_value_json.h"

namespace millrace::codec {
namespace {

AttributeValue value(std::string_view json) {
  auto parsed = attribute_value_from_json_text(json);
  EXPECT_TRUE(parsed.ok()) << json << ": " << (parsed.ok() ? "" : parsed.error().to_string());
  return parsed.ok() ? *parsed : AttributeValue();
}

std::string text(const AttributeValue& v) {
  std::string out;
  append_json(out, v);
  return out;
}

std::string invalid(std::string_view json) {
  const AttributeValue v = value(json);
  return v.invalid() != nullptr ? v.invalid()->current : "valid: " + text(v);
}

std::string refused(std::string_view json) {
  auto parsed = attribute_value_from_json_text(json);
  if (parsed.ok()) return "accepted";
  EXPECT_EQ(parsed.error().code(), "SerializationException");
  return parsed.error().message();
}

constexpr char kEverything[] =
    R"({"M":{"b":{"B":"AAECAw=="},"bool":{"BOOL":true},"bs":{"BS":["AA==","AQ=="]},)"
    R"("f":{"BOOL":false},"l":{"L":[{"S":"x"},{"L":[]},{"M":{}}]},"n":{"N":"-12.5"},)"
    R"("ns":{"NS":["-1","2","10"]},"nul":{"NULL":true},"s":{"S":"\"é\n"},"ss":{"SS":["a","b"]}}})";

TEST(AttributeValueJson, RoundTripsEveryType) { EXPECT_EQ(text(value(kEverything)), kEverything); }

TEST(AttributeValueJson, CanonicalForm) {
  EXPECT_EQ(text(value(R"({"SS":["b","a"]})")), R"({"SS":["a","b"]})");
  EXPECT_EQ(text(value(R"({"NS":["10","2.0"]})")), R"({"NS":["2","10"]})");
  EXPECT_EQ(text(value(R"({"N":"1.50"})")), R"({"N":"1.5"})");
  EXPECT_EQ(text(value(R"({"M":{"b":{"S":"1"},"a":{"S":"2"},"b":{"S":"3"}}})")),
            R"({"M":{"a":{"S":"2"},"b":{"S":"3"}}})");
  EXPECT_EQ(value(R"({"SS":["b","a"]})"), value(R"({"SS":["a","b"]})"));
  EXPECT_EQ(value(R"({"N":"1.0"})"), value(R"({"N":"1"})"));
  EXPECT_NE(value(R"({"S":"1"})"), value(R"({"N":"1"})"));
}

// Messages as dynalite and the DynamoDB conformance suite recorded them from AWS (October 2026).
TEST(AttributeValueJson, NotAllowedValuesCarryAwsMessages) {
  constexpr char kPrefix[] = "One or more parameter values were invalid: ";
  EXPECT_EQ(
      invalid("{}"),
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  EXPECT_EQ(
      invalid(R"({"X":"1"})"),
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  EXPECT_EQ(invalid(R"({"S":"1","N":"1"})"),
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes");
  EXPECT_EQ(invalid(R"({"S":"a","N":"b"})"),
            "The parameter cannot be converted to a numeric value: b");
  EXPECT_EQ(invalid(R"({"NULL":false})"),
            kPrefix + std::string("Null attribute value types must have the value of true"));
  EXPECT_EQ(invalid(R"({"SS":[]})"), kPrefix + std::string("An string set  may not be empty"));
  EXPECT_EQ(invalid(R"({"NS":[]})"), kPrefix + std::string("An number set  may not be empty"));
  EXPECT_EQ(invalid(R"({"BS":[]})"), kPrefix + std::string("Binary sets should not be empty"));
  EXPECT_EQ(invalid(R"({"SS":["b","a","b"]})"),
            kPrefix + std::string(R"(Input collection ["a", "b", "b"] contains duplicates.)"));
  EXPECT_EQ(invalid(R"({"NS":["1","1.0"]})"),
            kPrefix + std::string("Input collection contains duplicates."));
  EXPECT_EQ(
      invalid(R"({"BS":["/w==","AA==","AA=="]})"),
      kPrefix +
          std::string(R"(Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.)"));
  EXPECT_EQ(invalid(R"({"L":[{"M":{"a":{"N":"x"}}}]})"),
            "The parameter cannot be converted to a numeric value: x");
  EXPECT_EQ(invalid(R"({"N":""})"), "The parameter cannot be converted to a numeric value: ");
}

TEST(AttributeValueJson, WrongJsonKindsAreSerializationExceptions) {
  EXPECT_EQ(refused("1"), "Unexpected value type in payload");
  EXPECT_EQ(refused("[]"),
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
  EXPECT_EQ(refused(R"({"S":1})"), "NUMBER_VALUE cannot be converted to String");
  EXPECT_EQ(refused(R"({"S":1.5})"), "DECIMAL_VALUE cannot be converted to String");
  EXPECT_EQ(refused(R"({"N":true})"), "TRUE_VALUE cannot be converted to String");
  EXPECT_EQ(refused(R"({"S":[]})"), "Unrecognized collection type class java.lang.String");
  EXPECT_EQ(refused(R"({"S":{}})"), "Start of structure or map found where not expected");
  EXPECT_EQ(refused(R"({"B":"abc"})"),
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3");
  EXPECT_EQ(refused(R"({"B":1})"), "only base-64-encoded strings are convertible to bytes");
  EXPECT_EQ(refused(R"({"BOOL":1})"), "NUMBER_VALUE cannot be converted to Boolean");
  EXPECT_EQ(refused(R"({"SS":"a"})"), "Unexpected field type");
  EXPECT_EQ(refused(R"({"L":{}})"), "Start of structure or map found where not expected");
  EXPECT_EQ(refused(R"({"M":[]})"),
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>");
  EXPECT_EQ(refused(R"({"S":"a")"), "Malformed JSON");
}

std::string nested(int wraps) {
  std::string json = R"({"S":"x"})";
  for (int i = 0; i < wraps; ++i)
    json = R"({"M":{"a":)" + json + "}}";
  return json;
}

// Recorded from AWS (eu-west-2): 31 wraps are taken, 32 refused.
// github.com/nubo-db/dynoxide/issues/110
TEST(AttributeValueJson, NestingIsBounded) {
  EXPECT_EQ(value(nested(31)).invalid(), nullptr);
  EXPECT_EQ(invalid(nested(32)),
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
            "levels beyond supported limit");
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += R"({"L":[)";
  EXPECT_EQ(refused(deep), "Malformed JSON");
  EXPECT_EQ(refused(std::string(100'000, '[')), "Malformed JSON");
}

TEST(AttributeValueDisk, RoundTripsAndRefusesDamage) {
  const Item item = value(kEverything).m();
  const std::string bytes = encode_item(item);
  auto back = decode_item(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, item);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(decode_item(std::string_view(bytes).substr(0, cut)).ok()) << cut;
  }
  EXPECT_FALSE(decode_item(bytes + "x").ok());
  std::string other = bytes;
  other[0] = 2;
  EXPECT_FALSE(decode_item(other).ok());
  const std::string deep = std::string("\x01\x01\x01", 3) + std::string(1, 'a') + [] {
    std::string s;
    for (int i = 0; i < 200; ++i)
      s += "\x08\x01";
    return s;
  }();
  EXPECT_FALSE(decode_item(deep).ok());
}

// The bytes are on people's disks: this test fails when they change.
TEST(AttributeValueDisk, FormatIsFrozen) {
  const Item item = value(R"({"M":{"a":{"S":"x"},"b":{"BOOL":true},"c":{"N":"10"}}})").m();
  EXPECT_EQ(encode_item(item), std::string("\x01\x03\x01"
                                           "a\x01\x01"
                                           "x\x01"
                                           "b\x0b\x01"
                                           "c\x02\xc0\x83\x0b\x00",
                                           17));
}

TEST(AttributeValue, SizesAsDocumented) {
  // developerguide/CapacityUnitCalculations.html
  EXPECT_EQ(size_bytes(value(R"({"S":"é"})")), 2u);
  EXPECT_EQ(size_bytes(value(R"({"B":"AAECAw=="})")), 4u);
  EXPECT_EQ(size_bytes(value(R"({"NULL":true})")), 1u);
  EXPECT_EQ(size_bytes(value(R"({"BOOL":false})")), 1u);
  EXPECT_EQ(size_bytes(value(R"({"SS":["a","bc"]})")), 3u);
  EXPECT_EQ(size_bytes(value(R"({"L":[]})")), 3u);
  EXPECT_EQ(size_bytes(value(R"({"L":[{"S":"ab"}]})")), 6u);
  EXPECT_EQ(size_bytes(value(R"({"M":{"k":{"S":"ab"}}})")), 7u);
  EXPECT_EQ(size_bytes(value(R"({"M":{"id":{"S":"abc"},"n":{"N":"12"}}})").m()), 8u);
}

TEST(AttributeValue, ComparesWithinOneType) {
  EXPECT_EQ(compare(value(R"({"N":"2"})"), value(R"({"N":"10"})")), std::strong_ordering::less);
  EXPECT_EQ(compare(value(R"({"S":"2"})"), value(R"({"S":"10"})")), std::strong_ordering::greater);
  EXPECT_EQ(compare(value(R"({"S":"é"})"), value(R"({"S":"z"})")), std::strong_ordering::greater);
  EXPECT_EQ(compare(value(R"({"S":"2"})"), value(R"({"N":"2"})")), std::nullopt);
  EXPECT_EQ(compare(value(R"({"BOOL":true})"), value(R"({"BOOL":true})")), std::nullopt);
}

TEST(Item, KeepsNamesSortedAndUnique) {
  Item item{{"b", AttributeValue::of_s("1")}, {"a", AttributeValue::of_s("2")}};
  item.insert_or_assign("c", AttributeValue::of_s("3"));
  item.insert_or_assign("b", AttributeValue::of_s("4"));
  item["d"] = AttributeValue::of_s("5");
  EXPECT_EQ(item.size(), 4u);
  EXPECT_EQ(item.begin()->first, "a");
  EXPECT_EQ(item.get("b")->s(), "4");
  EXPECT_EQ(item.get("x"), nullptr);
  EXPECT_EQ(item.erase("b"), 1u);
  EXPECT_EQ(item.erase("b"), 0u);
  EXPECT_FALSE(item.contains("b"));
}

}  // namespace
}  // namespace millrace::codec
