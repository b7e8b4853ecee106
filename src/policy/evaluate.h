// Evaluation: whether policies let a principal do an action on a resource. An explicit deny
// anywhere wins; otherwise something must allow it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
#pragma once

#include <string>
#include <vector>

#include "policy/condition.h"
#include "policy/document.h"

namespace millrace::policy {

// Who asks, as Principal elements name him.
struct Requester {
  std::string account;
  std::string arn;       // a session's own ARN for an assumed role
  std::string role_arn;  // the role behind a session, else empty
  std::string service;   // "events.amazonaws.com" when one of the services asks, else empty
};

struct Request {
  std::string action;
  std::string resource;
  Requester requester;
  RequestContext context;
};

enum class Decision { kImplicitDeny, kAllow, kExplicitDeny };

// A policy that is attached to the requester: its Principal elements do not exist.
Decision evaluate_identity(const Document& document, const Request& request);

struct ResourceDecision {
  Decision decision = Decision::kImplicitDeny;
  // The allow names the whole account: it lets the account's own policies decide.
  bool delegated_to_account = false;
};
ResourceDecision evaluate_resource(const Document& document, const Request& request);

// Everything that bears on one request. Pointers are borrowed.
struct Policies {
  std::vector<const Document*> identity;
  std::vector<const Document*> session;  // limits what identity allows; empty: no session policy
  const Document* resource = nullptr;
  bool same_account = true;  // the resource is of the requester's account
};

enum class Verdict {
  kAllowed,
  kDeniedByIdentity,  // explicit
  kDeniedBySession,   // explicit
  kDeniedByResource,  // explicit
  kNoIdentityAllows,
  kNoSessionAllows,
  kNoResourceAllows,
};
Verdict authorize(const Policies& policies, const Request& request);

}  // namespace millrace::policy
