// Which requests are for a deployed API, and for which one: the hosts and paths by which clients
// and deploy tools reach execute-api. Pure; free-threaded.
//
//   ID.execute-api.REGION.amazonaws.com           AWS's own, also when reached by DNS or a Host
//   header ID.execute-api.localhost.localstack.cloud     what existing projects use, any port
//   ID.execute-api.localhost
//   /restapis/ID/STAGE/_user_request_/PATH        on any host; the stage is named, also for HTTP
//   APIs
//   /_aws/execute-api/ID/STAGE/PATH
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::apigateway {

struct ApiAddress {
  std::string api_id;
  // Named by the path forms; none for the host forms, where the stage is part of `path` or
  // $default.
  std::optional<std::string> stage;
  std::string path;  // the rest, raw, begins with '/'
};

// `host` with or without port; `path` raw, without the query. Nothing when it is not for an API.
std::optional<ApiAddress> find_api_address(std::string_view host, std::string_view path);

}  // namespace millrace::apigateway
