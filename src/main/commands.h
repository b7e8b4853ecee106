// The commands of the program. Each adds its subcommand, with its options and help, to the command
// line and says through `exit_code` how it ended when it was the one to run.
#pragma once

namespace CLI {
class App;
}

namespace millrace {

void add_serve_command(CLI::App& app, int& exit_code);
void add_ca_command(CLI::App& app, int& exit_code);
void add_doctor_command(CLI::App& app, int& exit_code);
void add_replicate_command(CLI::App& app, int& exit_code);
void add_backup_commands(CLI::App& app, int& exit_code);
void add_verify_command(CLI::App& app, int& exit_code);
void add_cost_command(CLI::App& app, int& exit_code);

}  // namespace millrace
