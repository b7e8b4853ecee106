#include "server/body_receiver.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/encoding.h"
#include "base/random.h"

namespace millrace::server {
namespace {

// The example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html: 66,560 bytes 'a'
// in chunks of 64 KiB, 1 KiB and 0, with the signatures given there.
ChunkSignatures::Seed example_seed() {
  std::string scope = "20130524/us-east-1/s3/aws4_request";
  return {derive_signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", scope), "20130524T000000Z",
          scope, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"};
}
std::string example_body() {
  return "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65536, 'a') +
         "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1024, 'a') +
         "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
}

std::string decode(AwsChunkedDecoder decoder, std::string_view text, size_t step) {
  std::string payload;
  auto emit = [&](std::string_view bytes) {
    payload += bytes;
    return ok_status();
  };
  while (!text.empty()) {
    Status status = decoder.feed(text.substr(0, step), emit);
    if (!status.ok()) return status.error().code();
    text.remove_prefix(std::min(step, text.size()));
  }
  Status status = decoder.finish();
  if (!status.ok()) return status.error().code();
  for (const auto& [name, value] : decoder.trailers()) payload += "|" + name + "=" + value;
  return payload;
}

TEST(AwsChunked, SignedChunksAreVerified) {
  auto decoder = [] {
    return AwsChunkedDecoder(ChunkSignatures(example_seed()), AwsChunkedDecoder::Trailer::kNone);
  };
  for (size_t step : {size_t{1}, size_t{7}, size_t{1000}, size_t{100'000}}) {
    EXPECT_EQ(decode(decoder(), example_body(), step), std::string(66'560, 'a')) << step;
  }
  std::string forged = example_body();
  forged[100] = 'b';
  EXPECT_EQ(decode(decoder(), forged, 4096), "SignatureDoesNotMatch");
  std::string swapped = example_body();
  swapped.replace(swapped.find("400;"), 4, "3ff;");
  EXPECT_NE(decode(decoder(), swapped, 4096), std::string(66'560, 'a'));
  EXPECT_EQ(decode(decoder(), "5\r\nhello\r\n0\r\n\r\n", 100), "SignatureDoesNotMatch");
  EXPECT_EQ(decode(decoder(), example_body().substr(0, 60'000), 4096), "IncompleteBody");
}

TEST(AwsChunked, UnsignedChunksWithTrailer) {
  auto decoder = [] { return AwsChunkedDecoder(std::nullopt, AwsChunkedDecoder::Trailer::kExpected); };
  const std::string text = "6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
  for (size_t step = 1; step <= text.size(); ++step) {
    EXPECT_EQ(decode(decoder(), text, step), "hello world|x-amz-checksum-crc32=DUoRhQ==");
  }
  EXPECT_EQ(decode(decoder(), "6\r\nhello \r\n", 100), "IncompleteBody");
  EXPECT_EQ(decode(decoder(), "5\r\nhello\r\n0\r\nnonsense\r\n\r\n", 100), "MalformedTrailerError");
  EXPECT_EQ(decode(decoder(), "5\r\nhello\r\n0\r\n\r\nmore", 100), "InvalidRequest");
  for (const char* bad : {"5\nhello\r\n0\r\n\r\n", "x\r\n", "5\r\nhelloX\r\n", "-5\r\n",
                          "ffffffffffffffffff\r\n", " 5\r\nhello\r\n"}) {
    EXPECT_EQ(decode(decoder(), bad, 100), "InvalidRequest") << bad;
  }
  EXPECT_EQ(decode(decoder(), std::string(5000, '1'), 100), "InvalidRequest");
}

class BodyReceiverTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::temp_directory_path() / ("bodies_" + random_uuid(thread_rng()));
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(dir_), {}));
  }
  BodyExpectation expectation(const std::string& headers) {
    auto head = net::parse_request_head("PUT /b/k HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
    CHECK(head.ok());
    auto expected = expect_body(*head);
    CHECK(expected.ok());
    return *expected;
  }
  std::filesystem::path dir_;
};

TEST_F(BodyReceiverTest, SmallBodiesStayInMemory) {
  BodyReceiver receiver(expectation("Content-Length: 5\r\n"), dir_);
  ASSERT_TRUE(receiver.write("hello").ok());
  ASSERT_TRUE(receiver.finish().ok());
  aws::Body body = receiver.take_body();
  EXPECT_EQ(body.bytes, "hello");
  EXPECT_EQ(body.size(), 5u);
  EXPECT_EQ(files(), 0u);
}

TEST_F(BodyReceiverTest, LargeBodiesGoToAFileThatGoesAway) {
  {
    BodyReceiver receiver(expectation("Content-Length: 100000\r\nx-amz-checksum-crc32: AAAAAA==\r\n"), dir_);
    std::string part(10'000, 'x');
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(receiver.write(part).ok());
    ASSERT_TRUE(receiver.finish().ok());
    aws::Body body = receiver.take_body();
    ASSERT_NE(body.spooled, nullptr);
    EXPECT_EQ(body.size(), 100'000u);
    EXPECT_TRUE(body.bytes.empty());
    std::string all(100'000, 'x');
    EXPECT_EQ(body.spooled->digests.at(HashKind::kMd5), md5(all));
    uint32_t crc = crc32(all);
    std::string expected = {static_cast<char>(crc >> 24), static_cast<char>(crc >> 16),
                            static_cast<char>(crc >> 8), static_cast<char>(crc)};
    EXPECT_EQ(body.spooled->digests.at(HashKind::kCrc32), expected);
    std::ifstream file(body.spooled->path());
    std::string stored((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(stored, all);
    EXPECT_EQ(files(), 1u);
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(BodyReceiverTest, AnAbandonedBodyLeavesNothing) {
  {
    BodyReceiver receiver(expectation("Content-Length: 200000\r\n"), dir_);
    ASSERT_TRUE(receiver.write(std::string(100'000, 'x')).ok());
    EXPECT_EQ(files(), 1u);
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(BodyReceiverTest, DigestAndLengthAreChecked) {
  std::string right = hex_encode(sha256("hello"));
  BodyReceiver good(expectation("Content-Length: 5\r\nx-amz-content-sha256: " + right + "\r\n"), dir_);
  ASSERT_TRUE(good.write("hello").ok());
  EXPECT_TRUE(good.finish().ok());
  BodyReceiver bad(expectation("Content-Length: 5\r\nx-amz-content-sha256: " + right + "\r\n"), dir_);
  ASSERT_TRUE(bad.write("hellO").ok());
  Status status = bad.finish();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), "XAmzContentSHA256Mismatch");
  const std::string chunked =
      "Transfer-Encoding: chunked\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"
      "x-amz-trailer: x-amz-checksum-crc32\r\nx-amz-decoded-content-length: 6\r\n";
  BodyReceiver incomplete(expectation(chunked), dir_);
  ASSERT_TRUE(incomplete.write("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n").ok());
  status = incomplete.finish();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), "IncompleteBody");
  EXPECT_EQ(incomplete.trailers().at(0).second, "NhCmhg==");
}

TEST_F(BodyReceiverTest, ABodyOfUnknownLengthIsRefused) {
  auto head = net::parse_request_head(
      "PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  auto expected = expect_body(*head);
  ASSERT_FALSE(expected.ok());
  EXPECT_EQ(expected.error().code(), "MissingContentLength");
  EXPECT_EQ(expected.error().http_status(), 411);
}

}  // namespace
}  // namespace millrace::server
