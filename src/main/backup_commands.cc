// `millrace backup`, `millrace restore`, `millrace verify`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "base/encoding.h"
#include "codec/attribute_value_json.h"
#include "codec/json.h"
#include "keeper/backup.h"
#include "keeper/restore.h"
#include "keeper/verify.h"
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

struct VerifyCommand {
  static constexpr size_t kShownMax = 20;
  std::string source_region, source_table, target_region, target_table;
  std::string source_endpoint, target_endpoint;
  int segments = 4;
  double read_units = 0;
  int64_t settle_s = 60;
  bool json = false, quiet = false;

  Result<int> run() const {
    KeeperSession session;
    MR_ASSIGN(client::Client * source, session.client(source_region, source_endpoint));
    MR_ASSIGN(client::Client * target, session.client(target_region, target_endpoint));
    keeper::VerifyOptions options{.source = {source_table, segments, read_units},
                                  .target = {target_table, segments, read_units},
                                  .settle_ms = settle_s * 1'000};
    MR_ASSIGN(auto result, keeper::run_verify(*source, *target, options, system_clock(),
                                              json || quiet ? nullptr : stderr));
    json ? print_json(result) : print_text(result);
    return result.divergent.empty() ? kExitOk : kExitDivergent;
  }

  static std::string_view name_of(keeper::Difference difference) {
    switch (difference) {
      case keeper::Difference::kMissing: return "missing";
      case keeper::Difference::kExtra: return "extra";
      case keeper::Difference::kDifferent: return "different";
    }
    return "";
  }
  static std::string key_text(const codec::Item& key) {
    std::string out;
    codec::append_json(out, key);
    return out;
  }

  void print_json(const keeper::VerifyResult& result) const {
    std::string rows;
    for (const auto& row : result.divergent) {
      rows += fmt::format("{}{{\"key\":{},\"difference\":\"{}\"}}", rows.empty() ? "" : ",",
                          key_text(row.key), name_of(row.difference));
    }
    fmt::print(
        "{{\"equal\":{},\"sourceItems\":{},\"targetItems\":{},\"candidates\":{},\"hot\":{},"
        "\"divergent\":[{}]}}\n",
        result.divergent.empty() && result.hot == 0, result.source_items, result.target_items,
        result.candidates, result.hot, rows);
  }

  void print_text(const keeper::VerifyResult& result) const {
    fmt::print("{} items in {} {}, {} items in {} {}\n", with_commas(result.source_items),
               source_region, source_table, with_commas(result.target_items), target_region,
               target_table);
    if (result.candidates > 0) {
      fmt::print("{} keys differed at first sight: looked at again\n",
                 with_commas(result.candidates));
    }
    if (result.hot > 0) {
      fmt::print("{} keys were written at every look and are not judged\n",
                 with_commas(result.hot));
    }
    if (result.divergent.empty()) {
      fmt::print("equal, item by item{}\n", result.hot > 0 ? ", except for those" : "");
      return;
    }
    fmt::print("DIVERGENT: {} items\n", with_commas(static_cast<int64_t>(result.divergent.size())));
    for (size_t i = 0; i < std::min(result.divergent.size(), kShownMax); ++i) {
      const auto& row = result.divergent[i];
      fmt::print("  {:<9} {}\n", name_of(row.difference), key_text(row.key));
    }
    if (result.divergent.size() > kShownMax) {
      fmt::print("  and {} more (--json lists all)\n", result.divergent.size() - kShownMax);
    }
  }
};

template <class Command>
void run_on_parse(CLI::App& app, std::string name, std::shared_ptr<Command> command,
                  int& exit_code) {
  app.callback([name = std::move(name), command, &exit_code] {
    auto code = command->run();
    exit_code = code.ok() ? *code : report_error(name, code.error());
  });
}

void add_backup(CLI::App& app, int& exit_code) {
  CLI::App* sub =
      app.add_subcommand("backup", "Back a table up to S3, in the layout of AWS's own exports");
  sub->footer(
      "  millrace backup us-east-1 Orders s3://backups/orders\n\n"
      "The table stays in use; each item is as it was at some moment of the backup. AWS's "
      "ImportTable\n"
      "and other tools read the result. The table's settings are kept beside it.");
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
  sub->footer(
      "  millrace restore s3://backups/orders us-east-1 Orders-restored\n\n"
      "Every file is checked against the manifest. A restore that was interrupted goes on where it "
      "was\n"
      "when it is started again. Stream and TTL are switched on when the items are in.");
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

void add_verify(CLI::App& app, int& exit_code) {
  CLI::App* sub = app.add_subcommand("verify", "Prove that two tables are equal, item by item");
  sub->footer(
      "  millrace verify us-east-1 Orders eu-west-1 Orders --target-endpoint "
      "http://127.0.0.1:4567\n\n"
      "Writers need not stop: a key that differs is looked at again until --settle has passed, and "
      "is\n"
      "divergent only if the source stood still. Exit code 0: equal, 2: divergent, 1: could not "
      "tell.");
  auto command = std::make_shared<VerifyCommand>();
  sub->add_option("source_region", command->source_region, "Region of the first table")->required();
  sub->add_option("source_table", command->source_table, "The first table")->required();
  sub->add_option("target_region", command->target_region, "Region of the second table")
      ->required();
  sub->add_option("target_table", command->target_table, "The second table")->required();
  sub->add_option("--source-endpoint", command->source_endpoint,
                  "URL of the first table's DynamoDB");
  sub->add_option("--target-endpoint", command->target_endpoint,
                  "URL of the second table's DynamoDB");
  sub->add_option("--segments", command->segments, "Parallel scan segments")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  sub->add_option("--read-units", command->read_units,
                  "Read units a second at most, each side (0: no limit)");
  sub->add_option("--settle", command->settle_s,
                  "Seconds over which differing keys are looked at again")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  sub->add_flag("--json", command->json, "Print the result as JSON");
  sub->add_flag("--quiet", command->quiet, "No progress");
  run_on_parse(*sub, "verify", command, exit_code);
}

}  // namespace

void add_backup_commands(CLI::App& app, int& exit_code) {
  add_backup(app, exit_code);
  add_restore(app, exit_code);
  add_verify(app, exit_code);
}

}  // namespace millrace
