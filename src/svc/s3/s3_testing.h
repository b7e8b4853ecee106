// The S3 service under test: a harness with a temporary folder for objects too large for the store.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "aws/s3.h"
#include "base/random.h"
#include "svc/s3/limits.h"
#include "svc/s3/s3.h"
#include "svc/testing/harness.h"

namespace millrace::s3 {

namespace ops = aws::s3;

class S3Test : public testing::Test {
 protected:
  S3Test() {
    h.ports.data_dir =
        (std::filesystem::temp_directory_path() / ("millrace-s3-" + random_uuid(thread_rng())))
            .string();
    EXPECT_TRUE(prepare(h.ports.data_dir).ok());
    std::filesystem::create_directory(h.ports.data_dir + "/incoming");
    make_bucket("bucket");
  }
  ~S3Test() override {
    std::error_code ignored;
    std::filesystem::remove_all(h.ports.data_dir, ignored);
  }

  void make_bucket(const std::string& name) {
    EXPECT_TRUE(h.call<ops::CreateBucket>({.bucket = name}).ok());
  }

  Result<ops::PutObjectOutput> put(const std::string& key, std::string bytes) {
    return h.call<ops::PutObject>(
        {.body = aws::Body{.bytes = std::move(bytes)}, .bucket = "bucket", .key = key});
  }
  void must_put(const std::string& key, std::string bytes) {
    auto out = put(key, std::move(bytes));
    EXPECT_TRUE(out.ok()) << out.error().to_string();
  }

  // A body as the server spools it.
  aws::Body spooled(const std::string& bytes) {
    std::string path = h.ports.data_dir + "/incoming/" + random_uuid(thread_rng());
    int fd = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    EXPECT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    aws::Body body{.spooled = std::make_shared<aws::SpooledFile>(fd, path)};
    body.spooled->size = bytes.size();
    return body;
  }

  static std::string read(const aws::Body& body) {
    auto bytes = aws::read_whole(body);
    EXPECT_TRUE(bytes.ok());
    return bytes.ok() ? *std::move(bytes) : "";
  }

  Result<ops::GetObjectOutput> get(ops::GetObjectRequest in) {
    if (in.bucket.empty()) in.bucket = "bucket";
    return h.call<ops::GetObject>(std::move(in));
  }
  // The bytes of an object, or the error's code.
  std::string bytes_of(const std::string& key) {
    auto out = get({.key = key});
    return out.ok() ? read(*out->body) : out.error().code();
  }

  // Files of objects on disk.
  size_t count_files() {
    h.runner.run_ready();
    size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(h.ports.data_dir + "/objects")) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }

  template <class T>
  static std::string code(const Result<T>& result) {
    return result.ok() ? "OK" : result.error().code();
  }

  static std::string large(char c) { return std::string(kInlineBytesMax + 100, c); }

  svc::testing::Harness h{[](svc::Registry& r) { register_operations(r); }};
};

}  // namespace millrace::s3
