#include "svc/caller_json.h"

namespace millrace::svc {

using codec::Json;

Json to_json(const Caller& caller) {
  Json json = Json::object();
  json.set("kind", static_cast<int>(caller.kind)).set("account", caller.account);
  json.set("arn", caller.arn).set("id", caller.user_id);
  if (!caller.role_name.empty()) json.set("role", caller.role_name);
  if (!caller.user_name.empty()) json.set("user", caller.user_name);
  if (!caller.session_policy.empty()) json.set("policy", caller.session_policy);
  return json;
}

Caller caller_from_json(const Json& json) {
  Caller caller;
  if (const Json* kind = json.find("kind"); kind != nullptr && kind->is_int()) {
    caller.kind = static_cast<CallerKind>(*kind->as_int());
  }
  caller.account = json.get_string("account");
  caller.arn = json.get_string("arn");
  caller.user_id = json.get_string("id");
  caller.role_name = json.get_string("role");
  caller.user_name = json.get_string("user");
  caller.session_policy = json.get_string("policy");
  return caller;
}

}  // namespace millrace::svc
