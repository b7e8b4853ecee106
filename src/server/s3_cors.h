// CORS of buckets: turns what svc/s3 says into headers.
#pragma once

#include <string>

#include "server/api_handler.h"
#include "store/store.h"

namespace millrace::server {

class S3Cors final : public BucketCors {
 public:
  // `store` is borrowed.
  explicit S3Cors(store::Store& store) : store_(store) {}
  net::Response preflight(const std::string& bucket, const net::RequestHead& head) override;
  void add_headers(const std::string& bucket, const net::RequestHead& head,
                   net::Response& response) override;
  bool admits(const std::string& bucket, const net::RequestHead& head) override;

 private:
  store::Store& store_;
};

}  // namespace millrace::server
