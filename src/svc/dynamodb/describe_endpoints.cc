// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html
#include "svc/dynamodb/handlers.h"

namespace millrace::dynamodb {

Result<api::DescribeEndpointsResponse> describe_endpoints(svc::Context& ctx,
                                                          const api::DescribeEndpointsRequest&) {
  constexpr int64_t kCacheMinutes = 1440;
  std::string address = ctx.request().base_url;
  if (const size_t scheme = address.find("://"); scheme != std::string::npos) {
    address.erase(0, scheme + 3);
  }
  return api::DescribeEndpointsResponse{.endpoints = {{address, kCacheMinutes}}};
}

}  // namespace millrace::dynamodb
