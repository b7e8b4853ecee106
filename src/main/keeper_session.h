// What the keeper's commands have in common: one runtime, HTTP clients and signed clients for the
// endpoints they talk to, made from options and the environment.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/client.h"
#include "net/http_client.h"
#include "net/runtime.h"

namespace millrace {

class KeeperSession {
 public:
  KeeperSession();
  ~KeeperSession();

  // A client of `region`; `endpoint_url` empty: AWS_ENDPOINT_URL, else AWS. Lives as long as the
  // session. Errors: as client::load_settings().
  Result<client::Client*> client(const std::string& region, const std::string& endpoint_url);
  net::Runtime& runtime() { return runtime_; }

 private:
  net::Runtime runtime_;
  bool started_ = false;
  std::vector<std::unique_ptr<net::HttpClient>> http_;
  std::vector<std::unique_ptr<client::Client>> clients_;
};

// Prints "millrace COMMAND: message" to stderr and gives the exit code for it.
int report_error(std::string_view command, const Error& error);

// Exit codes of the keeper's commands.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitDivergent = 2;
inline constexpr int kExitRefused = 5;

// Makes `app` run `command->run()`, a Result<int> of an exit code, when it is the one asked for.
template <class Command>
void run_on_parse(CLI::App& app, std::string name, std::shared_ptr<Command> command,
                  int& exit_code) {
  app.callback([name = std::move(name), command = std::move(command), &exit_code] {
    auto code = command->run();
    exit_code = code.ok() ? *code : report_error(name, code.error());
  });
}

}  // namespace millrace
