// Any bytes as the body of a request, in each protocol; what parses is validated and rendered
// again.
#include "aws/protocol.h"

#include <cstddef>
#include <cstdint>

#include "aws/validate.h"

using namespace millrace::aws;

namespace {

constexpr struct {
  const char* service;
  const char* operation;
  Protocol protocol;
} kTargets[] = {
    {"dynamodb", "TransactWriteItems", Protocol::kJson},
    {"dynamodb", "PutItem", Protocol::kJson},
    {"lambda", "CreateFunction", Protocol::kRestJson},
    {"cloudformation", "CreateStack", Protocol::kQuery},
    {"s3", "PutBucketNotificationConfiguration", Protocol::kRestXml},
    {"s3", "DeleteObjects", Protocol::kRestXml},
    {"cloudwatch", "PutMetricData", Protocol::kRpcV2Cbor},
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto& target = kTargets[data[0] % std::size(kTargets)];
  const Operation& operation =
      *find_service(target.service)->find_operation(target.operation)->operation;
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto input = operation.make_input();
  MissingMembers missing;
  const Labels labels = {{"Bucket", "b"}, {"Key", "k"}};
  auto parsed = parse_input(operation, target.protocol, {"POST", "/", body, {}}, labels,
                            Body{.bytes = body}, input.get(), missing);
  if (!parsed.ok()) return 0;
  const bool valid = validate_input(operation, input.get(), missing).ok();
  // Attribute values that are not allowed cannot be written, and handlers refuse them.
  if (valid && target.protocol != Protocol::kJson) {
    (void)render_input(operation, target.protocol, input.get());
  }
  return 0;
}
