// Identify: which operation of which service a request is for, in which protocol. Looks at
// X-Amz-Target, at rpc-v2-cbor's path, at Action and Version, and last at method and path, as AWS's
// front ends do; the signing name of the credential scope decides between services that share a
// form.
//
// The path must already be in path style ("/bucket/key"): hosts are the server's matter.
// Immutable after construction; free-threaded.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "aws/http_message.h"
#include "aws/rest_router.h"
#include "aws/shape.h"

namespace millrace::aws {

struct Identified {
  const Service* service = nullptr;  // nullptr: no service of ours is meant
  Protocol protocol = Protocol::kJson;
  std::string operation_name;  // as the client gave it; empty when a path matches nothing
  std::string version;         // query protocol: as the client gave it, where there is no such one
  // nullptr: AWS does not know it either. With `operation->operation` null: AWS knows it, we lack
  // it.
  const OperationName* operation = nullptr;
  Labels labels;
};

class Identifier {
 public:
  explicit Identifier(std::span<const Service* const> services);

  // `signing_name` is empty for unsigned requests. `form` is the body of a form post (needed for
  // the query protocol only), else empty.
  Identified identify(const RequestView& request, std::string_view signing_name,
                      std::string_view form) const;

  // The refusal of what `identified` names but we do not run, in AWS's words: 4xx always.
  // REQUIRES: service != nullptr and no operation of ours.
  static Error refusal(const Identified& identified);

 private:
  Identified by_action(const QueryParameters& parameters, std::string_view signing_name) const;
  Identified by_path(const RequestView& request, std::string_view signing_name) const;
  Identified unknown_query(const RequestView& request, std::string_view signing_name,
                           std::string_view form) const;

  std::span<const Service* const> services_;
  std::map<std::string_view, const Service*> by_target_prefix_;
  std::map<const Service*, RestRouter> routers_;
};

}  // namespace millrace::aws
