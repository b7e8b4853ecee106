// `millrace verify`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "base/encoding.h"
#include "codec/attribute_value_json.h"
#include "keeper/task.h"
#include "keeper/verify.h"
#include "main/commands.h"
#include "main/keeper_session.h"

namespace millrace {
namespace {

struct VerifyCommand {
  static constexpr size_t kShownMax = 20;
  std::string source_region, source_table, target_region, target_table;
  std::string source_endpoint, target_endpoint;
  std::string coordination_table = "millrace-replication";
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
                                  .coordination_table = coordination_table,
                                  .replication = replication_id(),
                                  .settle_ms = settle_s * 1'000};
    MR_ASSIGN(auto result, keeper::run_verify(*source, *target, options, system_clock(),
                                              json || quiet ? nullptr : stderr));
    json ? print_json(result) : print_text(result);
    if (!result.divergent.empty()) return kExitDivergent;
    return result.equal() ? kExitOk : kExitFailed;
  }

  std::string replication_id() const {
    keeper::TaskConfig task;
    task.source_region = source_region;
    task.source_table = source_table;
    task.target_region = target_region;
    task.target_table = target_table;
    return task.id();
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

  static std::string json_rows(const std::vector<keeper::Divergence>& rows) {
    std::string out;
    for (const auto& row : rows) {
      out += fmt::format("{}{{\"key\":{},\"difference\":\"{}\"}}", out.empty() ? "" : ",",
                         key_text(row.key), name_of(row.difference));
    }
    return "[" + out + "]";
  }

  static void print_json(const keeper::VerifyResult& result) {
    fmt::print(
        "{{\"equal\":{},\"sourceItems\":{},\"targetItems\":{},\"candidates\":{},\"hot\":{},"
        "\"behind\":{},\"divergent\":{}}}\n",
        result.equal(), result.source_items, result.target_items, result.candidates, result.hot,
        json_rows(result.behind), json_rows(result.divergent));
  }

  static void print_rows(const std::vector<keeper::Divergence>& rows) {
    for (size_t i = 0; i < std::min(rows.size(), kShownMax); ++i) {
      fmt::print("  {:<9} {}\n", name_of(rows[i].difference), key_text(rows[i].key));
    }
    if (rows.size() > kShownMax) {
      fmt::print("  and {} more (--json lists all)\n", rows.size() - kShownMax);
    }
  }

  void print_text(const keeper::VerifyResult& result) const {
    fmt::print("{} items in {} {}, {} items in {} {}\n", with_commas(result.source_items),
               source_region, source_table, with_commas(result.target_items), target_region,
               target_table);
    if (result.candidates > 0) {
      fmt::print("{} keys differed at first sight: looked at again\n",
                 with_commas(result.candidates));
    }
    if (result.equal()) {
      fmt::print("equal, item by item\n");
      return;
    }
    if (result.hot > 0) {
      fmt::print("NOT JUDGED: {} keys were written at every look\n", with_commas(result.hot));
    }
    if (!result.behind.empty()) {
      fmt::print("NOT JUDGED: {} keys differ, but {}\n",
                 with_commas(static_cast<int64_t>(result.behind.size())), result.why_behind);
      print_rows(result.behind);
    }
    if (!result.divergent.empty()) {
      fmt::print("DIVERGENT: {} items\n",
                 with_commas(static_cast<int64_t>(result.divergent.size())));
      print_rows(result.divergent);
      return;
    }
    fmt::print("all other items are equal\n");
  }
};

constexpr char kFooter[] = R"(Examples
  millrace verify us-east-1 Orders eu-west-1 Orders
  millrace verify us-east-1 Orders eu-west-1 Orders --target-endpoint http://127.0.0.1:4567
  millrace verify us-east-1 Orders us-east-1 Orders-restored --settle 0     # nobody writes
  millrace verify us-east-1 Orders eu-west-1 Orders --json | jq .divergent

Writers need not stop. A key that differs is looked at again and is divergent only if the source
stood still meanwhile. Where `millrace replicate` feeds the second table, each look waits until the
replication has come as far as the look at the source: lag is not a difference.

Exit codes
  0  equal, item by item
  1  could not tell: failed, or some keys could not be judged
  2  divergent: each key is named, as missing, extra or different in the second table)";

}  // namespace

void add_verify_command(CLI::App& app, int& exit_code) {
  CLI::App* sub = app.add_subcommand("verify", "Prove that two tables are equal, item by item");
  sub->footer(kFooter);
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
  sub->add_option("--coordination-table", command->coordination_table,
                  "Where the replication keeps its state ('': ask no replication)")
      ->capture_default_str();
  sub->add_option("--segments", command->segments, "Parallel scan segments")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  sub->add_option("--read-units", command->read_units,
                  "Read units a second at most, each side (0: no limit)");
  sub->add_option("--settle", command->settle_s,
                  "Seconds over which differing keys are looked at again, and for which a "
                  "replication may lag")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  sub->add_flag("--json", command->json, "Print the result as JSON");
  sub->add_flag("--quiet", command->quiet, "No progress");
  run_on_parse(*sub, "verify", command, exit_code);
}

}  // namespace millrace
