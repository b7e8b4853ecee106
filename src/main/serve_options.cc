#include "main/serve_options.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "main/yaml_json.h"
#include "net/http_server.h"

namespace millrace {
namespace {

Error bad_option(std::string message) {
  return Error("InvalidParameterValue", 400, std::move(message));
}

const OptionRow* find_row(std::string_view name) {
  for (const OptionRow& row : serve_option_table()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Status read_file(const std::string& path, ServeOptions& options,
                 const std::function<bool(std::string_view)>& is_section) {
  YAML::Node root;
  try {
    root = YAML::LoadFile(path);
  } catch (const YAML::Exception& e) {
    return bad_option(fmt::format("{}: {}", path, e.what()));
  }
  if (root.IsNull()) return ok_status();
  if (!root.IsMap()) return bad_option(fmt::format("{}: must be a map of options", path));
  for (const auto& entry : root) {
    std::string key = entry.first.Scalar();
    const OptionRow* row = key == "config" ? nullptr : find_row(key);
    if (row == nullptr) {
      if (!entry.second.IsScalar() && is_section(key)) {
        options.sections[key] = yaml_to_json(entry.second);
        continue;
      }
      return bad_option(fmt::format("{}: there is no option '{}'", path, key));
    }
    if (!entry.second.IsScalar()) {
      return bad_option(fmt::format("{}: '{}' takes a single value", path, key));
    }
    Status set = set_option(options, *row, entry.second.Scalar());
    if (!set.ok()) return std::move(set).error().prefixed(path + ": ");
  }
  return ok_status();
}

}  // namespace

std::string OptionRow::environment_name() const {
  std::string text = "MILLRACE_";
  for (char c : name)
    text.push_back(c == '-' ? '_' : static_cast<char>(std::toupper(c)));
  return text;
}

std::vector<OptionRow> general_rows() {
  using O = ServeOptions;
  return {
      {"config", &O::config, "FILE",
       "Read options from FILE (default: millrace.yaml, if it is there)"},
      {"data", &O::data, "DIR", "Keep everything in DIR"},
      {"listen", &O::listen, "ADDR",
       "Address to listen on; any but loopback demands signed requests (--auth enforce)"},
      {"port", &O::port, "N", "Port for HTTP and HTTPS alike; 0 takes any free one", {}, 0, 65'535},
      {"auth",
       &O::auth,
       "MODE",
       "open: a key that was never issued acts as root (default on loopback); verify: every key "
       "must "
       "be one that IAM or STS issued, or root's; enforce: as verify, and the admin API needs "
       "root's "
       "signature too. Known keys are always verified and their policies always apply",
       {"open", "verify", "enforce"}},
      {"allow-origins", &O::allow_origins, "LIST",
       "Web pages, beside those of this machine, that may use the server with keys that were never "
       "issued: https://a.example.com,https://b.example.com"},
      {"public-url", &O::public_url, "URL",
       "How clients reach this server; used in URLs it gives out (default: from the address)"},
      {"account", &O::account, "ID", "Account of root and of keys that name none (12 digits)"},
      {"region", &O::region, "NAME", "Region of requests that name none"},
      {"durability",
       &O::durability,
       "MODE",
       "sync: what is answered is on disk; relaxed: a crash of the machine may lose the last "
       "moment",
       {"sync", "relaxed"}},
  };
}

std::vector<OptionRow> limit_rows() {
  using O = ServeOptions;
  return {
      {"block-cache-mb", &O::block_cache_mb, "N", "Memory for cached table blocks", {}, 1, 1 << 20},
      {"io-threads", &O::io_threads, "N", "Threads for connections; 0: one a core", {}, 0, 1'024},
      {"worker-threads",
       &O::worker_threads,
       "N",
       "At most so many threads for work that blocks",
       {},
       1,
       4'096},
      {"max-connections",
       &O::max_connections,
       "N",
       "Connections beyond are turned away",
       {},
       1,
       1'000'000},
      {"max-header-kb", &O::max_header_kb, "N", "Largest request head", {}, 1, 1'024},
      {"header-timeout-s",
       &O::header_timeout_s,
       "N",
       "Time for a request head to arrive",
       {},
       1,
       3'600},
      {"body-idle-timeout-s",
       &O::body_idle_timeout_s,
       "N",
       "Longest pause within a request body",
       {},
       1,
       3'600},
      {"keep-alive-timeout-s",
       &O::keep_alive_timeout_s,
       "N",
       "Idle connections are kept so long",
       {},
       1,
       86'400},
      {"drain-timeout-s",
       &O::drain_timeout_s,
       "N",
       "On SIGTERM, requests in progress get so long to end",
       {},
       0,
       3'600},
  };
}

std::vector<OptionRow> function_rows() {
  using O = ServeOptions;
  return {
      {"node", &O::node, "FILE", "Program that runs nodejs functions (default: node)"},
      {"python", &O::python, "FILE", "Program that runs python functions (default: python3)"},
      {"node-modules", &O::node_modules, "DIR",
       "Packages that nodejs functions find without bundling them, as @aws-sdk/* on AWS"},
      {"python-packages", &O::python_packages, "DIR",
       "Packages that python functions find without bundling them, as boto3 on AWS"},
      {"function-environments-max",
       &O::function_environments_max,
       "N",
       "At most so many function processes at once",
       {},
       1,
       10'000},
      {"smtp-relay", &O::smtp_relay, "URL",
       "Also pass sent mail on: smtp://HOST or smtps://USER:PASSWORD@HOST (better in the "
       "environment)"},
      {"log-level",
       &O::log_level,
       "LEVEL",
       "What goes to standard error",
       {"trace", "debug", "info", "warn", "error", "off"}},
  };
}

std::span<const OptionRow> serve_option_table() {
  static const std::vector<OptionRow> table = [] {
    std::vector<OptionRow> rows = general_rows();
    for (OptionRow& row : limit_rows())
      rows.push_back(std::move(row));
    for (auto& row : function_rows())
      rows.push_back(std::move(row));
    return rows;
  }();
  return table;
}

Status set_option(ServeOptions& options, const OptionRow& row, std::string_view text) {
  if (!row.choices.empty() && std::ranges::find(row.choices, text) == row.choices.end()) {
    return bad_option(
        fmt::format("{}: '{}' is not one of {}", row.name, text, fmt::join(row.choices, ", ")));
  }
  if (auto* member = std::get_if<std::string ServeOptions::*>(&row.member)) {
    options.** member = text;
    return ok_status();
  }
  int64_t number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size() || number < row.min ||
      number > row.max) {
    return bad_option(
        fmt::format("{}: '{}' is not a number from {} to {}", row.name, text, row.min, row.max));
  }
  options.*std::get<int64_t ServeOptions::*>(row.member) = number;
  return ok_status();
}

Result<ServeOptions> load_serve_options(
    const std::vector<std::pair<std::string, std::string>>& flags, const Environment& environment,
    const std::function<bool(std::string_view)>& is_section) {
  ServeOptions options;
  std::string file = environment("MILLRACE_CONFIG").value_or("");
  for (const auto& [name, text] : flags) {
    if (name == "config") file = text;
  }
  constexpr char kDefaultFile[] = "millrace.yaml";
  std::error_code ec;
  if (file.empty() && std::filesystem::exists(kDefaultFile, ec)) file = kDefaultFile;
  if (!file.empty()) MR_TRY(read_file(file, options, is_section));
  for (const OptionRow& row : serve_option_table()) {
    auto text = environment(row.environment_name());
    if (!text) continue;
    Status set = set_option(options, row, *text);
    if (!set.ok()) return std::move(set).error().prefixed(row.environment_name() + ": ");
  }
  for (const auto& [name, text] : flags) {
    const OptionRow* row = find_row(name);
    if (row == nullptr) return bad_option(fmt::format("there is no option --{}", name));
    Status set = set_option(options, *row, text);
    if (!set.ok()) return std::move(set).error().prefixed("--");
  }
  options.config = file;
  options.root_access_key_id = environment("MILLRACE_ROOT_ACCESS_KEY_ID").value_or("");
  options.root_secret_access_key = environment("MILLRACE_ROOT_SECRET_ACCESS_KEY").value_or("");
  return options;
}

Status complete_serve_options(ServeOptions& options) {
  if (options.listen == "localhost") options.listen = "127.0.0.1";
  bool loopback = net::is_loopback(options.listen);
  if (options.auth.empty()) options.auth = loopback ? "open" : "enforce";
  if (!loopback && options.auth != "enforce") {
    return bad_option(fmt::format(
        "--listen {} can be reached by others: it starts with --auth enforce or not at all",
        options.listen));
  }
  bool digits = options.account.find_first_not_of("0123456789") == std::string::npos;
  if (options.account.size() != 12 || !digits) return bad_option("account: must be 12 digits");
  if (options.root_access_key_id.empty() != options.root_secret_access_key.empty()) {
    return bad_option(
        "MILLRACE_ROOT_ACCESS_KEY_ID and MILLRACE_ROOT_SECRET_ACCESS_KEY must be given together");
  }
  return ok_status();
}

}  // namespace millrace
