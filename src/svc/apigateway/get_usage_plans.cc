#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetUsagePlans::Output> get_usage_plans(svc::Context& ctx,
                                                  const v1::GetUsagePlans::Input& in) {
  // There are none: CreateUsagePlan is refused by its name.
  (void)ctx;
  (void)in;
  return v1::UsagePlans{.items = std::vector<v1::UsagePlan>()};
}

}  // namespace millrace::apigateway
