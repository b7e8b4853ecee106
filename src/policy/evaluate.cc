#include "policy/evaluate.h"

#include <algorithm>

#include "policy/match.h"

namespace millrace::policy {
namespace {

bool action_matches(const Statement& statement, const Request& request) {
  bool found = std::any_of(statement.actions.begin(), statement.actions.end(),
                           [&](const std::string& pattern) {
                             return wildcard_match(pattern, request.action, Case::kInsensitive);
                           });
  return found != statement.not_action;
}

bool resource_matches(const Statement& statement, const Request& request, Variables variables) {
  if (statement.resources.empty()) return true;  // a trust policy
  auto matches = [&](const std::string& pattern) {
    if (variables == Variables::kOff || pattern.find("${") == std::string::npos) {
      return wildcard_match(pattern, request.resource);
    }
    auto text = substitute(pattern, request.context);
    return text && wildcard_match(*text, request.resource);
  };
  bool found = std::any_of(statement.resources.begin(), statement.resources.end(), matches);
  return found != statement.not_resource;
}

bool conditions_hold(const Statement& statement, const Request& request, Variables variables) {
  return std::all_of(
      statement.conditions.begin(), statement.conditions.end(),
      [&](const Condition& condition) { return holds(condition, request.context, variables); });
}

Variables variables_of(const Document& document) {
  return document.has_variables() ? Variables::kOn : Variables::kOff;
}

enum class PrincipalMatch { kNone, kAccount, kExact };

PrincipalMatch match_principal(const Principal& principal, const Requester& requester) {
  if (!requester.service.empty()) {
    for (const std::string& service : principal.services) {
      if (service == "*" || service == requester.service) return PrincipalMatch::kExact;
    }
    return principal.everyone ? PrincipalMatch::kExact : PrincipalMatch::kNone;
  }
  if (principal.everyone) return PrincipalMatch::kExact;
  PrincipalMatch best = PrincipalMatch::kNone;
  for (const std::string& name : principal.aws) {
    if (requester.arn.empty()) continue;
    if (name == requester.arn || (!requester.role_arn.empty() && name == requester.role_arn)) {
      return PrincipalMatch::kExact;
    }
    if (name == requester.account || name == "arn:aws:iam::" + requester.account + ":root") {
      best = PrincipalMatch::kAccount;
    }
  }
  return best;
}

}  // namespace

Decision evaluate_identity(const Document& document, const Request& request) {
  Variables variables = variables_of(document);
  Decision decision = Decision::kImplicitDeny;
  for (const Statement& statement : document.statements) {
    if (!action_matches(statement, request) || !resource_matches(statement, request, variables) ||
        !conditions_hold(statement, request, variables)) {
      continue;
    }
    if (statement.effect == Effect::kDeny) return Decision::kExplicitDeny;
    decision = Decision::kAllow;
  }
  return decision;
}

ResourceDecision evaluate_resource(const Document& document, const Request& request) {
  Variables variables = variables_of(document);
  ResourceDecision result;
  for (const Statement& statement : document.statements) {
    PrincipalMatch match = PrincipalMatch::kNone;
    if (statement.principal) {
      match = match_principal(*statement.principal, request.requester);
    } else if (statement.not_principal &&
               match_principal(*statement.not_principal, request.requester) ==
                   PrincipalMatch::kNone) {
      match = PrincipalMatch::kExact;
    }
    if (match == PrincipalMatch::kNone || !action_matches(statement, request) ||
        !resource_matches(statement, request, variables) ||
        !conditions_hold(statement, request, variables)) {
      continue;
    }
    if (statement.effect == Effect::kDeny) return {Decision::kExplicitDeny, false};
    bool delegated = match == PrincipalMatch::kAccount;
    if (result.decision != Decision::kAllow || !delegated) result.delegated_to_account = delegated;
    result.decision = Decision::kAllow;
  }
  return result;
}

namespace {

Decision evaluate_all(const std::vector<const Document*>& documents, const Request& request) {
  Decision decision = Decision::kImplicitDeny;
  for (const Document* document : documents) {
    Decision one = evaluate_identity(*document, request);
    if (one == Decision::kExplicitDeny) return one;
    if (one == Decision::kAllow) decision = one;
  }
  return decision;
}

}  // namespace

Verdict authorize(const Policies& policies, const Request& request) {
  Decision identity = evaluate_all(policies.identity, request);
  if (identity == Decision::kExplicitDeny) return Verdict::kDeniedByIdentity;
  ResourceDecision resource;
  if (policies.resource != nullptr) resource = evaluate_resource(*policies.resource, request);
  if (resource.decision == Decision::kExplicitDeny) return Verdict::kDeniedByResource;
  Decision session = Decision::kAllow;
  if (!policies.session.empty()) session = evaluate_all(policies.session, request);
  if (session == Decision::kExplicitDeny) return Verdict::kDeniedBySession;

  bool by_resource = resource.decision == Decision::kAllow;
  if (!request.requester.service.empty() || request.requester.arn.empty()) {
    return by_resource ? Verdict::kAllowed : Verdict::kNoResourceAllows;
  }
  if (session != Decision::kAllow) return Verdict::kNoSessionAllows;
  if (!policies.same_account) {
    if (identity != Decision::kAllow) return Verdict::kNoIdentityAllows;
    return by_resource ? Verdict::kAllowed : Verdict::kNoResourceAllows;
  }
  if (by_resource && !resource.delegated_to_account) return Verdict::kAllowed;
  return identity == Decision::kAllow ? Verdict::kAllowed : Verdict::kNoIdentityAllows;
}

}  // namespace millrace::policy
