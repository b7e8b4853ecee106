#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "svc/logs/filter_pattern.h"
#include "svc/logs/log_writer.h"
#include "svc/logs/operations.h"
#include "svc/logs/purge.h"
#include "svc/testing/harness.h"

namespace millrace::logs {
namespace {

using testing::HasSubstr;

class LogsTest : public testing::Test {
 protected:
  LogsTest() { h.call<api::CreateLogGroup>({.log_group_name = "g"}).value(); }
  void make_stream(std::string name) {
    h.call<api::CreateLogStream>({.log_group_name = "g", .log_stream_name = std::move(name)})
        .value();
  }
  api::PutLogEventsResponse put(std::string stream, std::vector<std::string> messages) {
    std::vector<api::InputLogEvent> events;
    for (auto& message : messages)
      events.push_back({h.clock.now().ms() + next_++, message});
    return h
        .call<api::PutLogEvents>(
            {.log_group_name = "g", .log_stream_name = std::move(stream), .log_events = events})
        .value();
  }
  static std::string joined(const std::optional<std::vector<api::OutputLogEvent>>& events) {
    std::string out;
    for (const auto& event : *events)
      out += *event.message + " ";
    return out;
  }
  static std::string joined(const std::optional<std::vector<api::FilteredLogEvent>>& events) {
    std::string out;
    for (const auto& event : *events)
      out += *event.message + " ";
    return out;
  }
  svc::testing::Harness h{register_operations};
  int64_t next_ = 0;
};

TEST_F(LogsTest, GroupsAndStreams) {
  auto again = h.call<api::CreateLogGroup>({.log_group_name = "g"});
  EXPECT_EQ(again.error().code(), "ResourceAlreadyExistsException");
  EXPECT_EQ(again.error().message(), "The specified log group already exists");
  auto none = h.call<api::CreateLogStream>({.log_group_name = "x", .log_stream_name = "s"});
  EXPECT_EQ(none.error().message(), "The specified log group does not exist.");
  auto groups = h.call<api::DescribeLogGroups>({.log_group_name_prefix = "g"});
  ASSERT_EQ(groups->log_groups->size(), 1u);
  EXPECT_EQ((*groups->log_groups)[0].arn, "arn:aws:logs:us-east-1:123456789012:log-group:g:*");
  make_stream("old");
  make_stream("new");
  put("old", {"a"});
  put("new", {"b"});
  auto streams = h.call<api::DescribeLogStreams>(
      {.log_group_name = "g", .order_by = "LastEventTime", .descending = true, .limit = 1});
  EXPECT_EQ((*streams->log_streams)[0].log_stream_name, "new");
  auto rest = h.call<api::DescribeLogStreams>({.log_group_name = "g",
                                               .order_by = "LastEventTime",
                                               .descending = true,
                                               .next_token = streams->next_token});
  EXPECT_EQ((*rest->log_streams)[0].log_stream_name, "old");
  EXPECT_TRUE(h.call<api::DescribeSubscriptionFilters>({.log_group_name = "g"})
                  ->subscription_filters->empty());
  ASSERT_TRUE(h.call<api::DeleteLogGroup>({.log_group_name = "g"}).ok());
  EXPECT_FALSE(h.call<api::DescribeLogStreams>({.log_group_name = "g"}).ok());
}

TEST_F(LogsTest, GetLogEventsPages) {
  make_stream("s");
  put("s", {"1", "2", "3", "4", "5"});
  auto tail =
      h.call<api::GetLogEvents>({.log_group_name = "g", .log_stream_name = "s", .limit = 2});
  EXPECT_EQ(joined(tail->events), "4 5 ");
  auto back = h.call<api::GetLogEvents>({.log_group_name = "g",
                                         .log_stream_name = "s",
                                         .next_token = tail->next_backward_token,
                                         .limit = 2});
  EXPECT_EQ(joined(back->events), "2 3 ");
  auto head = h.call<api::GetLogEvents>(
      {.log_group_name = "g", .log_stream_name = "s", .start_from_head = true});
  EXPECT_EQ(joined(head->events), "1 2 3 4 5 ");
  auto end = h.call<api::GetLogEvents>(
      {.log_group_name = "g", .log_stream_name = "s", .next_token = head->next_forward_token});
  EXPECT_TRUE(end->events->empty());
  EXPECT_EQ(end->next_forward_token, head->next_forward_token);
}

TEST_F(LogsTest, FilterMergesStreamsByTime) {
  make_stream("a");
  make_stream("b");
  put("a", {"x1"});
  put("b", {"x2", "y3"});
  put("a", {"x4"});
  auto all = h.call<api::FilterLogEvents>({.log_group_name = "g"});
  EXPECT_EQ(joined(all->events), "x1 x2 y3 x4 ");
  auto page =
      h.call<api::FilterLogEvents>({.log_group_name = "g", .filter_pattern = "x", .limit = 2});
  EXPECT_EQ(joined(page->events), "x1 x2 ");
  auto rest = h.call<api::FilterLogEvents>(
      {.log_group_name = "g", .filter_pattern = "x", .next_token = page->next_token});
  EXPECT_EQ(joined(rest->events), "x4 ");
  EXPECT_FALSE(rest->next_token);
  auto refused =
      h.call<api::FilterLogEvents>({.log_group_name = "g", .filter_pattern = "{ $.a = 1 }"});
  EXPECT_THAT(refused.error().message(), HasSubstr("not supported by Millrace"));
}

// All pages, with what ends each.
TEST_F(LogsTest, APageIsBoundedInBytesAndInWhatItReads) {
  make_stream("a");
  make_stream("b");
  const std::string large(200'000, 'x');
  for (int i = 0; i < 30; ++i) {
    put("a", {large, large});
    put("b", {large});
  }
  put("b", {"needle"});
  const auto pages = [&](const std::string& pattern) {
    std::vector<size_t> sizes;
    std::optional<std::string> token;
    do {
      auto page = h.call<api::FilterLogEvents>(
          {.log_group_name = "g", .filter_pattern = pattern, .next_token = token});
      EXPECT_TRUE(page.ok());
      sizes.push_back(page->events->size());
      token = page->next_token;
    } while (token && sizes.size() < 100);
    return sizes;
  };
  std::vector<size_t> all = pages("");
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), size_t{0}), 91u);
  EXPECT_LE(*std::ranges::max_element(all), 6u);                // a megabyte: five, and the needle
  EXPECT_THAT(pages("needle"), testing::ElementsAre(0, 0, 1));  // 18 MB are read
}

TEST_F(LogsTest, PagesNeitherRepeatNorMissEventsOfOneMillisecond) {
  std::string expected;
  for (const char* name : {"a", "b", "c"}) {
    make_stream(name);
    std::vector<api::InputLogEvent> events;
    for (int i = 0; i < 3; ++i) {
      events.push_back({h.clock.now().ms(), name + std::to_string(i)});
      expected += events.back().message + " ";
    }
    h.call<api::PutLogEvents>(
         {.log_group_name = "g", .log_stream_name = name, .log_events = events})
        .value();
  }
  std::string seen;
  std::optional<std::string> token;
  do {
    auto page =
        h.call<api::FilterLogEvents>({.log_group_name = "g", .next_token = token, .limit = 1});
    seen += joined(page->events);
    token = page->next_token;
  } while (token);
  EXPECT_EQ(seen, expected);
}

TEST_F(LogsTest, WhatIsMadeAgainSeesNothingOfItsPredecessor) {
  make_stream("s");
  put("s", {"old"});
  ASSERT_TRUE(h.call<api::DeleteLogStream>({.log_group_name = "g", .log_stream_name = "s"}).ok());
  make_stream("s");
  EXPECT_EQ(joined(h.call<api::FilterLogEvents>({.log_group_name = "g"})->events), "");
  put("s", {"new"});
  EXPECT_EQ(joined(h.call<api::FilterLogEvents>({.log_group_name = "g"})->events), "new ");
  ASSERT_TRUE(h.call<api::DeleteLogGroup>({.log_group_name = "g"}).ok());
  ASSERT_TRUE(h.call<api::CreateLogGroup>({.log_group_name = "g"}).ok());
  EXPECT_TRUE(h.call<api::DescribeLogStreams>({.log_group_name = "g"})->log_streams->empty());
  make_stream("s");
  EXPECT_EQ(joined(h.call<api::FilterLogEvents>({.log_group_name = "g"})->events), "");
}

TEST_F(LogsTest, WhatIsDeletedIsClearedAwayInSteps) {
  const auto rows = [&] {
    int count = 0;
    auto snapshot = h.store->snapshot();
    for (auto it = snapshot->scan({}); it->valid(); it->next())
      ++count;
    return count;
  };
  const int before = rows();
  std::vector<std::string> messages(3'000, "x");  // more than one step
  make_stream("s");
  make_stream("t");
  for (int i = 0; i < 2; ++i)
    put("s", messages);
  put("t", {"kept"});
  ASSERT_TRUE(h.call<api::DeleteLogStream>({.log_group_name = "g", .log_stream_name = "s"}).ok());
  ASSERT_TRUE(purge_deleted(*h.store).ok());
  EXPECT_EQ(rows(), before + 3);  // a stream, an event, the counter
  EXPECT_EQ((*h.call<api::DescribeLogGroups>({})->log_groups)[0].stored_bytes, 30);
  for (int i = 0; i < 2; ++i)
    put("t", messages);
  const int full = rows();
  ASSERT_TRUE(h.call<api::DeleteLogGroup>({.log_group_name = "g"}).ok());
  EXPECT_EQ(rows(), full);  // the group is gone, and a row says what is to go
  ASSERT_TRUE(purge_deleted(*h.store).ok());
  EXPECT_EQ(rows(), before - 1);
}

TEST_F(LogsTest, RejectsEventsOutsideTheWindow) {
  make_stream("s");
  int64_t now = h.clock.now().ms();
  auto out = h.call<api::PutLogEvents>(
      {.log_group_name = "g",
       .log_stream_name = "s",
       .log_events = {
           {now - 15 * 86'400'000ll, "old"}, {now, "ok"}, {now + 3 * 3'600'000, "new"}}});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->rejected_log_events_info->too_old_log_event_end_index, 1);
  EXPECT_EQ(out->rejected_log_events_info->too_new_log_event_start_index, 2);
  auto bad = h.call<api::PutLogEvents>(
      {.log_group_name = "g", .log_stream_name = "s", .log_events = {{now, "b"}, {now - 1, "a"}}});
  EXPECT_THAT(bad.error().message(), HasSubstr("chronological order"));
}

TEST_F(LogsTest, WriterMakesStreamsAndRetentionDeletes) {
  LogWriter writer(h.ports);
  svc::Scope scope = svc::testing::Harness::root_call().scope;
  writer.append(scope, "/aws/lambda/f", "s", {{h.clock.now(), "START"}, {h.clock.now(), "END"}});
  h.runner.advance_ms(LogWriter::kFlushMs);
  auto events = h.call<api::FilterLogEvents>({.log_group_name = "/aws/lambda/f"});
  EXPECT_EQ(joined(events->events), "START END ");
  EXPECT_FALSE(
      h.call<api::PutRetentionPolicy>({.log_group_name = "/aws/lambda/f", .retention_in_days = 2})
          .ok());
  h.call<api::PutRetentionPolicy>({.log_group_name = "/aws/lambda/f", .retention_in_days = 1})
      .value();
  writer.start();
  h.runner.advance_ms(25 * 3'600'000);
  EXPECT_TRUE(h.call<api::FilterLogEvents>({.log_group_name = "/aws/lambda/f"})->events->empty());
  EXPECT_EQ((*h.call<api::DescribeLogGroups>({.log_group_name_prefix = "/aws"})->log_groups)[0]
                .stored_bytes,
            0);
  writer.stop();
}

// A function can print more lines than a transaction takes before anybody writes them.
TEST_F(LogsTest, WriterTakesMoreLinesThanOneTransactionDoes) {
  LogWriter writer(h.ports);
  svc::Scope scope = svc::testing::Harness::root_call().scope;
  constexpr int kLines = 70'000;
  writer.append(scope, "chatty", "s", std::vector<svc::LogLine>(kLines, {h.clock.now(), "y"}));
  writer.append(scope, "other", "s", {{h.clock.now(), "one"}});
  h.runner.advance_ms(LogWriter::kFlushMs);
  auto stored = [&](std::string group) {
    return (*h.call<api::DescribeLogGroups>({.log_group_name_prefix = group})->log_groups)[0]
        .stored_bytes.value_or(0);
  };
  EXPECT_EQ(stored("chatty"), kLines * 27);
  EXPECT_EQ(stored("other"), 29);
  auto head = h.call<api::GetLogEvents>(
      {.log_group_name = "chatty", .log_stream_name = "s", .limit = 10, .start_from_head = true});
  EXPECT_EQ(joined(head->events), "y y y y y y y y y y ");
}

TEST_F(LogsTest, WriterWritesWhileTheWorkersAreBusy) {
  LogWriter writer(h.ports);
  h.runner.is_full = true;
  writer.append(svc::testing::Harness::root_call().scope, "g", "s", {{h.clock.now(), "line"}});
  h.runner.advance_ms(1'000);
  h.runner.is_full = false;
  h.runner.advance_ms(1'000);
  EXPECT_EQ(joined(h.call<api::FilterLogEvents>({.log_group_name = "g"})->events), "line ");
}

TEST_F(LogsTest, Tags) {
  std::string arn = "arn:aws:logs:us-east-1:123456789012:log-group:g:*";
  ASSERT_TRUE(
      h.call<api::TagResource>({.resource_arn = arn, .tags = {{"a", "1"}, {"b", "2"}}}).ok());
  ASSERT_TRUE(h.call<api::UntagLogGroup>({.log_group_name = "g", .tags = {"a"}}).ok());
  EXPECT_EQ(h.call<api::ListTagsForResource>({.resource_arn = arn})->tags->size(), 1u);
}

TEST(FilterPattern, Terms) {
  auto matches = [](const char* pattern, const char* text) {
    return FilterPattern::parse(pattern).value().matches(text);
  };
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("ERROR timeout", "a timeout ERROR"));
  EXPECT_FALSE(matches("ERROR timeout", "ERROR"));
  EXPECT_TRUE(matches("?ERROR ?WARN", "WARN x"));
  EXPECT_FALSE(matches("ERROR -Exiting", "ERROR Exiting"));
  EXPECT_TRUE(matches("\"Task timed out\"", "x Task timed out after"));
  EXPECT_FALSE(FilterPattern::parse("%[0-9]+%").ok());
  EXPECT_FALSE(FilterPattern::parse("\"open").ok());
}

}  // namespace
}  // namespace millrace::logs
