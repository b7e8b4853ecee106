// Rules and targets in the store, and when scheduled rules are due.
//
// Rows: (account, region, events, kRule, name) -> {"rule": DescribeRuleResponse, "tags": {},
//         "anchor": us, "next": us}; "next" only while it is scheduled
//       (account, region, events, kTarget, rule, id) -> Target
//       ("*", "*", events, kDue, next us, account, region, rule) -> nothing
//       ("*", "*", events, kFire, us, account, region, rule) -> the event that is being delivered
// The due rows are ordered by time over all accounts and regions: looking for what is due costs
// nothing for rules that are not.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/events.h"
#include "store/key.h"
#include "svc/document.h"
#include "svc/operation.h"

namespace millrace::events {

namespace ev = aws::events;

// On disk: frozen.
enum class Kind : uint8_t { kRule = 1, kTarget = 2, kDue = 3, kFire = 4 };

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
inline constexpr size_t kRulesMax = 300;
inline constexpr size_t kTargetsMax = 5;

struct Rule {
  ev::DescribeRuleResponse row;
  std::map<std::string, std::string> tags;
  Instant anchor;               // what a rate counts from
  std::optional<Instant> next;  // when it is due

  const std::string& name() const { return *row.name; }
  bool is_enabled() const { return row.state == "ENABLED"; }
};

std::string rule_prefix(const svc::Scope& scope);
Result<Rule> read_rule(std::string_view text);
Result<std::optional<Rule>> find_rule(store::Reader& reader, const svc::Scope& scope,
                                      std::string_view name);
Result<std::vector<Rule>> load_rules(store::Reader& reader, const svc::Scope& scope);
// Errors: ResourceNotFoundException, "Rule NAME does not exist on EventBus default."
Result<Rule> load_rule(svc::Context& ctx, std::string_view name);
void write_rule(store::Txn& txn, const svc::Scope& scope, const Rule& rule);
void delete_rule_row(store::Txn& txn, const svc::Scope& scope, const Rule& rule);

// Takes the rule off the due list and, if it is enabled and has a schedule, puts it there again for
// its next time after `now`. Then writes it. REQUIRES: its expression is valid.
void schedule_rule(store::Txn& txn, const svc::Scope& scope, Rule& rule, Instant now);

Result<std::vector<ev::Target>> load_targets(store::Reader& reader, const svc::Scope& scope,
                                             std::string_view rule);
void write_target(store::Txn& txn, const svc::Scope& scope, std::string_view rule,
                  const ev::Target& target);
void delete_target(store::Txn& txn, const svc::Scope& scope, std::string_view rule,
                   std::string_view id);

// A due or fire row's key, and back.
struct DueKey {
  Instant at;
  svc::Scope scope;
  std::string rule;
};
std::string due_key(Kind kind, const DueKey& due);
std::string due_prefix(Kind kind);
std::optional<DueKey> parse_due_key(std::string_view key);

// The default bus by name, ARN or silence; any other does not exist.
Status check_bus(const svc::Context& ctx, const std::optional<std::string>& bus);

Error validation_error(std::string message);

// A page of `count` things: NextToken is the index of the next one.
struct PageRequest {
  std::optional<std::string> token;
  std::optional<int64_t> limit;
};
struct Page {
  size_t first = 0;
  size_t last = 0;
  std::optional<std::string> next;
};
Result<Page> page_of(size_t count, const PageRequest& request);

}  // namespace millrace::events
