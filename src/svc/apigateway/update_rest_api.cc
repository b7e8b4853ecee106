#include "svc/apigateway/rest_operations.h"

#include <algorithm>

#include "svc/apigateway/patch.h"
#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {
namespace {

PatchRule policy_rule(v1::RestApi& api) {
  return {"/policy", "replace remove", [&api](const Patch& patch) -> Status {
            if (patch.removes() || patch.value.empty()) {
              api.policy.reset();
              return ok_status();
            }
            api.policy = patch.value;
            return check_policy(api.policy);
          }};
}

PatchRule key_source_rule() {
  return {"/apiKeySource", "replace", [](const Patch& patch) -> Status {
            if (patch.value != "HEADER") return not_supported("apiKeySource " + patch.value);
            return ok_status();
          }};
}

PatchRule compression_rule() {
  return {"/minimumCompressionSize", "replace remove", [](const Patch& patch) -> Status {
            if (patch.removes() || patch.value.empty()) return ok_status();
            return not_supported("minimumCompressionSize");
          }};
}

// "/binaryMediaTypes/image~1png": the type stands in the path.
PatchRule binary_types_rule(v1::RestApi& api) {
  return {"/binaryMediaTypes/*", "add remove replace", [&api](const Patch& patch) {
            if (!api.binary_media_types) api.binary_media_types.emplace();
            auto& types = *api.binary_media_types;
            std::erase(types, patch.path[1]);
            if (patch.op == "add") types.push_back(patch.path[1]);
            if (patch.op == "replace") types.push_back(patch.value);
            return ok_status();
          }};
}

PatchRule endpoint_rule(v1::RestApi& api) {
  return {"/endpointConfiguration/types/*", "replace", [&api](const Patch& patch) -> Status {
            v1::EndpointConfiguration changed;
            changed.types = {{patch.value}};
            MR_TRY(check_endpoint(changed));
            api.endpoint_configuration->types = changed.types;
            return ok_status();
          }};
}

}  // namespace

Result<v1::UpdateRestApi::Output> update_rest_api(svc::Context& ctx,
                                                  const v1::UpdateRestApi::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  MR_TRY(apply_patches(
      in.patch_operations,
      {text_rule("/name", api.name), text_rule("/description", api.description),
       text_rule("/version", api.version),
       flag_rule("/disableExecuteApiEndpoint", api.disable_execute_api_endpoint), policy_rule(api),
       key_source_rule(), compression_rule(), binary_types_rule(api), endpoint_rule(api)}));
  if (!api.name || api.name->empty()) return bad_request("API name cannot be empty");
  save_rest_api(ctx, api);
  return api;
}

}  // namespace millrace::apigateway
