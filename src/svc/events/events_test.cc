#include <gmock/gmock.h>

#include "svc/events/input_transformer.h"
#include "svc/events/operations.h"
#include "svc/events/rules.h"
#include "svc/events/schedule_runner.h"
#include "svc/testing/harness.h"

namespace millrace::events {
namespace {

using codec::Json;
using ::testing::HasSubstr;

constexpr char kFunction[] = "arn:aws:lambda:us-east-1:123456789012:function:f";
constexpr char kRuleArn[] = "arn:aws:events:us-east-1:123456789012:rule/r";

struct Events : ::testing::Test, svc::testing::Harness {
  Events() : Harness([](svc::Registry& r) { register_operations(r); }) {}

  template <class Op>
  typename Op::Output must(typename Op::Input input) {
    auto result = call<Op>(std::move(input));
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().to_string());
    return result.ok() ? std::move(*result) : typename Op::Output();
  }
  template <class Op>
  std::string error(typename Op::Input input) {
    auto result = call<Op>(std::move(input));
    return result.ok() ? "no error" : result.error().code() + ": " + result.error().message();
  }
  void scheduled(const std::string& expression, ev::Target target = {.id = "t", .arn = kFunction}) {
    must<ev::PutRule>({.name = "r", .schedule_expression = expression});
    must<ev::PutTargets>({.rule = "r", .targets = {std::move(target)}});
  }
  size_t rows_of(Kind kind) {
    size_t count = 0;
    auto snapshot = store->snapshot();
    for (auto it = snapshot->scan(store::prefix_range(due_prefix(kind))); it->valid(); it->next()) {
      ++count;
    }
    return count;
  }
};

TEST_F(Events, RulesAreDescribedAsTheyWerePut) {
  EXPECT_EQ(*must<ev::PutRule>({.name = "r",
                                .schedule_expression = "rate(1 minute)",
                                .description = "d",
                                .tags = std::vector<ev::Tag>{{.key = "k", .value = "v"}}})
                 .rule_arn,
            kRuleArn);
  auto rule = must<ev::DescribeRule>({.name = "r"});
  EXPECT_EQ(*rule.arn, kRuleArn);
  EXPECT_EQ(*rule.state, "ENABLED");
  EXPECT_EQ(*rule.event_bus_name, "default");
  EXPECT_EQ(must<ev::ListTagsForResource>({.resource_arn = kRuleArn}).tags->front().value, "v");
  EXPECT_EQ(must<ev::ListRules>({.name_prefix = "r"}).rules->size(), 1U);
  EXPECT_EQ(must<ev::ListRules>({.name_prefix = "x"}).rules->size(), 0U);
  EXPECT_EQ(*must<ev::DescribeEventBus>({}).arn,
            "arn:aws:events:us-east-1:123456789012:event-bus/default");
}

TEST_F(Events, RefusalsAreAws) {
  EXPECT_EQ(
      error<ev::PutRule>({.name = "r"}),
      "ValidationException: Parameter(s) EventPattern or ScheduleExpression must be specified.");
  EXPECT_EQ(error<ev::PutRule>({.name = "r", .schedule_expression = "rate(1 minutes)"}),
            "ValidationException: Parameter ScheduleExpression is not valid.");
  EXPECT_EQ(
      error<ev::PutRule>({.name = "r", .event_pattern = R"({"source":"a"})"}),
      "InvalidEventPatternException: Event pattern is not valid. Reason: \"source\" must be an "
      "object or an array");
  EXPECT_EQ(error<ev::DescribeRule>({.name = "nope"}),
            "ResourceNotFoundException: Rule nope does not exist on EventBus default.");
  EXPECT_EQ(error<ev::ListRules>({.event_bus_name = "mine"}),
            "ResourceNotFoundException: Event bus mine does not exist.");
  scheduled("rate(1 minute)");
  EXPECT_EQ(error<ev::DeleteRule>({.name = "r"}),
            "ValidationException: Rule can't be deleted since it has targets.");
  EXPECT_THAT(error<ev::PutTargets>(
                  {.rule = "r", .targets = {{.id = "q", .arn = "arn:aws:sqs:us-east-1:1:q"}}}),
              HasSubstr("Arn arn:aws:sqs:us-east-1:1:q of target q is not supported by Millrace"));
  EXPECT_THAT(error<ev::PutTargets>(
                  {.rule = "r", .targets = {{.id = "q", .arn = kFunction, .input = "{"}}}),
              HasSubstr("JSON syntax error in input for target q."));
  EXPECT_THAT(error<ev::PutTargets>(
                  {.rule = "r",
                   .targets = {{.id = "q", .arn = kFunction, .input = "1", .input_path = "$"}}}),
              HasSubstr("Only one of Input, InputPath, or InputTransformer must be provided"));
  must<ev::RemoveTargets>({.rule = "r", .ids = {"t"}});
  must<ev::DeleteRule>({.name = "r"});
  must<ev::DeleteRule>({.name = "r"});
  EXPECT_EQ(rows_of(Kind::kDue), 0U);
}

// https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
TEST_F(Events, AScheduleCallsItsFunctionOnTime) {
  scheduled("rate(1 minute)");
  ScheduleRunner schedules(ports);
  schedules.start();
  runner.run_ready();
  runner.advance_ms(59'000);
  EXPECT_TRUE(functions.calls.empty());
  runner.advance_ms(1'000);
  ASSERT_EQ(functions.calls.size(), 1U);
  const svc::FunctionCall& call = functions.calls[0];
  EXPECT_EQ(call.function_arn, kFunction);
  EXPECT_EQ(call.caller.arn, "events.amazonaws.com");
  EXPECT_EQ(call.caller.source_arn, kRuleArn);
  EXPECT_EQ(call.caller.source_account, "123456789012");
  auto event = Json::parse(call.payload);
  EXPECT_EQ(event->get_string("id").size(), 36U);
  event->set("id", "I");
  EXPECT_EQ(event->dump(),
            R"({"version":"0","id":"I","detail-type":"Scheduled Event","source":"aws.events",)"
            R"("account":"123456789012","time":"2026-01-01T00:01:00Z","region":"us-east-1",)"
            R"("resources":["arn:aws:events:us-east-1:123456789012:rule/r"],"detail":{}})");
  runner.advance_ms(180'000);
  EXPECT_EQ(functions.calls.size(), 4U);
  must<ev::DisableRule>({.name = "r"});
  runner.advance_ms(180'000);
  EXPECT_EQ(functions.calls.size(), 4U);
  must<ev::EnableRule>({.name = "r"});
  runner.advance_ms(60'000);
  EXPECT_EQ(functions.calls.size(), 5U);
  EXPECT_EQ(rows_of(Kind::kDue), 1U);
  EXPECT_EQ(rows_of(Kind::kFire), 0U) << "what was accepted is not kept";
  schedules.stop();
}

TEST_F(Events, WhatCameDueWhileNothingRanIsNotMadeUpFor) {
  scheduled("cron(0/5 * * * ? *)");
  clock.advance_ms(3'600'000);
  ScheduleRunner schedules(ports);
  ASSERT_TRUE(schedules.recover().ok());
  ASSERT_TRUE(schedules.tick().ok());
  EXPECT_TRUE(functions.calls.empty());
  clock.advance_ms(300'000);
  ASSERT_TRUE(schedules.tick().ok());
  ASSERT_TRUE(schedules.tick().ok());
  ASSERT_EQ(functions.calls.size(), 1U) << "once, whoever looks";
  EXPECT_EQ(Json::parse(functions.calls[0].payload)->get_string("time"), "2026-01-01T01:05:00Z");
}

TEST_F(Events, AClockThatIsMovedBeforeTheFirstRunMakesNobodyMissed) {
  ScheduleRunner schedules(ports);
  schedules.start();
  scheduled("cron(0/5 * * * ? *)");
  clock.advance_ms(599'000);  // the rule has been due for 299 s
  runner.run_ready();
  runner.advance_ms(0);
  EXPECT_EQ(functions.calls.size(), 1U);
  schedules.stop();
}

TEST_F(Events, OneDamagedRowStopsNobodyElse) {
  scheduled("rate(1 minute)");
  must<ev::PutRule>({.name = "broken", .schedule_expression = "rate(1 minute)"});
  ASSERT_TRUE(store::transact(*store, [&](store::Txn& txn) {
                txn.put(due_prefix(Kind::kDue) + "?", "");
                txn.put(due_prefix(Kind::kFire) + "?", "");
                std::string key = rule_prefix(root_call().scope);
                auto rules = txn.scan(store::prefix_range(key));
                key = rules->key();  // "broken" is before "r"
                rules.reset();
                txn.put(key, "no JSON");
                return ok_status();
              }).ok());
  ScheduleRunner schedules(ports);
  (void)schedules.recover().ok();
  clock.advance_ms(60'000);
  (void)schedules.tick().ok();
  ASSERT_EQ(functions.calls.size(), 1U);
  EXPECT_EQ(functions.calls[0].caller.source_arn, kRuleArn);
}

TEST_F(Events, NoneOfManyMissedOnesIsMadeUpFor) {
  for (int i = 0; i < 250; ++i) {
    std::string name = "r" + std::to_string(i);
    must<ev::PutRule>({.name = name, .schedule_expression = "rate(1 hour)"});
    must<ev::PutTargets>({.rule = name, .targets = {{.id = "t", .arn = kFunction}}});
  }
  clock.advance_ms(2 * 3'600'000);
  ScheduleRunner schedules(ports);
  ASSERT_TRUE(schedules.recover().ok());
  ASSERT_TRUE(schedules.tick().ok());
  EXPECT_EQ(functions.calls.size(), 0U);
  clock.advance_ms(3'600'000);
  ASSERT_TRUE(schedules.tick().ok());
  EXPECT_EQ(functions.calls.size(), 250U) << "all that is due fires in one tick";
}

// Fires, and forgets the answer: what is left when the process is killed there.
struct DeafFunctions final : svc::FunctionInvoker {
  void invoke(svc::FunctionCall, std::function<void(Result<svc::FunctionAnswer>)>) override {}
  void check(svc::FunctionCall, std::function<void(Status)>) override {}
  void invoke_async(svc::FunctionCall, std::function<void(Status)>) override {}
  void keep_warm(const svc::Scope&, const std::string&, int, std::function<void(Status)>) override {
  }
};

TEST_F(Events, AFiringThatWasNotHandedOverIsHandedOverAtTheNextStart) {
  scheduled("rate(1 minute)");
  DeafFunctions deaf;
  svc::Ports dying = ports;
  dying.functions = &deaf;
  ScheduleRunner killed(dying);
  clock.advance_ms(60'000);
  ASSERT_TRUE(killed.tick().ok());
  EXPECT_EQ(rows_of(Kind::kFire), 1U);
  ScheduleRunner next(ports);
  ASSERT_TRUE(next.recover().ok());
  ASSERT_EQ(functions.calls.size(), 1U);
  EXPECT_EQ(Json::parse(functions.calls[0].payload)->get_string("time"), "2026-01-01T00:01:00Z");
  EXPECT_EQ(rows_of(Kind::kFire), 0U);
}

TEST_F(Events, TargetsGetTheInputTheyAskFor) {
  scheduled("rate(1 minute)", {.id = "t", .arn = kFunction, .input = R"({"mine": 1})"});
  clock.advance_ms(60'000);
  ScheduleRunner schedules(ports);
  ASSERT_TRUE(schedules.tick().ok());
  EXPECT_EQ(functions.calls.at(0).payload, R"({"mine": 1})");
}

TEST_F(Events, PublishedEventsReachTheRulesThatMatch) {
  must<ev::PutRule>(
      {.name = "r",
       .event_pattern = R"({"source":["shop"],"detail":{"n":[{"numeric":[">",1]}]}})"});
  must<ev::PutTargets>({.rule = "r", .targets = {{.id = "t", .arn = kFunction}}});
  auto out = must<ev::PutEvents>(
      {.entries = {{.source = "shop", .detail_type = "Order", .detail = R"({"n":2})"},
                   {.source = "shop", .detail_type = "Order", .detail = R"({"n":1})"},
                   {.source = "aws.s3", .detail_type = "x", .detail = "{}"},
                   {.source = "shop", .detail_type = "x", .detail = "[]"},
                   {.detail_type = "x", .detail = "{}"}}});
  EXPECT_EQ(*out.failed_entry_count, 3);
  EXPECT_EQ(out.entries->at(0).event_id->size(), 36U);
  EXPECT_EQ(*out.entries->at(2).error_code, "NotAuthorizedForSourceException");
  EXPECT_EQ(*out.entries->at(3).error_code, "MalformedDetail");
  EXPECT_EQ(*out.entries->at(4).error_code, "InvalidArgument");
  ASSERT_EQ(functions.calls.size(), 1U);
  auto event = Json::parse(functions.calls[0].payload);
  EXPECT_EQ(event->get_string("detail-type"), "Order");
  EXPECT_EQ(event->get_string("id"), *out.entries->at(0).event_id);
  EXPECT_EQ(meter.totals["events.events"], 2);
  EXPECT_THAT(error<ev::PutEvents>({.entries = {{.source = "s",
                                                 .detail_type = "d",
                                                 .detail = std::string(2'000'000, ' ') + "{}"}}}),
              HasSubstr("Total size of the entries in the request is over the limit."));
}

TEST_F(Events, PatternsCanBeTried) {
  constexpr char kEvent[] = R"({"id":"1","account":"1","source":"a","time":"t","region":"r",
    "resources":[],"detail-type":"d"})";
  EXPECT_TRUE(*must<ev::TestEventPattern>({.event_pattern = R"({"source":["a"]})", .event = kEvent})
                   .result);
  EXPECT_FALSE(
      *must<ev::TestEventPattern>({.event_pattern = R"({"source":["b"]})", .event = kEvent})
           .result);
}

TEST_F(Events, OperationsAreAllThere) {
  for (const std::string& name : registry.missing())
    EXPECT_FALSE(name.starts_with("events:")) << name;
}

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
TEST(InputTransformer, FillsItsTemplate) {
  auto event =
      Json::parse(R"({"detail":{"instance-id":"i-1","state":"it's \"up\"","n":[1,{"a":true}]},)"
                  R"("detail-type":"D"})");
  ev::Target target{.id = "t", .arn = kFunction};
  auto run = [&](const std::string& text) {
    target.input_transformer = ev::InputTransformer{
        .input_paths_map = std::map<std::string, std::string>{{"instance", "$.detail.instance-id"},
                                                              {"state", "$.detail.state"},
                                                              {"a", "$.detail.n[1].a"},
                                                              {"n", "$.detail.n"},
                                                              {"none", "$.nope"}},
        .input_template = text};
    EXPECT_TRUE(check_input(target).ok());
    return input_for(target, {*event, kRuleArn, "r", Instant::from_seconds(0)});
  };
  EXPECT_EQ(run(R"({"i": <instance>, "a": <a>, "n": <n>})"),
            R"({"i": "i-1", "a": true, "n": [1,{"a":true}]})");
  EXPECT_EQ(run(R"("<instance> is <state> <none>.")"), R"("i-1 is it's \"up\" .")");
  EXPECT_EQ(run(R"({"rule": "<aws.events.rule-name>", "x": "<unknown>"})"),
            R"({"rule": "r", "x": "<unknown>"})");
  EXPECT_TRUE(is_path("$['a b'].c[0]"));
  for (const char* path : {"detail", "$.", "$..a", "$.a[", "$.a[x]", "$.*"})
    EXPECT_FALSE(is_path(path)) << path;
}

}  // namespace
}  // namespace millrace::events
