// A stack's run over the death of the process: what is in the store after any step is enough to go
// on, and nothing is made twice or lost.
#include "aws/logs.h"
#include "aws/ssm.h"
#include "svc/cloudformation/stack_testing.h"

namespace millrace::cloudformation {
namespace {

// Takes `left` more tasks; those that come later are never run.
class DyingRunner final : public TaskRunner {
 public:
  DyingRunner(TaskRunner& real, int left) : real_(real), left_(left) {}
  void post(std::function<void()> task) override {
    if (left_-- > 0) real_.post(std::move(task));
  }
  Status try_post(std::function<void()> task) override {
    if (left_-- > 0) return real_.try_post(std::move(task));
    return ok_status();
  }
  void after(int64_t delay_ms, std::function<void()> task) override {
    if (left_ > 0) real_.after(delay_ms, std::move(task));
  }
  bool is_dead() const { return left_ < 0; }

 private:
  TaskRunner& real_;
  int left_;
};

class RestartTest : public StackTest {
 protected:
  // `begin` starts a run; its process dies after `steps` tasks and another one goes on. False: the
  // run was over before.
  template <class Begin>
  bool die_after(int steps, Begin begin) {
    DyingRunner dying(h.runner, steps);
    h.ports.runner = &dying;
    begin();
    for (int i = 0; i < 50; ++i)
      h.runner.advance_ms(100);
    bool died = dying.is_dead();
    h.ports.runner = &h.runner;
    svc::testing::Harness next(register_everything);
    next.clock.advance_ms(h.clock.now().ms() - next.clock.now().ms());
    next.ports.store = h.store.get();
    connect(next);
    EXPECT_TRUE(resume(next.ports).ok());
    for (int i = 0; i < 100; ++i) {
      next.runner.run_ready();
      next.runner.advance_ms(100);
    }
    h.clock.advance_ms(20'000);  // past what the second one has seen
    return died;
  }
  std::string groups() {
    std::string names;
    auto out = must<aws::logs::DescribeLogGroups>({});
    for (const auto& group : *out.log_groups)
      names += *group.log_group_name + " ";
    return names;
  }
  size_t events_with(std::string_view text) {
    std::string all = events();
    size_t count = 0;
    for (size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1))
      ++count;
    return count;
  }
  static constexpr int kStepsMax = 60;
};

constexpr char kGood[] = R"({"Resources":{
  "A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/a"}},
  "B":{"Type":"AWS::Logs::LogGroup","DependsOn":"A"},
  "C":{"Type":"AWS::DynamoDB::Table","DependsOn":"B","Properties":{"BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}}}})";

TEST_F(RestartTest, ACreationGoesOn) {
  int steps = 1;  // the first is the request
  for (bool died = true; died; ++steps) {
    ASSERT_LT(steps, kStepsMax);
    died = die_after(
        steps, [&] { must<wire::CreateStack>({.stack_name = "app", .template_body = kGood}); });
    ASSERT_EQ(status(), "CREATE_COMPLETE") << steps << "\n" << events();
    EXPECT_EQ(events_with(":CREATE_COMPLETE"), 4u) << steps << "\n" << events();
    EXPECT_EQ(groups(), "/a " + physical_id("B") + " ") << steps;
    remove();
    EXPECT_EQ(groups(), "");
  }
  EXPECT_GT(steps, 6);
}

TEST_F(RestartTest, AFailedCreationGoesBack) {
  std::string bad = kGood;
  bad.replace(bad.find("\"DependsOn\":\"A\""), 15,
              R"("DependsOn":"A","Properties":{"LogGroupName":"/a"})");
  int steps = 1;  // the first is the request
  for (bool died = true; died; ++steps) {
    ASSERT_LT(steps, kStepsMax);
    died = die_after(steps,
                     [&] { must<wire::CreateStack>({.stack_name = "app", .template_body = bad}); });
    ASSERT_EQ(status(), "ROLLBACK_COMPLETE") << steps << "\n" << events();
    EXPECT_EQ(groups(), "") << steps;
    remove();
  }
}

TEST_F(RestartTest, AReplacementAndItsRollbackGoOn) {
  std::string renamed = kGood;
  renamed.replace(renamed.find("\"/a\""), 4, "\"/new\"");
  std::string failing = renamed;
  failing.replace(failing.find("\"AttributeName\":\"id\",\"KeyType\""), 20,
                  "\"AttributeName\":\"no\"");
  int steps = 1;  // the first is the request
  for (bool died = true; died; ++steps) {
    ASSERT_LT(steps, kStepsMax);
    create(kGood);
    std::string second = physical_id("B");
    die_after(steps,
              [&] { must<wire::UpdateStack>({.stack_name = "app", .template_body = failing}); });
    ASSERT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE") << steps << "\n" << events();
    EXPECT_EQ(groups(), "/a " + second + " ") << steps << "\n" << events();
    EXPECT_EQ(physical_id("A"), "/a");
    died = die_after(
        steps, [&] { must<wire::UpdateStack>({.stack_name = "app", .template_body = renamed}); });
    ASSERT_EQ(status(), "UPDATE_COMPLETE") << steps << "\n" << events();
    EXPECT_EQ(groups(), "/new " + second + " ") << steps << "\n" << events();
    remove();
  }
}

TEST_F(RestartTest, ADeletionGoesOn) {
  int steps = 1;  // the first is the request
  for (bool died = true; died; ++steps) {
    ASSERT_LT(steps, kStepsMax);
    create(kGood);
    std::string id = *stack().stack_id;
    died = die_after(steps, [&] { must<wire::DeleteStack>({.stack_name = "app"}); });
    EXPECT_EQ(stack(id).stack_status, "DELETE_COMPLETE") << steps;
    EXPECT_EQ(groups(), "");
  }
}

}  // namespace
}  // namespace millrace::cloudformation
