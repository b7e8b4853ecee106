// The options of `millrace serve`: one table from which the command line, millrace.yaml, the
// MILLRACE_* environment and the help text all come. Flag beats environment beats file beats
// default.
//
//   --max-connections 500      MILLRACE_MAX_CONNECTIONS=500      max-connections: 500
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "codec/json.h"

namespace millrace {

struct ServeOptions {
  std::string config;
  std::string data = "millrace-data";
  std::string listen = "127.0.0.1";
  int64_t port = 4566;
  std::string auth;           // empty: open on loopback
  std::string allow_origins;  // separated by commas
  std::string public_url;
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string durability = "sync";
  int64_t block_cache_mb = 64;
  int64_t io_threads = 0;
  int64_t worker_threads = 64;
  int64_t max_connections = 10'000;
  int64_t max_header_kb = 64;
  int64_t header_timeout_s = 30;
  int64_t body_idle_timeout_s = 60;
  int64_t keep_alive_timeout_s = 120;
  int64_t drain_timeout_s = 10;
  std::string node;
  std::string python;
  std::string node_modules;
  std::string python_packages;
  int64_t function_environments_max = 256;
  std::string log_level = "warn";

  std::string smtp_relay;
  std::map<std::string, codec::Json> sections;  // of the file, which are services' own

  // Not a flag: secrets do not belong on a command line.
  std::string root_access_key_id;      // MILLRACE_ROOT_ACCESS_KEY_ID
  std::string root_secret_access_key;  // MILLRACE_ROOT_SECRET_ACCESS_KEY
};

struct OptionRow {
  std::string_view name;  // "max-connections": the flag without dashes and the key in the file
  std::variant<std::string ServeOptions::*, int64_t ServeOptions::*> member;
  std::string_view value;  // what the help calls the value: "DIR"
  std::string_view help;
  std::vector<std::string_view> choices;  // empty: anything
  int64_t min = 0;
  int64_t max = INT64_MAX;
  // "MILLRACE_MAX_CONNECTIONS"
  std::string environment_name() const;
};
std::span<const OptionRow> serve_option_table();

// Sets one option from text. Errors: InvalidParameterValue, naming the option and what it takes.
Status set_option(ServeOptions& options, const OptionRow& row, std::string_view text);

using Environment = std::function<std::optional<std::string>(const std::string&)>;

// `flags` are (option name, text) pairs from the command line. Reads the file that --config or
// MILLRACE_CONFIG names, or ./millrace.yaml when it is there. Top-level sections of the file that
// are maps or lists belong to services and are left alone if `is_section` knows them; any other
// unknown key is an error.
Result<ServeOptions> load_serve_options(
    const std::vector<std::pair<std::string, std::string>>& flags, const Environment& environment,
    const std::function<bool(std::string_view)>& is_section);

// Fills what follows from other options (auth, public_url), and refuses what does not fit together:
// an address other than loopback with --auth open, half a root key.
Status complete_serve_options(ServeOptions& options);

}  // namespace millrace
