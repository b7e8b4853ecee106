// Router: what a request is for, from its head alone (and, for the query protocol, its form). Knows no
// credentials and no store. Constant after construction; free-threaded.
//
// A service is found, in this order, by the credential scope of the signature, X-Amz-Target, the host,
// the form's Version and Action, the path; what is left is S3's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aws/shape.h"
#include "net/http_message.h"
#include "server/host_name.h"
#include "server/rest_routes.h"

namespace millrace::server {

// "AKID/20260131/us-east-1/s3/aws4_request".
struct CredentialScope {
  std::string access_key_id;
  std::string date;
  std::string region;
  std::string service;
};
// From the Authorization header or X-Amz-Credential in the query; none when the request is unsigned or
// its scope is malformed.
std::optional<CredentialScope> find_credential_scope(const net::RequestHead& head);

struct Route {
  enum class Kind {
    kOperation,    // `operation`, or when it is null `name`: an operation AWS has and we have not
    kForm,         // query protocol: resolve_form() tells, once the body is here
    kUnknown,      // no operation at all; `unknown` says what was asked for
    kApi,          // API Gateway's data plane: `id`, `path`
    kFunctionUrl,  // `id`, `path`
    kPreflight,    // CORS, for S3 (`bucket`) or another service
    kAdmin,        // /_millrace/ and the other paths of our own
  };
  Kind kind = Kind::kUnknown;
  const aws::Service* service = nullptr;
  const aws::Operation* operation = nullptr;
  aws::Protocol protocol = aws::Protocol::kRestXml;  // to answer in, also when unknown
  std::string name;                                  // of the operation
  std::vector<std::pair<std::string, std::string>> labels;
  std::string unknown;
  std::string region;          // from scope or host; empty when neither says
  std::string id;              // of the API or function URL
  std::string stage;           // kApi by path: already cut off `path`
  std::string path;            // what is left of the path, raw
  std::string bucket;          // of an S3 request by virtual host
};

class Router {
 public:
  Router();
  Route route(const net::RequestHead& head) const;
  // Completes a kForm route. `form` is the body, or the query string of a GET.
  void resolve_form(Route& route, std::string_view form) const;

 private:
  using Candidates = std::vector<const aws::Service*>;
  std::optional<Route> route_own_paths(const net::RequestHead& head) const;
  Candidates candidates(const net::RequestHead& head, const HostName& host,
                        const std::optional<CredentialScope>& scope) const;
  void route_target(Route& route, std::string_view target) const;
  void route_cbor(Route& route, const net::RequestHead& head, const Candidates& services) const;
  bool route_rest(Route& route, const net::RequestHead& head, const Candidates& services) const;
  void route_s3(Route& route, const net::RequestHead& head, const HostName& host) const;
  static void set_operation(Route& route, const aws::Service& service, std::string_view name);

  std::unordered_map<const aws::Service*, RestRoutes> rest_;
  std::unordered_map<std::string_view, Candidates> by_signing_name_;
  const aws::Service* s3_ = nullptr;
};

}  // namespace millrace::server
