// Settings of a client: credentials, region and endpoints, found where AWS's own tools look for
// them:
//
//   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION,
//   AWS_PROFILE, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>, AWS_CA_BUNDLE;
//   ~/.aws/config and ~/.aws/credentials (or AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE).
//
// What a profile asks for and we do not do (SSO, role_arn, credential_process, web identity) is
// refused by its name; so are credentials of containers and EC2 instances, which we do not ask for.
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::client {

// The process's environment and files, as an input.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual std::optional<std::string> variable(const std::string& name) const = 0;
  virtual std::optional<std::string> file(const std::string& path) const = 0;
};
const Environment& process_environment();

struct Settings {
  aws::Credentials credentials;
  std::string region;
  std::string endpoint_url;                              // for every service; empty: none given
  std::map<std::string, std::string> service_endpoints;  // by Service::id
  std::string ca_file;
};

struct SettingsOverrides {
  std::string profile;       // empty: AWS_PROFILE or "default"
  std::string region;        // empty: from the environment
  std::string endpoint_url;  // empty: from the environment
};

// Errors: NoCredentials, NoRegion, InvalidProfile, InvalidEndpoint (400), with what to do about it.
Result<Settings> load_settings(const Environment& environment, const SettingsOverrides& overrides);

// Where requests to a service go.
struct Endpoint {
  std::string base_url;   // "http://127.0.0.1:4566", without trailing slash
  std::string authority;  // "127.0.0.1:4566"
  std::string signing_region;
};
Endpoint endpoint_for(const Settings& settings, const aws::Service& service);

// Sections of an AWS config file: "[profile x]" of config is "x" as in credentials.
using Profiles = std::map<std::string, std::map<std::string, std::string>>;
Profiles parse_profiles(std::string_view text);

}  // namespace millrace::client
