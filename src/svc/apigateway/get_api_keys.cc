#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetApiKeys::Output> get_api_keys(svc::Context& ctx, const v1::GetApiKeys::Input& in) {
  // There are none: CreateApiKey is refused by its name.
  (void)ctx;
  (void)in;
  return v1::ApiKeys{.items = std::vector<v1::ApiKey>()};
}

}  // namespace millrace::apigateway
