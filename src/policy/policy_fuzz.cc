// IAM policies: whatever the bytes, a Document or an Error, never a crash; what parses is also
// evaluated.
#include <cstdint>
#include <string_view>

#include "policy/evaluate.h"

using namespace millrace;  // NOLINT: a fuzz target

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  policy::Request request{
      .action = "s3:GetObject",
      .resource = "arn:aws:s3:::notes/alice/1",
      .requester = {.account = "123456789012", .arn = "arn:aws:iam::123456789012:user/alice"}};
  request.context.set("aws:username", "alice");
  request.context.set("aws:SourceIp", "203.0.113.7");
  request.context.set("aws:CurrentTime", "2026-01-31T12:00:00Z");
  for (auto kind : {policy::DocumentKind::kIdentity, policy::DocumentKind::kTrust,
                    policy::DocumentKind::kResource}) {
    auto document = policy::Document::parse(text, kind);
    if (!document.ok()) continue;
    (void)policy::evaluate_identity(*document, request);
    (void)policy::evaluate_resource(*document, request);
  }
  return 0;
}
