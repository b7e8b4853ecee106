#include "client/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "aws/partition.h"

namespace millrace::client {
namespace {

class ProcessEnvironment final : public Environment {
 public:
  std::optional<std::string> variable(const std::string& name) const override {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  }
  std::optional<std::string> file(const std::string& path) const override {
    std::ifstream in(path);
    if (!in) return std::nullopt;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

using Profile = std::map<std::string, std::string>;

std::string home_file(const Environment& environment, const std::string& variable,
                      const std::string& name) {
  if (auto path = environment.variable(variable)) return *path;
  return environment.variable("HOME").value_or("") + "/.aws/" + name;
}

// The profile's settings of both files; credentials win.
Result<Profile> load_profile(const Environment& environment, const std::string& name,
                             bool required) {  // NOLINT: whether somebody asked for it by name
  Profile out;
  bool found = false;
  for (const auto& [variable, file] : {std::pair{"AWS_CONFIG_FILE", "config"},
                                       std::pair{"AWS_SHARED_CREDENTIALS_FILE", "credentials"}}) {
    const auto text = environment.file(home_file(environment, variable, file));
    if (!text) continue;
    Profiles profiles = parse_profiles(*text);
    const auto profile = profiles.find(name);
    if (profile == profiles.end()) continue;
    found = true;
    for (auto& [key, value] : profile->second)
      out[key] = value;
  }
  if (required && !found) {
    return Error(
        "InvalidProfile", 400,
        fmt::format("there is no profile '{}' in ~/.aws/config or ~/.aws/credentials", name));
  }
  return out;
}

std::string value_or_empty(const Profile& profile, const std::string& key) {
  const auto found = profile.find(key);
  return found == profile.end() ? std::string() : found->second;
}

Result<aws::Credentials> find_credentials(const Environment& environment, const Profile& profile,
                                          bool from_profile) {  // NOLINT: a profile named by option
  aws::Credentials out;
  const auto key = environment.variable("AWS_ACCESS_KEY_ID");
  const auto secret = environment.variable("AWS_SECRET_ACCESS_KEY");
  if (key && secret && !from_profile) {
    out.access_key_id = *key;
    out.secret_access_key = aws::Secret(*secret);
    out.session_token = environment.variable("AWS_SESSION_TOKEN").value_or("");
    return out;
  }
  out.access_key_id = value_or_empty(profile, "aws_access_key_id");
  out.secret_access_key = aws::Secret(value_or_empty(profile, "aws_secret_access_key"));
  out.session_token = value_or_empty(profile, "aws_session_token");
  if (!out.access_key_id.empty() && !out.secret_access_key.empty()) return out;
  for (const char* lacking : {"role_arn", "credential_process", "sso_session", "sso_start_url",
                              "web_identity_token_file"}) {
    if (!value_or_empty(profile, lacking).empty()) {
      return Error("NoCredentials", 400,
                   fmt::format("the profile uses {}, which is not supported: export temporary "
                               "credentials with `aws configure export-credentials --format env`",
                               lacking));
    }
  }
  for (const char* lacking :
       {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE"}) {
    if (environment.variable(lacking)) {
      return Error("NoCredentials", 400,
                   fmt::format("credentials through {} are not supported", lacking));
    }
  }
  return Error(
      "NoCredentials", 400,
      "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (for a local Millrace "
      "any pair does, such as test and test), or put them into ~/.aws/credentials");
}

// AWS_ENDPOINT_URL_<SERVICE>: the service's id as AWS writes it, in capitals.
std::string endpoint_variable(std::string_view service_id) {
  std::string name = "AWS_ENDPOINT_URL_";
  if (service_id == "dynamodbstreams") return name + "DYNAMODB_STREAMS";
  if (service_id == "events") return name + "EVENTBRIDGE";
  if (service_id == "logs") return name + "CLOUDWATCH_LOGS";
  if (service_id == "apigateway") return name + "API_GATEWAY";
  for (char c : service_id)
    name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

Result<std::string> checked_endpoint(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  const size_t scheme = url.find("://");
  if ((!url.starts_with("http://") && !url.starts_with("https://")) || scheme + 3 >= url.size()) {
    return Error("InvalidEndpoint", 400,
                 fmt::format("an endpoint URL starts with http:// or https://, not '{}'", url));
  }
  return url;
}

}  // namespace

const Environment& process_environment() {
  static const ProcessEnvironment environment;
  return environment;
}

Profiles parse_profiles(std::string_view text) {
  Profiles out;
  std::string section;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const std::string_view raw = text.substr(0, newline);
    text = newline == text.npos ? std::string_view() : text.substr(newline + 1);
    const std::string_view line = trimmed(raw);
    // Indented lines are nested settings ("s3 =\n  ..."), which we have none of.
    if (line.empty() || line[0] == '#' || line[0] == ';' || raw[0] == ' ' || raw[0] == '\t')
      continue;
    if (line.front() == '[') {
      std::string_view name = trimmed(line.substr(1, line.find(']') - 1));
      if (name.starts_with("profile ")) name = trimmed(name.substr(8));
      section = name;
      out[section];
      continue;
    }
    const size_t equals = line.find('=');
    if (equals == line.npos) continue;
    out[section][std::string(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
  }
  return out;
}

Result<Settings> load_settings(const Environment& environment, const SettingsOverrides& overrides) {
  Settings out;
  const auto profile_variable = environment.variable("AWS_PROFILE");
  const bool named = !overrides.profile.empty() || profile_variable.has_value();
  const std::string profile_name =
      !overrides.profile.empty() ? overrides.profile : profile_variable.value_or("default");
  MR_ASSIGN(const Profile profile, load_profile(environment, profile_name, named));
  MR_ASSIGN(out.credentials, find_credentials(environment, profile, !overrides.profile.empty()));
  out.region = overrides.region;
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (out.region.empty()) out.region = environment.variable(variable).value_or("");
  }
  if (out.region.empty()) out.region = value_or_empty(profile, "region");
  if (out.region.empty()) {
    return Error("NoRegion", 400, "no region: give one, or set AWS_REGION");
  }
  out.ca_file =
      environment.variable("AWS_CA_BUNDLE").value_or(value_or_empty(profile, "ca_bundle"));
  std::string url = overrides.endpoint_url;
  if (url.empty()) {
    for (const aws::Service* service : aws::all_services()) {
      if (auto found = environment.variable(endpoint_variable(service->id))) {
        MR_ASSIGN(out.service_endpoints[std::string(service->id)], checked_endpoint(*found));
      }
    }
    url =
        environment.variable("AWS_ENDPOINT_URL").value_or(value_or_empty(profile, "endpoint_url"));
  }
  if (!url.empty()) {
    MR_ASSIGN(out.endpoint_url, checked_endpoint(url));
  }
  return out;
}

Endpoint endpoint_for(const Settings& settings, const aws::Service& service) {
  Endpoint out;
  const auto specific = settings.service_endpoints.find(std::string(service.id));
  if (specific != settings.service_endpoints.end()) {
    out.base_url = specific->second;
  } else if (!settings.endpoint_url.empty()) {
    out.base_url = settings.endpoint_url;
  } else {
    out.base_url = "https://" + aws::endpoint_host(service, settings.region);
  }
  const std::string_view rest = std::string_view(out.base_url).substr(out.base_url.find("://") + 3);
  out.authority = rest.substr(0, rest.find('/'));
  out.signing_region = aws::signing_region(service, settings.region);
  return out;
}

}  // namespace millrace::client
