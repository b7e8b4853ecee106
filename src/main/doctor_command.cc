// `millrace doctor`: which of the walls around functions this machine lets us build.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "main/commands.h"
#include "sandbox/doctor.h"

namespace millrace {

void add_doctor_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "doctor", "Say what this machine grants the sandbox of functions, and what is missing");
  command->callback([&exit_code] {
    std::error_code ec;
    std::filesystem::path scratch =
        std::filesystem::temp_directory_path(ec) / fmt::format("millrace-doctor-{}", ::getpid());
    std::filesystem::create_directories(scratch, ec);
    if (ec) {
      fmt::print(stderr, "millrace doctor: cannot make {}: {}\n", scratch.string(), ec.message());
      exit_code = 1;
      return;
    }
    sandbox::Diagnosis diagnosis = sandbox::diagnose(scratch.string());
    std::filesystem::remove_all(scratch, ec);
    fmt::print("running as {}\n", diagnosis.layers.runs_as_root ? "root" : "an ordinary user");
    bool all = true;
    for (const sandbox::DoctorCheck& check : diagnosis.checks) {
      all = all && check.is_ok;
      fmt::print("{:<8} {:<16} {}{}\n", check.is_ok ? "ok" : "MISSING", check.name, check.meaning,
                 check.why.empty() ? "" : " (" + check.why + ")");
    }
    exit_code = all ? 0 : 1;
  });
}

}  // namespace millrace
