#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/manual_runner.h"
#include "base/random.h"

namespace millrace {
namespace {

TEST(EncodingTest, Base64RoundTripsAndRejectsMalformed) {
  for (std::string s : {"", "f", "fo", "foo", "foob", "\xff\x00\x01"}) {
    EXPECT_EQ(base64_decode(base64_encode(s)), s);
  }
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_FALSE(base64_decode("Zg="));
  EXPECT_FALSE(base64_decode("Zh=="));  // stray bits
  EXPECT_FALSE(base64_decode("Zm9v!b=="));
}

TEST(EncodingTest, PercentFollowsSigV4) {
  EXPECT_EQ(percent_encode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(percent_encode("/a b", Slash::kKeep), "/a%20b");
  EXPECT_EQ(percent_decode("a%20b+%2", Plus::kSpace), "a b %2");
  EXPECT_EQ(percent_decode("%41"), "A");
}

TEST(EncodingTest, Utf8RejectsOverlongAndSurrogates) {
  EXPECT_TRUE(is_valid_utf8("aü€😀"));
  EXPECT_FALSE(is_valid_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xE2\x82"));
}

TEST(EncodingTest, ThousandsAreSetApart) {
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1'234'567), "1,234,567");
  EXPECT_EQ(with_commas(-123'456), "-123,456");
}

TEST(HashTest, KnownAnswers) {
  EXPECT_EQ(hex_encode(sha256("")), kEmptySha256Hex);
  EXPECT_EQ(hex_encode(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex_encode(hmac_sha256("key", "The quick brown fox jumps over the lazy dog")),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc64_nvme("123456789"), 0xAE8B14860A799888ull);
  for (HashKind kind : {HashKind::kCrc32, HashKind::kCrc32c, HashKind::kCrc64Nvme}) {
    auto of = [kind](std::string_view bytes) {
      std::unique_ptr<Hasher> hasher = Hasher::create(kind);
      hasher->update(bytes);
      return CrcOf{hasher->finish(), bytes.size()};
    };
    for (size_t cut : {0, 1, 5, 9}) {
      std::string_view text = "123456789";
      CrcOf whole = combine_crc(kind, of(text.substr(0, cut)), of(text.substr(cut)));
      EXPECT_EQ(whole.digest, of(text).digest);
      EXPECT_EQ(whole.size, text.size());
    }
  }
}

TEST(HashTest, StreamingEqualsOneShot) {
  auto hasher = Hasher::create(HashKind::kCrc64Nvme);
  hasher->update("1234");
  hasher->update("56789");
  EXPECT_EQ(hex_encode(hasher->finish()), "ae8b14860a799888");
}

TEST(ClockTest, FormatsAndParses) {
  Instant t = Instant::from_ms(1'767'225'600'123);
  EXPECT_EQ(format_iso8601_ms(t), "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(format_http_date(t), "Thu, 01 Jan 2026 00:00:00 GMT");
  EXPECT_EQ(parse_iso8601("2026-01-01T00:00:00.123Z")->ms(), t.ms());
  EXPECT_EQ(parse_iso8601("2026-01-01T02:00:00+02:00")->seconds(), t.seconds());
  EXPECT_EQ(parse_amz_date("20260101T000000Z")->seconds(), t.seconds());
  EXPECT_FALSE(parse_iso8601("yesterday").ok());
}

TEST(ManualRunnerTest, TimersFireInOrderAsTimePasses) {
  ManualClock clock;
  ManualRunner runner(clock);
  std::string seen;
  runner.after(20, [&] { seen += 'b'; });
  runner.after(10, [&] {
    seen += 'a';
    runner.after(100, [&] { seen += 'c'; });
  });
  runner.advance_ms(50);
  EXPECT_EQ(seen, "ab");
  runner.advance_ms(60);
  EXPECT_EQ(seen, "abc");
}

TEST(RandomTest, UuidHasVersionAndVariant) {
  SeededRng rng(1);
  std::string id = random_uuid(rng);
  EXPECT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

}  // namespace
}  // namespace millrace
