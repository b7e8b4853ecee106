#include "server/admin_views.h"

#include <gtest/gtest.h>

#include "svc/metering/meter_store.h"
#include "svc/ses/operations.h"
#include "svc/testing/harness.h"

namespace millrace::server {
namespace {

using svc::testing::Harness;

class AdminViewsTest : public ::testing::Test {
 protected:
  void send(const std::string& subject, const std::string& html) {
    (void)h_.call<aws::sesv2::CreateEmailIdentity>({.email_identity = "x.example"});
    aws::sesv2::SendEmailRequest in{.from_email_address = "a@x.example"};
    in.destination = aws::sesv2::Destination{.to_addresses = {{"b@y.example"}}};
    in.content.simple = aws::sesv2::Message{.subject = {.data = subject}};
    in.content.simple->body.html = aws::sesv2::Content{.data = html};
    ASSERT_TRUE(h_.call<aws::sesv2::SendEmail>(in).ok());
  }
  Harness h_{ses::register_operations};
};

TEST_F(AdminViewsTest, OutboxIsShownInBothShapes) {
  send("hello", "<b>hi</b>");
  auto snapshot = h_.store->snapshot();
  auto ours = outbox_view(*snapshot, 10);
  EXPECT_EQ(ours->find("messages")->as_array()->at(0).get_string("subject"), "hello");
  auto theirs = ses_messages_view(*snapshot, 10);
  const auto& message = theirs->find("messages")->as_array()->at(0);
  EXPECT_EQ(message.get_string("Source"), "a@x.example");
  EXPECT_EQ(message.find("Body")->get_string("html_part"), "<b>hi</b>");
}

TEST_F(AdminViewsTest, AMailCannotRunScriptInThePage) {
  send("<script>alert(1)</script>", "\"><script>alert(2)</script>");
  auto page = outbox_page(*h_.store->snapshot(), 10);
  EXPECT_EQ(page->find("<script"), std::string::npos);
  EXPECT_NE(page->find("<iframe sandbox srcdoc="), std::string::npos);
}

TEST_F(AdminViewsTest, UsageListsMeters) {
  metering::MeterStore meters(h_.ports);
  meters.count(Harness::root_call().scope, "lambda.requests", 3);
  ASSERT_TRUE(meters.flush().ok());
  auto usage = usage_view(*h_.store->snapshot(), h_.clock.now(), h_.clock.now());
  EXPECT_EQ(usage->find("usage")->as_array()->at(0).find("quantity")->number(), 3);
}

}  // namespace
}  // namespace millrace::server
