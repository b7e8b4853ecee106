// Caller: the authenticated principal of a request, as IAM sees it. It travels with every call from
// one service to another, so that permissions always apply. A value.
#pragma once

#include <string>

namespace millrace::svc {

enum class CallerKind {
  kRoot,         // the account itself: everything is allowed
  kUser,         // an IAM user: arn:aws:iam::ACCOUNT:user/NAME
  kAssumedRole,  // a session: arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
  kService,  // one of our own services: "events.amazonaws.com"; needs a resource policy that allows
             // it
  kAnonymous,  // unsigned
};

struct Caller {
  CallerKind kind = CallerKind::kAnonymous;
  std::string account;         // 12 digits; empty for kAnonymous and kService
  std::string arn;             // the principal ARN, or the service's name for kService
  std::string user_id;         // "AIDA...", "AROA...:session", or the account for root
  std::string access_key_id;   // empty when no key was used
  std::string role_name;       // kAssumedRole: whose policies apply
  std::string user_name;       // kUser
  std::string session_policy;  // JSON given to AssumeRole, or empty
  // kService only: on whose behalf (aws:SourceArn, aws:SourceAccount).
  std::string source_arn;
  std::string source_account;

  static Caller root(std::string account_id) {
    Caller caller{.kind = CallerKind::kRoot, .account = account_id};
    caller.arn = "arn:aws:iam::" + account_id + ":root";
    caller.user_id = std::move(account_id);
    return caller;
  }
  static Caller service(std::string name, std::string arn_of_source,
                        std::string account_of_source) {
    return Caller{.kind = CallerKind::kService,
                  .arn = std::move(name),
                  .source_arn = std::move(arn_of_source),
                  .source_account = std::move(account_of_source)};
  }
};

}  // namespace millrace::svc
