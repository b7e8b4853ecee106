#include "store/key.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/store.h"

namespace millrace::store {
namespace {

std::string key_of(std::string_view text, uint64_t number) {
  return KeyWriter("123456789012", "eu-west-1", Space::kS3).str(text).u64(number).key();
}

TEST(Key, OrderOfKeysIsOrderOfTuples) {
  std::string zero("\0", 1);
  std::vector<std::pair<std::string, uint64_t>> tuples = {
      {"", 0},   {"", 1},    {zero, 0},   {zero + zero, 0}, {zero + "\xFF", 0},
      {"a", 0},  {"a", 255}, {"a", 256},  {"a" + zero, 0},  {"a" + zero + "b", 9},
      {"ab", 0}, {"b", 0},   {"\xFF", 0}, {"\xFF\xFF", 0}};
  ASSERT_TRUE(std::is_sorted(tuples.begin(), tuples.end()));
  std::vector<std::string> keys;
  for (const auto& [text, number] : tuples)
    keys.push_back(key_of(text, number));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(Key, ReadsBackWhatWasWritten) {
  std::string binary("a\0\x01\0\xFF\0", 6);
  std::string key = KeyWriter("123456789012", "eu-west-1", Space::kDynamoDb)
                        .str(binary)
                        .u8(7)
                        .u32(0xDEADBEEF)
                        .u64(~0ull)
                        .str("")
                        .raw("rest")
                        .key();
  KeyReader reader(key);
  EXPECT_EQ(reader.account(), "123456789012");
  EXPECT_EQ(reader.region(), "eu-west-1");
  EXPECT_EQ(reader.str(), binary);
  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.u32(), 0xDEADBEEF);
  EXPECT_EQ(reader.u64(), ~0ull);
  EXPECT_EQ(reader.str(), "");
  EXPECT_EQ(reader.rest(), "rest");
}

TEST(Key, MalformedKeysGiveNothing) {
  KeyReader empty("");
  EXPECT_EQ(empty.account(), "");
  EXPECT_EQ(empty.str(), std::nullopt);
  EXPECT_EQ(empty.u8(), std::nullopt);
  const std::string unfinished = KeyWriter("1", "r", Space::kS3).raw("no end\x01").key();
  KeyReader reader(unfinished);
  EXPECT_EQ(reader.str(), std::nullopt);
  EXPECT_EQ(reader.u64(), std::nullopt);
}

TEST(Key, PrefixRangesEndBehindTheLastKey) {
  EXPECT_EQ(prefix_range("ab").end, "ac");
  EXPECT_EQ(prefix_range("a\xFF\xFF").end, "b");
  EXPECT_EQ(prefix_range("\xFF").end, "") << "no end";
  EXPECT_EQ(prefix_range("").end, "");
  EXPECT_TRUE(prefix_range("\xFF").contains("\xFF\xFF\xFF"));
  EXPECT_FALSE(prefix_range("ab").contains("ac"));
}

}  // namespace
}  // namespace millrace::store
