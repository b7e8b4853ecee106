// `millrace backup`, `millrace restore`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "base/encoding.h"
#include "codec/json.h"
#include "keeper/backup.h"
#include "keeper/restore.h"
#include "main/commands.h"
#include "main/keeper_session.h"

namespace millrace {
namespace {

using codec::Json;

struct Common {
  std::string endpoint, s3_endpoint;
  bool json = false;
  bool quiet = false;
  std::FILE* progress() const { return json || quiet ? nullptr : stderr; }
};

void add_common(CLI::App& command, Common& common) {
  command.add_option("--endpoint", common.endpoint,
                     "URL of DynamoDB and S3 (default: AWS_ENDPOINT_URL, else AWS)");
  command.add_option("--s3-endpoint", common.s3_endpoint, "URL of S3 when it is another one");
  command.add_flag("--json", common.json, "Print the result as JSON");
  command.add_flag("--quiet", common.quiet, "No progress");
}

struct BackupCommand {
  Common common;
  std::string region, table, to;
  int segments = 4;
  double read_units = 0;

  Result<int> run() const {
    MR_ASSIGN(auto uri, keeper::parse_s3_uri(to));
    KeeperSession session;
    MR_ASSIGN(client::Client * dynamodb, session.client(region, common.endpoint));
    MR_ASSIGN(
        client::Client * s3,
        session.client(region, common.s3_endpoint.empty() ? common.endpoint : common.s3_endpoint));
    keeper::BackupOptions options{.scan = {table, segments, read_units}, .to = uri};
    MR_ASSIGN(auto done,
              keeper::run_backup(*dynamodb, *s3, options, system_clock(), common.progress()));
    if (common.json) {
      fmt::print("{}\n", Json()
                             .set("exportId", done.export_id)
                             .set("manifest", done.manifest_key)
                             .set("items", done.items)
                             .set("bytes", done.bytes)
                             .set("files", done.files)
                             .dump());
      return kExitOk;
    }
    fmt::print("backed up {} items of {} in {} files, {} bytes\n  s3://{}/{}\n",
               with_commas(done.items), table, done.files, with_commas(done.bytes), uri.bucket,
               done.manifest_key);
    return kExitOk;
  }
};

struct RestoreCommand {
  Common common;
  std::string from, region, table, export_id, key_schema;
  int writers = 8;

  Result<int> run() const {
    keeper::RestoreOptions options{.export_id = export_id, .table = table, .writers = writers};
    MR_ASSIGN(options.from, keeper::parse_s3_uri(from));
    if (!key_schema.empty()) {
      MR_ASSIGN(options.settings, keeper::settings_from_key_schema(key_schema));
    }
    KeeperSession session;
    MR_ASSIGN(client::Client * dynamodb, session.client(region, common.endpoint));
    MR_ASSIGN(
        client::Client * s3,
        session.client(region, common.s3_endpoint.empty() ? common.endpoint : common.s3_endpoint));
    MR_ASSIGN(auto done,
              keeper::run_restore(*dynamodb, *s3, options, system_clock(), common.progress()));
    if (common.json) {
      fmt::print("{}\n", Json()
                             .set("exportId", done.export_id)
                             .set("items", done.items)
                             .set("files", done.files)
                             .set("resumed", done.resumed)
                             .dump());
      return kExitOk;
    }
    fmt::print("restored {} items from {} files of backup {} into {}{}\n", with_commas(done.items),
               done.files, done.export_id, table,
               done.resumed ? ", going on where it was interrupted" : "");
    return kExitOk;
  }
};

void add_backup(CLI::App& app, int& exit_code) {
  CLI::App* sub =
      app.add_subcommand("backup", "Back a table up to S3, in the layout of AWS's own exports");
  sub->footer(R"(Examples
  millrace backup us-east-1 Orders s3://backups/orders
  millrace backup us-east-1 Orders s3://backups/orders --read-units 500   # leave the rest to others
  millrace backup us-east-1 Orders s3://backups/orders --endpoint http://127.0.0.1:4566

The table stays in use; each item is as it was at some moment of the backup. AWS's ImportTable and
other tools read the result. The table's settings are kept beside it. A backup that was interrupted
leaves files without a manifest: no restore takes it for a whole one.

Exit codes
  0  done; the manifest's place is printed
  1  failed: no such table or bucket, the endpoint refused, out of reach)");
  auto command = std::make_shared<BackupCommand>();
  sub->add_option("region", command->region, "Region of the table")->required();
  sub->add_option("table", command->table, "Name of the table")->required();
  sub->add_option("to", command->to, "Where to: s3://bucket/prefix")->required();
  sub->add_option("--segments", command->segments, "Parallel scan segments")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  sub->add_option("--read-units", command->read_units, "Read units a second at most (0: no limit)");
  add_common(*sub, command->common);
  run_on_parse(*sub, "backup", command, exit_code);
}

void add_restore(CLI::App& app, int& exit_code) {
  CLI::App* sub =
      app.add_subcommand("restore", "Restore a backup, or an AWS export, into a new table");
  sub->footer(R"(Examples
  millrace restore s3://backups/orders us-east-1 Orders-restored          # the newest whole backup
  millrace restore s3://backups/orders us-east-1 Orders-old --export-id 01764076320000-5f2c81aa
  millrace restore s3://aws-exports/orders us-east-1 Orders --key id:S,at:N   # an export of AWS's

Every data file is checked against the manifest before a line of it is used; what is missing or
damaged is named. A restore that was interrupted goes on where it was when it is started again.
Stream and TTL are switched on when the items are in.

Exit codes
  0  done, every item counted
  1  failed: no whole backup there, a damaged one (the object is named), the endpoint refused
  5  refused: the table exists)");
  auto command = std::make_shared<RestoreCommand>();
  sub->add_option("from", command->from, "Where from: s3://bucket/prefix")->required();
  sub->add_option("region", command->region, "Region of the new table")->required();
  sub->add_option("table", command->table, "Name of the new table")->required();
  sub->add_option("--export-id", command->export_id,
                  "Which backup (default: the newest complete one)");
  sub->add_option("--key", command->key_schema,
                  "Key of the new table, name:S or name:S,name:N, for exports without settings");
  sub->add_option("--writers", command->writers, "Data files loaded at the same time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_common(*sub, command->common);
  run_on_parse(*sub, "restore", command, exit_code);
}

}  // namespace

void add_backup_commands(CLI::App& app, int& exit_code) {
  add_backup(app, exit_code);
  add_restore(app, exit_code);
}

}  // namespace millrace
