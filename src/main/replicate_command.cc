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
      if (is_final(code)) return code;
      if (stop_requested != 0) return 0;
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
    options.note = [](const std::string& note) {
      // On a terminal the line of the state stands where this goes.
      const bool terminal = ::isatty(STDOUT_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
      fmt::print(stderr, "{}millrace replicate: {}\n", terminal ? "\r\033[K" : "", note);
    };
    int64_t copied_before = -1, parked = 0;
    options.report = [&](const keeper::ReplicationStatus& status) {
      parked = status.parked;
      const auto rate =
          copied_before < 0 ? 0.0 : static_cast<double>(status.copied - copied_before);
      copied_before = status.copied;
      json ? print_json(status) : print_text(status, rate);
    };
    Status status = keeper::run_worker(config, **source, **target, system_clock(), options);
    if (status.ok())
      return static_cast<int>(parked > 0 ? keeper::ExitCode::kParked : keeper::ExitCode::kOk);
    report_error("replicate", status.error());
    if (status.error().code() == keeper::kGapCode) print_gap_advice();
    if (status.error().code() == keeper::kLostCode) {
      return static_cast<int>(keeper::ExitCode::kRefused);
    }
    return static_cast<int>(keeper::exit_code_of(status.error()));
  }

  void print_gap_advice() const {
    fmt::print(stderr,
               "Changes between what was applied and what the stream still has are lost to it, so "
               "going on would\nleave {0} wrong without a word. To get a right copy:\n"
               "  1. replicate into a new table (a new name is a new replication: it copies "
               "everything):\n"
               "       millrace replicate run {1} {2} {3} {0}-2 ...\n"
               "  2. millrace verify {1} {2} {3} {0}-2 ... ; then let readers use {0}-2 and delete "
               "{0}.\n"
               "Until then {0} stays readable as it was. To use the same name again, delete the "
               "table and the\nitems of {4} whose t is \"{5}\".\n",
               config.target_table, config.source_region, config.source_table, config.target_region,
               config.coordination_table, config.id());
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
                           .set("parked", status.parked)
                           .dump());
    std::fflush(stdout);
  }
};

constexpr char kFooter[] = R"(Examples
  millrace replicate run us-east-1 Orders eu-west-1 Orders
  millrace replicate run us-east-1 Orders eu-west-1 Orders --target-endpoint http://127.0.0.1:4567
  millrace replicate run us-east-1 Orders eu-west-1 Orders --json | jq .lagMs
  millrace verify us-east-1 Orders eu-west-1 Orders        # at any time, from anywhere

Runs until it is stopped (SIGTERM, Ctrl-C). Switches the source's stream on and makes the target
table where they are missing, copies the items beside the tail of the stream, and follows it. Data
and checkpoint are one transaction, so it may be killed at any moment and started again; its state
is in the table millrace-replication of the target region. A worker that dies is replaced.

Lag is the age of the oldest change that may not be at the target yet. The stream's times are whole
seconds, so amid steady writes it shows up to a second too much; too little only by as much as the
clocks of here and there differ.

A key whose item the target refuses for ever (wrong type for an index there, too large) is parked:
it is named, the others go on, and it is tried again with its next change and at the next start.

Exit codes
  0  stopped as asked
  3  the stream lost records before they were read: says how to get a right copy
  4  stopped as asked while keys were parked, or more than 1,000 of them
  5  refused: other keys, wrong stream view, target not empty, another replicate runs)";

}  // namespace

void add_replicate_command(CLI::App& app, int& exit_code) {
  CLI::App* replicate =
      app.add_subcommand("replicate", "Keep a copy of a table in another region, exactly");
  replicate->require_subcommand(1);
  CLI::App* run = replicate->add_subcommand("run", "Copy the table and follow its stream");
  run->footer(kFooter);
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
