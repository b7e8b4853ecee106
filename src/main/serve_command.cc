// `millrace serve`: the cloud, until SIGTERM or SIGINT.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/log.h"
#include "main/commands.h"
#include "main/key_files.h"
#include "main/serve_options.h"
#include "server/cloud.h"

namespace millrace {
namespace {

using Flags = std::vector<std::pair<std::string, std::string>>;

bool is_service_section(std::string_view key) { return key == "health"; }

std::optional<std::string> from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

server::AuthMode auth_mode(const std::string& text) {
  if (text == "open") return server::AuthMode::kOpen;
  return text == "verify" ? server::AuthMode::kVerify : server::AuthMode::kEnforce;
}

Status make_data_dir(const std::string& dir) {
  std::error_code ec;
  std::filesystem::create_directories(dir, ec);
  if (ec) return Error::internal(fmt::format("cannot make {}: {}", dir, ec.message()));
  // It holds keys and everybody's data. Not ours to change: then it is as its owner wants it.
  std::filesystem::permissions(dir, std::filesystem::perms::owner_all, ec);
  if (ec) spdlog::warn("{} may be open to others: {}", dir, ec.message());
  return ok_status();
}

// Beside the program, as in a build tree (where ./dev puts a node newer than the machine's), or
// installed.
void find_runtimes(server::FunctionOptions& functions) {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  std::filesystem::path tree = program.parent_path().parent_path().parent_path().parent_path();
  auto first_folder = [&](std::string& place,
                          const std::vector<std::filesystem::path>& candidates) {
    for (const auto& candidate : candidates) {
      if (place.empty() && std::filesystem::is_directory(candidate, error)) place = candidate;
    }
  };
  const auto node = tree / ".cache/node/node_modules/node/bin/node";
  if (functions.node.empty() && std::filesystem::exists(node, error)) functions.node = node;
  first_folder(functions.node_modules,
               {tree / "runtimes/node/node_modules", "/usr/share/millrace/node_modules"});
  first_folder(functions.python_packages,
               {tree / "runtimes/python/packages", "/usr/share/millrace/python"});
}

Result<server::CloudOptions> cloud_options(const ServeOptions& options) {
  server::CloudOptions cloud;
  cloud.data_dir = std::filesystem::absolute(options.data).lexically_normal().string();
  cloud.listen = options.listen;
  cloud.port = static_cast<uint16_t>(options.port);
  cloud.auth = auth_mode(options.auth);
  std::istringstream origins(options.allow_origins);
  for (std::string origin; std::getline(origins, origin, ',');)
    cloud.allowed_origins.push_back(origin);
  cloud.public_url = options.public_url;
  cloud.account = options.account;
  cloud.region = options.region;
  cloud.durability =
      options.durability == "sync" ? store::Durability::kSync : store::Durability::kRelaxed;
  cloud.block_cache_bytes = static_cast<size_t>(options.block_cache_mb) << 20;
  cloud.io_threads = static_cast<int>(options.io_threads);
  cloud.worker_threads = static_cast<int>(options.worker_threads);
  cloud.limits.connections_max = static_cast<size_t>(options.max_connections);
  cloud.limits.header_bytes_max = static_cast<size_t>(options.max_header_kb) * 1024;
  cloud.limits.header_timeout_ms = options.header_timeout_s * 1'000;
  cloud.limits.body_idle_timeout_ms = options.body_idle_timeout_s * 1'000;
  cloud.limits.keep_alive_timeout_ms = options.keep_alive_timeout_s * 1'000;
  cloud.drain_ms = options.drain_timeout_s * 1'000;
  cloud.functions = {.node = options.node,
                     .python = options.python,
                     .node_modules = options.node_modules,
                     .python_packages = options.python_packages,
                     .environments_max = static_cast<int>(options.function_environments_max)};
  find_runtimes(cloud.functions);
  cloud.notices.smtp_relay = options.smtp_relay;
  auto section = options.sections.find("health");
  if (section != options.sections.end()) {
    MR_ASSIGN(cloud.notices.health, health::parse_health_config(section->second));
  }
  MR_TRY(make_data_dir(cloud.data_dir));
  MR_ASSIGN(cloud.installation_key, load_or_make_installation_key(cloud.data_dir));
  RootKey root{options.root_access_key_id, options.root_secret_access_key};
  if (root.access_key_id.empty()) {
    MR_ASSIGN(root, load_or_make_root_key(cloud.data_dir));
  }
  cloud.root_access_key_id = root.access_key_id;
  cloud.root_secret_access_key = root.secret_access_key;
  return cloud;
}

// Every connection, function and object file takes a descriptor.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocks the signals that end us, for this thread and those it starts.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

Status serve(const Flags& flags) {
  MR_ASSIGN(ServeOptions options, load_serve_options(flags, from_environment, is_service_section));
  MR_TRY(complete_serve_options(options));
  init_log(options.log_level.c_str());
  raise_descriptor_limit();
  sigset_t signals = block_end_signals();
  MR_ASSIGN(server::CloudOptions prepared, cloud_options(options));
  std::string data_dir = prepared.data_dir;
  MR_ASSIGN(auto cloud, server::Cloud::start(std::move(prepared)));
  fmt::print("millrace ready on {} (data {}, auth {}, durability {})\n", cloud->url(), data_dir,
             options.auth, options.durability);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  // A second signal ends us without waiting for anybody.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return cloud->stop();
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("serve", "Run the cloud until SIGTERM");
  auto values = std::make_shared<std::map<std::string, std::string>>();
  for (const OptionRow& row : serve_option_table()) {
    std::string name(row.name);
    std::string help(row.help);
    if (!row.choices.empty()) help += fmt::format(" [{}]", fmt::join(row.choices, "|"));
    command->add_option("--" + name, (*values)[name], help)->type_name(std::string(row.value));
  }
  command->footer(
      "Every option can also stand in millrace.yaml (port: 4566) or in the environment\n"
      "(MILLRACE_PORT=4566); a flag beats the environment, which beats the file.\n"
      "The root key is in DATA/root-credentials, or comes from MILLRACE_ROOT_ACCESS_KEY_ID and\n"
      "MILLRACE_ROOT_SECRET_ACCESS_KEY.");
  command->callback([command, values, &exit_code] {
    Flags flags;
    for (const auto& [name, value] : *values) {
      if (command->count("--" + name) > 0) flags.emplace_back(name, value);
    }
    Status status = serve(flags);
    if (status.ok()) return;
    fmt::print(stderr, "millrace serve: {}\n", status.error().message());
    exit_code = 1;
  });
}

}  // namespace millrace
