#include "server/body_receiver.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/encoding.h"
#include "base/random.h"
#include "server/router.h"

namespace millrace::server {
namespace {

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
    WireView sent(*head, head->path);
    auto expected = expect_body(*head, sent.view(), Identity{});
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

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
TEST_F(BodyReceiverTest, MoreThanFiveGibibytesIsRefusedAtOnce) {
  for (const char* headers :
       {"Content-Length: 5368709121\r\n",
        "Content-Length: 100\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"
        "x-amz-decoded-content-length: 5368709121\r\n"}) {
    auto head =
        net::parse_request_head(std::string("PUT /b/k HTTP/1.1\r\nHost: h\r\n") + headers + "\r\n");
    ASSERT_TRUE(head.ok());
    WireView sent(*head, head->path);
    auto expected = expect_body(*head, sent.view(), Identity{});
    ASSERT_FALSE(expected.ok());
    EXPECT_EQ(expected.error().code(), "EntityTooLarge");
    EXPECT_EQ(expected.error().http_status(), 400);
  }
}

TEST_F(BodyReceiverTest, LargeBodiesGoToAFileThatGoesAway) {
  {
    BodyReceiver receiver(
        expectation("Content-Length: 100000\r\nx-amz-checksum-crc32: AAAAAA==\r\n"), dir_);
    std::string part(10'000, 'x');
    for (int i = 0; i < 10; ++i)
      ASSERT_TRUE(receiver.write(part).ok());
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
  BodyReceiver good(expectation("Content-Length: 5\r\nx-amz-content-sha256: " + right + "\r\n"),
                    dir_);
  ASSERT_TRUE(good.write("hello").ok());
  EXPECT_TRUE(good.finish().ok());
  BodyReceiver bad(expectation("Content-Length: 5\r\nx-amz-content-sha256: " + right + "\r\n"),
                   dir_);
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
  auto head =
      net::parse_request_head("PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  WireView sent(*head, head->path);
  auto expected = expect_body(*head, sent.view(), Identity{});
  ASSERT_FALSE(expected.ok());
  EXPECT_EQ(expected.error().code(), "MissingContentLength");
  EXPECT_EQ(expected.error().http_status(), 411);
}

}  // namespace
}  // namespace millrace::server
