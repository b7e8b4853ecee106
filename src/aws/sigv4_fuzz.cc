// Any bytes as an Authorization header, as a query string and as an aws-chunked body.
#include "aws/sigv4.h"

#include <cstddef>
#include <cstdint>

#include "aws/aws_chunked.h"

using namespace millrace::aws;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto style = static_cast<AuthStyle>(data[0] & 3);
  const std::vector<HeaderView> headers = {
      {"host", "h"}, {"x-amz-date", "20150830T123600Z"}, {"authorization", text}};
  for (const RequestView& request :
       {RequestView{"GET", "/", "", headers}, RequestView{"GET", text, text, {}}}) {
    (void)scope_hint(request);
    auto authorization = parse_authorization(request, style);
    if (authorization.ok() && authorization->has_value()) {
      (void)verify_signature(request, **authorization, millrace::aws::Secret("s"), "", style);
    }
  }
  AwsChunkedDecoder::Options options{.trailer_names = {"x-amz-checksum-crc32"}};
  AwsChunkedDecoder decoder(options);
  std::string out;
  const size_t cut = text.size() / 3;
  if (decoder.feed(text.substr(0, cut), out).ok() && decoder.feed(text.substr(cut), out).ok()) {
    (void)decoder.finish();
  }
  return 0;
}
