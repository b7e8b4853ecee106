#include <CLI/CLI.hpp>

#include "main/commands.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Millrace runs serverless applications through AWS's own APIs, on your machine or servers.\n"
      "\n"
      "  millrace serve                     start; tools then use http://127.0.0.1:4566:\n"
      "  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=test \\\n"
      "         AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1\n"
      "  aws dynamodb list-tables\n",
      "millrace"};
  app.set_version_flag("--version", MILLRACE_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  millrace::add_serve_command(app, exit_code);
  millrace::add_ca_command(app, exit_code);
  millrace::add_doctor_command(app, exit_code);
  millrace::add_replicate_command(app, exit_code);
  millrace::add_backup_commands(app, exit_code);
  millrace::add_verify_command(app, exit_code);
  millrace::add_cost_command(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
