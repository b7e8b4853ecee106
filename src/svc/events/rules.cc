#include "svc/events/rules.h"

#include <fmt/format.h>

#include <charconv>

#include "expr/schedule.h"

namespace millrace::events {
namespace {

constexpr int64_t kPageMax = 100;

store::KeyWriter key_of(const svc::Scope& scope, Kind kind) {
  store::KeyWriter key(scope.account, scope.region, store::Space::kEvents);
  key.u8(static_cast<uint8_t>(kind));
  return key;
}

std::string target_key(const svc::Scope& scope, std::string_view rule, std::string_view id) {
  return std::move(key_of(scope, Kind::kTarget).str(rule).str(id)).key();
}

}  // namespace

Error validation_error(std::string message) {
  return Error("ValidationException", 400, std::move(message));
}

std::string rule_prefix(const svc::Scope& scope) { return key_of(scope, Kind::kRule).key(); }

Result<Rule> read_rule(std::string_view text) {
  MR_ASSIGN(codec::Json document, codec::Json::parse(text));
  const codec::Json* row = document.find("rule");
  if (row == nullptr) return Error::internal("a damaged rule");
  Rule rule;
  MR_ASSIGN(rule.row, svc::from_document<ev::DescribeRule>(*row));
  if (const codec::Json* tags = document.find("tags"); tags != nullptr && tags->is_object()) {
    for (const auto& [key, value] : *tags->as_object()) {
      if (value.is_string()) rule.tags[key] = *value.as_string();
    }
  }
  const codec::Json* anchor = document.find("anchor");
  if (anchor != nullptr && anchor->is_int()) rule.anchor.us = *anchor->as_int();
  const codec::Json* next = document.find("next");
  if (next != nullptr && next->is_int()) rule.next = Instant{*next->as_int()};
  return rule;
}

Result<std::optional<Rule>> find_rule(store::Reader& reader, const svc::Scope& scope,
                                      std::string_view name) {
  MR_ASSIGN(auto text, reader.get(key_of(scope, Kind::kRule).str(name).key()));
  if (!text) return std::optional<Rule>();
  MR_ASSIGN(Rule rule, read_rule(*text));
  return std::optional(std::move(rule));
}

Result<std::vector<Rule>> load_rules(store::Reader& reader, const svc::Scope& scope) {
  std::vector<Rule> rules;
  auto cursor = reader.scan(store::prefix_range(rule_prefix(scope)));
  for (; cursor->valid(); cursor->next()) {
    MR_ASSIGN(Rule rule, read_rule(cursor->value()));
    rules.push_back(std::move(rule));
  }
  MR_TRY(cursor->status());
  return rules;
}

Result<Rule> load_rule(svc::Context& ctx, std::string_view name) {
  MR_ASSIGN(auto rule, find_rule(ctx.txn(), ctx.scope(), name));
  if (rule) return std::move(*rule);
  return ev::errors::resource_not_found_exception(
      fmt::format("Rule {} does not exist on EventBus default.", name));
}

void write_rule(store::Txn& txn, const svc::Scope& scope, const Rule& rule) {
  codec::Json tags = codec::Json::object();
  for (const auto& [key, value] : rule.tags)
    tags.set(key, value);
  codec::Json document = codec::Json::object();
  document.set("rule", svc::to_document<ev::DescribeRule>(rule.row))
      .set("tags", std::move(tags))
      .set("anchor", rule.anchor.us);
  if (rule.next) document.set("next", rule.next->us);
  txn.put(key_of(scope, Kind::kRule).str(rule.name()).key(), document.dump());
}

void delete_rule_row(store::Txn& txn, const svc::Scope& scope, const Rule& rule) {
  if (rule.next) txn.del(due_key(Kind::kDue, {*rule.next, scope, rule.name()}));
  txn.del(key_of(scope, Kind::kRule).str(rule.name()).key());
}

void schedule_rule(store::Txn& txn, const svc::Scope& scope, Rule& rule, Instant now) {
  if (rule.next) txn.del(due_key(Kind::kDue, {*rule.next, scope, rule.name()}));
  rule.next.reset();
  if (rule.is_enabled() && rule.row.schedule_expression) {
    auto schedule = expr::Schedule::parse(*rule.row.schedule_expression);
    CHECK(schedule.ok());
    rule.next = schedule->next({.after = now, .anchor = rule.anchor});
    if (rule.next) txn.put(due_key(Kind::kDue, {*rule.next, scope, rule.name()}), "");
  }
  write_rule(txn, scope, rule);
}

Result<std::vector<ev::Target>> load_targets(store::Reader& reader, const svc::Scope& scope,
                                             std::string_view rule) {
  // Read as the list of an answer, whose shape is that of the rows.
  codec::Json list = codec::Json::array();
  auto cursor = reader.scan(store::prefix_range(key_of(scope, Kind::kTarget).str(rule).key()));
  for (; cursor->valid(); cursor->next()) {
    MR_ASSIGN(codec::Json target, codec::Json::parse(cursor->value()));
    list.push(std::move(target));
  }
  MR_TRY(cursor->status());
  MR_ASSIGN(auto answer, svc::from_document<ev::ListTargetsByRule>(
                             codec::Json::object().set("Targets", std::move(list))));
  return std::move(*answer.targets);
}

void write_target(store::Txn& txn, const svc::Scope& scope, std::string_view rule,
                  const ev::Target& target) {
  ev::ListTargetsByRuleResponse one{.targets = std::vector<ev::Target>{target}};
  codec::Json document = svc::to_document<ev::ListTargetsByRule>(one);
  txn.put(target_key(scope, rule, target.id), document.find("Targets")->as_array()->front().dump());
}

void delete_target(store::Txn& txn, const svc::Scope& scope, std::string_view rule,
                   std::string_view id) {
  txn.del(target_key(scope, rule, id));
}

std::string due_prefix(Kind kind) { return key_of({"*", "*"}, kind).key(); }

std::string due_key(Kind kind, const DueKey& due) {
  return std::move(key_of({"*", "*"}, kind)
                       .u64(static_cast<uint64_t>(due.at.us))
                       .str(due.scope.account)
                       .str(due.scope.region)
                       .str(due.rule))
      .key();
}

std::optional<DueKey> parse_due_key(std::string_view key) {
  store::KeyReader reader(key);
  auto kind = reader.u8();
  auto at = reader.u64();
  auto account = reader.str();
  auto region = reader.str();
  auto rule = reader.str();
  if (!kind || !at || !account || !region || !rule) return std::nullopt;
  return DueKey{{static_cast<int64_t>(*at)}, {*account, *region}, *rule};
}

Status check_bus(const svc::Context& ctx, const std::optional<std::string>& bus) {
  if (!bus || *bus == "default" || *bus == ctx.arn("events", "event-bus/default")) {
    return ok_status();
  }
  return ev::errors::resource_not_found_exception(
      fmt::format("Event bus {} does not exist.", *bus));
}

Result<Page> page_of(size_t count, const PageRequest& request) {
  Page page;
  if (request.token) {
    const char* end = request.token->data() + request.token->size();
    auto [at, error] = std::from_chars(request.token->data(), end, page.first);
    if (error != std::errc() || at != end || page.first > count) {
      return validation_error("Parameter NextToken is not valid.");
    }
  }
  auto limit = static_cast<size_t>(std::min(request.limit.value_or(kPageMax), kPageMax));
  page.last = std::min(count, page.first + limit);
  if (page.last < count) page.next = std::to_string(page.last);
  return page;
}

}  // namespace millrace::events
