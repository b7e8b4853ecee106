#include "policy/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace millrace::policy {
namespace {

using codec::Json;

// Policies nest six deep; the rest is somebody playing.
constexpr int kPolicyDepthMax = 16;

Error syntax_error() { return malformed_policy("Syntax errors in policy."); }

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// One string, or an array of strings. Numbers and booleans count as text where `scalars` says so.
enum class Scalars { kStrings, kAll };
Result<std::vector<std::string>> strings_of(const Json& json, Scalars scalars = Scalars::kStrings) {
  std::vector<std::string> out;
  auto add = [&](const Json& value) {
    if (const std::string* text = value.as_string()) {
      out.push_back(*text);
      return true;
    }
    if (scalars == Scalars::kStrings || value.is_null() || value.is_array() || value.is_object()) {
      return false;
    }
    out.push_back(value.dump());
    return true;
  };
  if (const Json::Array* array = json.as_array()) {
    for (const Json& value : *array) {
      if (!add(value)) return syntax_error();
    }
    return out;
  }
  if (!add(json)) return syntax_error();
  return out;
}

Result<Principal> parse_principal(const Json& json) {
  Principal principal;
  if (const std::string* text = json.as_string()) {
    if (*text != "*") return malformed_policy("Invalid principal in policy.");
    principal.everyone = true;
    return principal;
  }
  const Json::Object* kinds = json.as_object();
  if (kinds == nullptr || kinds->empty()) return malformed_policy("Invalid principal in policy.");
  for (const auto& [kind, value] : *kinds) {
    MR_ASSIGN(auto names, strings_of(value));
    if (kind == "AWS") {
      for (std::string& name : names) {
        if (name == "*") {
          principal.everyone = true;
        } else {
          principal.aws.push_back(std::move(name));
        }
      }
    } else if (kind == "Service") {
      for (const std::string& name : names) {
        if (name.find('.') == std::string::npos && name != "*") {
          return malformed_policy(
              fmt::format("Invalid principal in policy: \"SERVICE\":\"{}\"", name));
        }
        principal.services.push_back(name);
      }
    } else if (kind == "Federated" || kind == "CanonicalUser") {
      for (std::string& name : names)
        principal.others.push_back(kind + ":" + name);
    } else {
      return malformed_policy(fmt::format("Invalid principal in policy: {}", kind));
    }
  }
  return principal;
}

Status check_actions(const std::vector<std::string>& actions, DocumentKind kind) {
  for (const std::string& action : actions) {
    if (action == "*") continue;
    size_t colon = action.find(':');
    if (colon == std::string::npos) {
      return malformed_policy(
          "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
    std::string_view vendor = std::string_view(action).substr(0, colon);
    bool valid = !vendor.empty() && std::all_of(vendor.begin(), vendor.end(),
                                                [](char c) { return is_alnum(c) || c == '-'; });
    if (!valid) return malformed_policy(fmt::format("Vendor {} is not valid", vendor));
    if (kind == DocumentKind::kTrust && vendor != "sts") {
      return malformed_policy("AssumeRole policy may only specify STS AssumeRole actions.");
    }
  }
  return ok_status();
}

Status check_resources(const std::vector<std::string>& resources) {
  for (const std::string& resource : resources) {
    if (resource == "*") continue;
    auto colons = std::count(resource.begin(), resource.end(), ':');
    bool arn = resource.starts_with("arn:") || resource.starts_with("*") ||
               resource.starts_with("arn*") || resource.starts_with("${");
    if (!arn) {
      return malformed_policy(fmt::format("Resource {} must be in ARN format or \"*\".", resource));
    }
    if (resource.starts_with("arn:") && colons < 5 && resource.find('*') == std::string::npos) {
      return malformed_policy("The policy failed legacy parsing");
    }
  }
  return ok_status();
}

Result<std::vector<Condition>> parse_conditions(const Json& json) {
  const Json::Object* operators = json.as_object();
  if (operators == nullptr) return syntax_error();
  std::vector<Condition> conditions;
  for (const auto& [name, block] : *operators) {
    Condition condition;
    if (!parse_operator(name, condition)) {
      return malformed_policy(fmt::format("Invalid Condition type : {}.", name));
    }
    const Json::Object* keys = block.as_object();
    if (keys == nullptr) return syntax_error();
    for (const auto& [key, value] : *keys) {
      if (key.find(':') == std::string::npos) {
        return malformed_policy(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      }
      MR_ASSIGN(auto values, strings_of(value, Scalars::kAll));
      condition.keys.emplace_back(key, std::move(values));
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

Status check_members(const Json::Object& members, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : members) {
    if (std::find(known.begin(), known.end(), name) == known.end()) return syntax_error();
  }
  return ok_status();
}

Status parse_who(const Json& json, DocumentKind kind, Statement& statement) {
  const Json* principal = json.find("Principal");
  const Json* not_principal = json.find("NotPrincipal");
  if (kind == DocumentKind::kIdentity) {
    if (principal != nullptr || not_principal != nullptr) {
      return malformed_policy("Policy document should not specify a principal.");
    }
    return ok_status();
  }
  if ((principal == nullptr) == (not_principal == nullptr)) {
    return malformed_policy("Missing required field Principal");
  }
  if (principal != nullptr) {
    MR_ASSIGN(statement.principal, parse_principal(*principal));
  } else {
    MR_ASSIGN(statement.not_principal, parse_principal(*not_principal));
  }
  return ok_status();
}

Status parse_what(const Json& json, DocumentKind kind, Statement& statement) {
  const Json* action = json.find("Action");
  const Json* not_action = json.find("NotAction");
  if (action == nullptr && not_action == nullptr) {
    return malformed_policy(kind == DocumentKind::kTrust
                                ? "Missing required field Action"
                                : "Policy statement must contain actions.");
  }
  if (action != nullptr && not_action != nullptr) return syntax_error();
  statement.not_action = not_action != nullptr;
  MR_ASSIGN(statement.actions, strings_of(action != nullptr ? *action : *not_action));
  if (statement.actions.empty()) return malformed_policy("Policy statement must contain actions.");
  MR_TRY(check_actions(statement.actions, kind));

  const Json* resource = json.find("Resource");
  const Json* not_resource = json.find("NotResource");
  if (kind == DocumentKind::kTrust) {
    if (resource != nullptr) return malformed_policy("Has prohibited field Resource");
    if (not_resource != nullptr) return malformed_policy("Has prohibited field NotResource");
    return ok_status();
  }
  if (resource == nullptr && not_resource == nullptr) {
    return malformed_policy("Policy statement must contain resources.");
  }
  if (resource != nullptr && not_resource != nullptr) return syntax_error();
  statement.not_resource = not_resource != nullptr;
  MR_ASSIGN(statement.resources, strings_of(resource != nullptr ? *resource : *not_resource));
  if (statement.resources.empty()) {
    return malformed_policy("Policy statement must contain resources.");
  }
  return check_resources(statement.resources);
}

Result<Statement> parse_statement(const Json& json, DocumentKind kind) {
  const Json::Object* members = json.as_object();
  if (members == nullptr) return syntax_error();
  MR_TRY(check_members(*members, {"Sid", "Effect", "Principal", "NotPrincipal", "Action",
                                  "NotAction", "Resource", "NotResource", "Condition"}));
  Statement statement;
  if (const Json* sid = json.find("Sid")) {
    if (!sid->is_string()) return syntax_error();
    statement.sid = *sid->as_string();
    bool plain = std::all_of(statement.sid.begin(), statement.sid.end(), is_alnum);
    if (kind == DocumentKind::kIdentity && !plain) {
      return malformed_policy(
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
          "expression [0-9A-Za-z]*");
    }
  }
  const Json* effect = json.find("Effect");
  if (effect == nullptr) return malformed_policy("Missing required field Effect");
  if (!effect->is_string()) return syntax_error();
  if (*effect->as_string() == "Allow") {
    statement.effect = Effect::kAllow;
  } else if (*effect->as_string() == "Deny") {
    statement.effect = Effect::kDeny;
  } else {
    return malformed_policy(fmt::format("Invalid effect: {}", *effect->as_string()));
  }
  MR_TRY(parse_who(json, kind, statement));
  MR_TRY(parse_what(json, kind, statement));
  if (const Json* condition = json.find("Condition")) {
    MR_ASSIGN(statement.conditions, parse_conditions(*condition));
  }
  return statement;
}

}  // namespace

Result<Document> Document::parse(std::string_view text, DocumentKind kind) {
  auto json = Json::parse(text, kPolicyDepthMax);
  if (!json.ok()) return malformed_policy("This policy contains invalid Json");
  return parse(*json, kind);
}

Result<Document> Document::parse(const Json& json, DocumentKind kind) {
  const Json::Object* members = json.as_object();
  if (members == nullptr) return syntax_error();
  MR_TRY(check_members(*members, {"Version", "Id", "Statement"}));
  Document document;
  document.version = "2008-10-17";
  if (const Json* version = json.find("Version")) {
    const std::string* text = version->as_string();
    if (text == nullptr || (*text != "2012-10-17" && *text != "2008-10-17")) return syntax_error();
    document.version = *text;
  }
  document.id = json.get_string("Id");
  const Json* statements = json.find("Statement");
  if (statements == nullptr) return syntax_error();
  if (const Json::Array* array = statements->as_array()) {
    for (const Json& statement : *array) {
      MR_ASSIGN(Statement parsed, parse_statement(statement, kind));
      document.statements.push_back(std::move(parsed));
    }
  } else {
    MR_ASSIGN(Statement parsed, parse_statement(*statements, kind));
    document.statements.push_back(std::move(parsed));
  }
  if (document.statements.empty()) return syntax_error();
  std::set<std::string_view> sids;
  for (const Statement& statement : document.statements) {
    if (statement.sid.empty()) continue;
    if (!sids.insert(statement.sid).second) {
      return malformed_policy("Statement IDs (SID) in a single policy must be unique.");
    }
  }
  return document;
}

}  // namespace millrace::policy
