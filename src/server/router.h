// Router: what a request is for, from its head and, for the query protocol, its form: one of our
// own paths, a deployed API, a function URL, or an operation of a service (aws/identify.h), which
// the host may name together with the bucket. Knows no credentials and no store. Constant;
// free-threaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/identify.h"
#include "net/http_message.h"
#include "server/host_name.h"

namespace millrace::server {

// "AKID/20260131/us-east-1/s3/aws4_request".
struct CredentialScope {
  std::string access_key_id;
  std::string date;
  std::string region;
  std::string service;
};
// From the Authorization header or X-Amz-Credential in the query; none when the request is unsigned
// or its scope is malformed.
std::optional<CredentialScope> find_credential_scope(const net::RequestHead& head);

struct Route {
  enum class Kind {
    kOperation,    // `identified`; its operation may be one that we lack, or none at all
    kForm,         // query protocol: identify_form() tells, once the body is here
    kApi,          // API Gateway's data plane
    kFunctionUrl,  // `id`
    kPreflight,    // CORS, for S3 (`bucket`) or another service
    kAdmin,        // /_millrace/ and the other paths of our own
  };
  Kind kind = Kind::kOperation;
  aws::Identified identified;
  std::optional<CredentialScope> scope;
  std::string signing_name;          // of the service meant; empty when nothing says
  std::string region;                // from scope or host; empty when neither says
  std::string id;                    // kApi, kFunctionUrl
  std::optional<std::string> stage;  // kApi reached by path
  std::string path;    // raw; without what addresses the API; with the bucket in front for S3
  std::string bucket;  // S3: from host or path
};

class Router {
 public:
  Router();
  Route route(const net::RequestHead& head) const;
  // Completes a kForm route.
  void identify_form(Route& route, const net::RequestHead& head, std::string_view form) const;

 private:
  static std::optional<Route> route_own_paths(const net::RequestHead& head);
  void identify(Route& route, const net::RequestHead& head, std::string_view form) const;

  aws::Identifier identifier_;
};

// The request as aws/ sees it, with `path` in place of the one that was sent.
class WireView {
 public:
  WireView(const net::RequestHead& head, std::string_view path);
  const aws::RequestView& view() const { return view_; }
  // For what came behind the body (trailers); `name` and `value` outlive this.
  void add_header(std::string_view name, std::string_view value);

 private:
  std::vector<aws::HeaderView> headers_;
  aws::RequestView view_;
};

}  // namespace millrace::server
