#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetApiKey::Output> get_api_key(svc::Context& ctx, const v1::GetApiKey::Input& in) {
  // There are none: CreateApiKey is refused by its name.
  (void)ctx;
  (void)in;
  return v1::errors::not_found_exception("Invalid API Key identifier specified");
}

}  // namespace millrace::apigateway
