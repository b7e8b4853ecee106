// `millrace replicate run`: a supervisor that keeps one worker process alive.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "codec/json.h"
#include "keeper/shell.h"
#include "main/commands.h"
#include "main/keeper_session.h"

namespace millrace {
namespace {

// Set by signals, in supervisor and worker.
volatile std::sig_atomic_t stop_requested = 0;
std::atomic<pid_t> worker_pid{0};

void on_signal(int number) {
  stop_requested = 1;
  const pid_t worker = worker_pid.load();
  if (worker > 0) ::kill(worker, number);
}

void handle_signals() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

struct ReplicateCommand {
  keeper::TaskConfig config;
  std::string source_endpoint, target_endpoint;
  bool json = false;

  int run() {
    config.owner = random_uuid(thread_rng());
    handle_signals();
    int64_t pause_s = 1;
    while (true) {
      const int64_t started_us = system_clock().monotonic_us();
      const int code = run_child();
      if (stop_requested != 0) return 0;
      if (is_final(code)) return code;
      // A worker that lived for a while has earned a quick restart.
      constexpr int64_t kPauseSMax = 30;
      constexpr int64_t kStableUs = 60'000'000;
      if (system_clock().monotonic_us() - started_us > kStableUs) pause_s = 1;
      fmt::print(stderr, "millrace replicate: the worker died; another one starts in {} s\n",
                 pause_s);
      ::sleep(static_cast<unsigned>(pause_s));
      if (stop_requested != 0) return 0;
      pause_s = std::min(kPauseSMax, pause_s * 2);
    }
  }

 private:
  static bool is_final(int code) {
    return code == static_cast<int>(keeper::ExitCode::kGap) ||
           code == static_cast<int>(keeper::ExitCode::kParked) ||
           code == static_cast<int>(keeper::ExitCode::kRefused);
  }

  // Forks before any thread exists, so that the worker starts clean.
  int run_child() {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return static_cast<int>(keeper::ExitCode::kFailed);
    if (child == 0) {
      worker_pid = 0;
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      const int code = run_worker_process();
      std::fflush(nullptr);
      ::_exit(code);
    }
    worker_pid = child;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    worker_pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : static_cast<int>(keeper::ExitCode::kFailed);
  }

  int run_worker_process() {
    KeeperSession session;
    auto source = session.client(config.source_region, source_endpoint);
    auto target = session.client(config.target_region, target_endpoint);
    for (const auto* client : {&source, &target}) {
      if (client->ok()) continue;
      report_error("replicate", client->error());
      return static_cast<int>(keeper::ExitCode::kRefused);
    }
    keeper::ShellOptions options;
    options.stop = [] { return stop_requested != 0; };
    int64_t copied_before = -1;
    options.report = [&](const keeper::ReplicationStatus& status) {
      const auto rate =
          copied_before < 0 ? 0.0 : static_cast<double>(status.copied - copied_before);
      copied_before = status.copied;
      json ? print_json(status) : print_text(status, rate);
    };
    Status status = keeper::run_worker(config, **source, **target, system_clock(), options);
    if (status.ok()) return 0;
    report_error("replicate", status.error());
    if (status.error().code() == keeper::kLostCode) {
      return static_cast<int>(keeper::ExitCode::kRefused);
    }
    return static_cast<int>(keeper::exit_code_of(status.error()));
  }

  static void print_text(const keeper::ReplicationStatus& status, double rate) {
    const std::string line = keeper::status_line(status, rate);
    if (::isatty(STDOUT_FILENO) != 0) {
      fmt::print("\r\033[K{}", line);
    } else {
      fmt::print("{}\n", line);
    }
    std::fflush(stdout);
  }

  static void print_json(const keeper::ReplicationStatus& status) {
    fmt::print("{}\n", codec::Json()
                           .set("state", status.state)
                           .set("copied", status.copied)
                           .set("sourceItems", status.source_items)
                           .set("applied", status.applied)
                           .set("lagMs", status.lag_ms)
                           .set("shards", status.shards)
                           .dump());
    std::fflush(stdout);
  }
};

}  // namespace

void add_replicate_command(CLI::App& app, int& exit_code) {
  CLI::App* replicate =
      app.add_subcommand("replicate", "Keep a copy of a table in another region, exactly");
  replicate->require_subcommand(1);
  CLI::App* run = replicate->add_subcommand("run", "Copy the table and follow its stream");
  run->footer(
      "  millrace replicate run us-east-1 Orders eu-west-1 Orders --target-endpoint "
      "http://127.0.0.1:4567\n\n"
      "Switches the source's stream on and makes the target table where they are missing. Copies "
      "beside\n"
      "the tail of the stream; data and checkpoint are one transaction, so it may be killed at any "
      "time\n"
      "and started again. State: the table millrace-replication in the target region.\n"
      "Exit code 3: the stream lost records before they were read; 4: the target refuses a record "
      "for\n"
      "ever; 5: not allowed (other keys, target not empty, another worker runs).");
  auto command = std::make_shared<ReplicateCommand>();
  keeper::TaskConfig& config = command->config;
  run->add_option("source_region", config.source_region, "Region of the source")->required();
  run->add_option("source_table", config.source_table, "The source")->required();
  run->add_option("target_region", config.target_region, "Region of the target")->required();
  run->add_option("target_table", config.target_table, "The target")->required();
  run->add_option("--source-endpoint", command->source_endpoint, "URL of the source's DynamoDB");
  run->add_option("--target-endpoint", command->target_endpoint, "URL of the target's DynamoDB");
  run->add_option("--segments", config.segments, "Parallel segments of the copy")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  run->add_option("--coordination-table", config.coordination_table,
                  "Table of checkpoints, in the target region")
      ->capture_default_str();
  run->add_flag("--json", command->json, "Print the state as a line of JSON a second");
  run->callback([command, &exit_code] { exit_code = command->run(); });
}

}  // namespace millrace
