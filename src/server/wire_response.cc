#include "server/wire_response.h"

#include <fmt/format.h>

#include <charconv>

#include "base/check.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "codec/gzip.h"
#include "server/compression.h"
#include "server/piece_source.h"

namespace millrace::server {
namespace {

constexpr size_t kCompressBytesMin = 1024;  // DynamoDB leaves smaller answers alone

net::Body to_net_body(aws::Body body, TaskRunner* runner) {
  if (body.pieces) {
    CHECK(runner != nullptr);
    return std::make_unique<PieceSource>(std::move(body.pieces), *runner);
  }
  if (body.spooled) {
    auto handle = std::make_shared<net::FileHandle>(body.spooled->fd(), body.spooled);
    return net::FileBody{handle, 0, body.spooled->size};
  }
  if (body.file) {
    auto handle = std::make_shared<net::FileHandle>(body.file->fd(), body.file);
    return net::FileBody{handle, body.offset, body.length};
  }
  return std::move(body.bytes);
}

}  // namespace

net::Response to_net_response(aws::HttpResponse response, const net::RequestHead& head,
                              const aws::Service* service, TaskRunner* runner) {
  net::Response out(response.status);
  bool is_s3 = service != nullptr && service->id == "s3";
  bool compress = service != nullptr && service->signing_name == "dynamodb" &&
                  !response.body.file && !response.body.pieces &&
                  response.body.bytes.size() >= kCompressBytesMin &&
                  accepts_gzip(head.header("accept-encoding"));
  if (compress) {
    response.body.bytes = codec::gzip(response.body.bytes);
    out.add("Content-Encoding", "gzip");
  }
  for (const auto& [name, value] : response.headers) {
    if (ascii_iequals(name, "content-length")) {
      uint64_t length = 0;
      std::from_chars(value.data(), value.data() + value.size(), length);
      out.head_length = length;
    } else if (compress && ascii_iequals(name, "x-amz-crc32")) {
      out.add(name, fmt::to_string(crc32(response.body.bytes)));  // of the body as it is sent
    } else {
      out.add(name, value);
    }
  }
  // S3's own come from the bucket's rules.
  if (!is_s3 && head.has_header("origin")) {
    out.add("Access-Control-Allow-Origin", "*");
    out.add("Access-Control-Expose-Headers",
            "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,x-amz-crc32,Date");
  }
  out.body = to_net_body(std::move(response.body), runner);
  return out;
}

net::Response preflight_response(const net::RequestHead& head) {
  net::Response response(200);
  response.add("Access-Control-Allow-Origin", "*");
  response.add("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
  std::string_view wanted = head.header("access-control-request-headers");
  if (!wanted.empty()) response.add("Access-Control-Allow-Headers", wanted);
  response.add("Access-Control-Max-Age", "172800");
  return response;
}

}  // namespace millrace::server
