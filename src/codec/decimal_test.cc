#include "codec/decimal.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::codec {
namespace {

Decimal num(std::string_view text) {
  auto parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *parsed : Decimal{};
}

std::string failure(std::string_view text) {
  auto parsed = Decimal::parse(text);
  return parsed.ok() ? "parsed as " + parsed->to_string() : parsed.error().message();
}

const std::string k38Nines(38, '9');

TEST(Decimal, AnswersInPlainDigits) {
  const std::vector<std::pair<std::string, std::string>> kCases = {
      {"1.50", "1.5"},
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"007", "7"},
      {"-1.0", "-1"},
      {".5", "0.5"},
      {"5.", "5"},
      {"+3", "3"},
      {"1E+10", "10000000000"},
      {"1e3", "1000"},
      {"12.34e1", "123.4"},
      {"1e-3", "0.001"},
      {"100", "100"},
      {"-0.0120", "-0.012"},
      {"0e500", "0"},
      {"1E125", "1" + std::string(125, '0')},
      {"1E-130", "0." + std::string(129, '0') + "1"},
      {k38Nines + "E88", k38Nines + std::string(88, '0')},
      {k38Nines + "000", k38Nines + "000"},
      {"0." + k38Nines, "0." + k38Nines},
      {"0.0000" + std::string(60, '0') + "12", "0.0000" + std::string(60, '0') + "12"},
  };
  for (const auto& [in, out] : kCases)
    EXPECT_EQ(num(in).to_string(), out) << in;
}

TEST(Decimal, RefusesWithAwsMessages) {
  constexpr char kOver[] =
      "Number overflow. Attempting to store a number with magnitude larger than supported range";
  constexpr char kUnder[] =
      "Number underflow. Attempting to store a number with magnitude smaller than supported range";
  constexpr char kPrecise[] = "Attempting to store more than 38 significant digits in a Number";
  for (const char* bad : {"", "a", "1a", "-", "1e", "1e+", "--1", "1.2.3", " 1", "1 ", ".", "NaN",
                          "Infinity", "0x1", "1,0"}) {
    EXPECT_EQ(failure(bad),
              std::string("The parameter cannot be converted to a numeric value: ") + bad);
  }
  EXPECT_EQ(failure("1e126"), kOver);
  EXPECT_EQ(failure("-1e126"), kOver);
  EXPECT_EQ(failure("1e99999999999999999999999"), kOver);
  EXPECT_EQ(failure("1e-131"), kUnder);
  EXPECT_EQ(failure("1e-99999999999999999999999"), kUnder);
  EXPECT_EQ(failure("1" + k38Nines), kPrecise);
  EXPECT_EQ(failure("3.14159265358979323846264338327950288419"), kPrecise);
  EXPECT_EQ(failure(k38Nines + "1e88"), kOver);  // the range is checked first
  EXPECT_EQ(failure(k38Nines + "0000000001"), kPrecise);
}

TEST(Decimal, AddsExactlyOrNotAtAll) {
  EXPECT_EQ(num("1").plus(num("10000000000000000000000"))->to_string(), "10000000000000000000001");
  EXPECT_EQ(num("0.1").plus(num("0.2"))->to_string(), "0.3");
  EXPECT_EQ(num("5").minus(num("5"))->to_string(), "0");
  EXPECT_EQ(num("-5").plus(num("3"))->to_string(), "-2");
  EXPECT_EQ(num("5").minus(num("-3"))->to_string(), "8");
  EXPECT_EQ(num("0").minus(num("7"))->to_string(), "-7");
  EXPECT_EQ(num(k38Nines).plus(num("1"))->to_string(), "1" + std::string(38, '0'));
  EXPECT_EQ(num("1" + std::string(38, '0')).minus(num("1"))->to_string(), k38Nines);
  EXPECT_EQ(num("1e38").plus(num("1")).error().message(),
            "Attempting to store more than 38 significant digits in a Number");
  EXPECT_FALSE(num("1e100").plus(num("1e-100")).ok());
  EXPECT_FALSE(num("9e125").plus(num("9e125")).ok());
  EXPECT_EQ(num("9e125").plus(num("9e125")).error().message(),
            "Number overflow. Attempting to store a number with magnitude larger than supported "
            "range");
  EXPECT_EQ(num("1.5e-130").minus(num("1e-130")).ok(), false);
}

TEST(Decimal, OrderedBytesFollowTheValues) {
  const std::vector<std::string> kAscending = {"-" + k38Nines + "E88",
                                               "-1E125",
                                               "-1000",
                                               "-999.99",
                                               "-12.5",
                                               "-12",
                                               "-2",
                                               "-1.01",
                                               "-1",
                                               "-0.5",
                                               "-0.05",
                                               "-1E-130",
                                               "0",
                                               "1E-130",
                                               "0.05",
                                               "0.5",
                                               "0.51",
                                               "1",
                                               "1.01",
                                               "1.1",
                                               "2",
                                               "9",
                                               "10",
                                               "11",
                                               "12",
                                               "12.5",
                                               "99",
                                               "100",
                                               "999.99",
                                               "1000",
                                               "1E125",
                                               k38Nines + "E88"};
  std::string last;
  for (size_t i = 0; i < kAscending.size(); ++i) {
    const Decimal value = num(kAscending[i]);
    std::string bytes;
    value.encode_ordered(bytes);
    EXPECT_LE(bytes.size(), Decimal::kOrderedSizeMax);
    if (i > 0) {
      EXPECT_LT(last, bytes) << kAscending[i];
      EXPECT_LT(num(kAscending[i - 1]), value) << kAscending[i];
      EXPECT_GT(value, num(kAscending[i - 1])) << kAscending[i];
    }
    const std::string followed = bytes + "tail";
    std::string_view in = followed;
    auto back = Decimal::decode_ordered(in);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, value);
    EXPECT_EQ(in, "tail");
    last = bytes;
  }
}

TEST(Decimal, DamagedBytesAreAnError) {
  std::string bytes;
  num("-123.456").encode_ordered(bytes);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    std::string_view in = std::string_view(bytes).substr(0, cut);
    EXPECT_FALSE(Decimal::decode_ordered(in).ok()) << cut;
  }
  std::string_view garbage = "\xC0\x80\xFF\x00";
  EXPECT_FALSE(Decimal::decode_ordered(garbage).ok());
  // A second way to write a number would be a second key for it.
  for (std::string_view other :
       {std::string_view("\x40\xFC\xFA\xFF", 4), std::string_view("\xC0\x82\x15\x01\x00", 5)}) {
    EXPECT_FALSE(Decimal::decode_ordered(other).ok());
  }
}

TEST(Decimal, SizesAsAwsCountsThem) {
  // Recorded by dynalite against AWS: pairs of digits aligned to powers of 100, and one.
  const std::vector<std::pair<std::string, size_t>> kCases = {
      {"0", 1},   {"1", 2},       {"12", 2},   {"-1", 3},    {"100", 2},
      {"123", 3}, {"1.2", 3},     {"0.1", 2},  {"12.34", 3}, {"123.4", 4},
      {"-12", 3}, {k38Nines, 20}, {"1000", 2}, {"1001", 3},  {"10010", 4}};
  for (const auto& [text, size] : kCases)
    EXPECT_EQ(num(text).size_bytes(), size) << text;
}

TEST(Decimal, Integers) {
  int64_t out = 0;
  EXPECT_TRUE(num("-42").to_int64(out));
  EXPECT_EQ(out, -42);
  EXPECT_TRUE(num("9223372036854775807").to_int64(out));
  EXPECT_EQ(out, INT64_MAX);
  EXPECT_FALSE(num("9223372036854775808").to_int64(out));
  EXPECT_FALSE(num("1.5").to_int64(out));
  EXPECT_FALSE(num("1e30").to_int64(out));
  EXPECT_EQ(Decimal(INT64_MIN).to_string(), "-9223372036854775808");
  EXPECT_EQ(Decimal(1200).to_string(), "1200");
}

}  // namespace
}  // namespace millrace::codec
