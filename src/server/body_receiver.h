// BodyReceiver: takes the body of a request for a streaming operation (S3's objects and parts) as
// it comes in: undoes aws-chunked, computes the digests that will be asked for, keeps what is small
// in memory and writes the rest to a file beside the objects. Never holds a large body.
//
// Used by one thread at a time: by the io thread for a body that was buffered, else as BodySink by
// workers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/aws_chunked.h"
#include "aws/body.h"
#include "base/hash.h"
#include "net/http_message.h"
#include "net/http_server.h"
#include "server/authenticator.h"

namespace millrace::server {

struct BodyExpectation {
  std::string content_sha256;  // hex, when the client signed the body's digest
  std::optional<aws::AwsChunkedDecoder::Options> chunked;  // when it is aws-chunked
  std::vector<HashKind> digests;
};

// The most that one PUT may carry: EntityTooLarge (400) beyond.
Error entity_too_large(uint64_t proposed_bytes);

// What the head announces. `sent` is a view of it, `identity` its sender, verified. Errors:
// MissingContentLength (411), EntityTooLarge, InvalidArgument and
// InvalidRequest.
Result<BodyExpectation> expect_body(const net::RequestHead& head, const aws::RequestView& sent,
                                    const Identity& identity);

class BodyReceiver final : public net::BodySink {
 public:
  // Files go into `dir`, which exists.
  BodyReceiver(BodyExpectation expectation, std::string dir);
  ~BodyReceiver() override;

  // Errors are S3's: IncompleteBody, XAmzContentSHA256Mismatch, EntityTooLarge,
  // SignatureDoesNotMatch.
  Status write(std::string_view bytes) override;
  Status finish() override;

  // REQUIRES: finish() succeeded. Once.
  aws::Body take_body();
  aws::Headers trailers() const;

 private:
  Status take_payload(std::string_view bytes);
  Status open_file();

  const BodyExpectation expectation_;
  const std::string dir_;
  std::optional<aws::AwsChunkedDecoder> decoder_;
  std::string decoded_;
  std::map<HashKind, std::unique_ptr<Hasher>> hashers_;
  std::string bytes_;  // until it is too much for memory
  std::shared_ptr<aws::SpooledFile> file_;
  uint64_t size_ = 0;
};

}  // namespace millrace::server
