#include <gtest/gtest.h>

#include "svc/meter.h"
#include "svc/ses/address.h"
#include "svc/ses/mail_relay.h"
#include "svc/ses/mime.h"
#include "svc/ses/operations.h"
#include "svc/ses/outbox.h"
#include "svc/testing/harness.h"

namespace millrace::ses {
namespace {

using svc::testing::Harness;

class SesTest : public ::testing::Test {
 protected:
  void verify(const std::string& identity) {
    ASSERT_TRUE(h_.call<v2::CreateEmailIdentity>({.email_identity = identity}).ok());
  }
  std::vector<Mail> outbox() {
    auto snapshot = h_.store->snapshot();
    return *list_outbox(*snapshot, Harness::root_call().scope, 100);
  }
  v1::SendEmailRequest simple(std::string from) {
    v1::SendEmailRequest in{.source = std::move(from)};
    in.destination.to_addresses = {"Ann <ann@example.org>"};
    in.message.subject.data = "Grüße";
    in.message.body.text = v1::Content{.data = "hello"};
    return in;
  }
  Harness h_{register_operations};
};

TEST_F(SesTest, AnUnverifiedSenderIsRejectedInSesWords) {
  auto out = h_.call<v1::SendEmail>(simple("me@example.com"));
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.error().code(), "MessageRejected");
  EXPECT_EQ(out.error().message(),
            "Email address is not verified. The following identities failed the check in region "
            "US-EAST-1: me@example.com");
  EXPECT_TRUE(outbox().empty());
}

TEST_F(SesTest, AVerifiedDomainCoversItsAddressesAndSubdomains) {
  verify("example.com");
  EXPECT_TRUE(h_.call<v1::SendEmail>(simple("me@example.com")).ok());
  EXPECT_TRUE(h_.call<v1::SendEmail>(simple("me@mail.Example.com")).ok());
  EXPECT_FALSE(h_.call<v1::SendEmail>(simple("me@notexample.com")).ok());
  EXPECT_EQ(outbox().size(), 2u);
  EXPECT_EQ(h_.meter.totals[svc::meters::kSesMails], 2);
}

TEST_F(SesTest, OutboxKeepsWhatWasSentNewestFirst) {
  verify("me@example.com");
  ASSERT_TRUE(h_.call<v1::SendEmail>(simple("me@example.com")).ok());
  h_.clock.advance_ms(10);
  v2::SendEmailRequest second{.from_email_address = "me@example.com"};
  second.destination = v2::Destination{.to_addresses = {{"bob@example.org"}},
                                       .bcc_addresses = {{"eve@example.org"}}};
  second.content.simple = v2::Message{.subject = {.data = "two"}};
  second.content.simple->body.html = v2::Content{.data = "<b>hi</b>"};
  auto sent = h_.call<v2::SendEmail>(second);
  ASSERT_TRUE(sent.ok());

  auto mails = outbox();
  ASSERT_EQ(mails.size(), 2u);
  EXPECT_EQ(mails[0].message_id, *sent->message_id);
  EXPECT_EQ(mails[0].html, "<b>hi</b>");
  EXPECT_EQ(mails[0].bcc, std::vector<std::string>{"eve@example.org"});
  EXPECT_EQ(mails[0].raw.find("eve@"), std::string::npos) << "Bcc must not show in the message";
  EXPECT_EQ(mails[1].subject, "Grüße");
  EXPECT_NE(mails[1].raw.find("Subject: =?UTF-8?B?R3LDvMOfZQ==?="), std::string::npos);
  auto snapshot = h_.store->snapshot();
  ASSERT_EQ(outbox_scopes(*snapshot)->size(), 1u);
}

TEST_F(SesTest, RawMailTakesRecipientsFromItsHeaders) {
  verify("example.com");
  v1::SendRawEmailRequest in;
  in.raw_message.data =
      "From: \"Me, myself\" <me@example.com>\r\nTo: a@example.org,\r\n b@example.org\r\n"
      "Subject: raw\r\n\r\nbody";
  ASSERT_TRUE(h_.call<v1::SendRawEmail>(in).ok());
  EXPECT_EQ(outbox()[0].to, (std::vector<std::string>{"a@example.org", "b@example.org"}));
  in.raw_message.data = "no header here";
  EXPECT_EQ(h_.call<v1::SendRawEmail>(in).error().code(), "InvalidParameterValue");
}

TEST_F(SesTest, TooManyRecipientsAndBadAddressesAreRefused) {
  verify("example.com");
  auto in = simple("me@example.com");
  in.destination.to_addresses = std::vector<std::string>(51, "a@example.org");
  EXPECT_EQ(h_.call<v1::SendEmail>(in).error().message(), "Recipient count exceeds 50.");
  in.destination.to_addresses = {"nobody"};
  EXPECT_EQ(h_.call<v1::SendEmail>(in).error().message(), "Missing final '@domain'");
  v2::SendEmailRequest second{.from_email_address = "me@example.com"};
  second.content.simple = v2::Message{};
  EXPECT_EQ(h_.call<v2::SendEmail>(second).error().code(), "BadRequestException");
  second.content.template_ = v2::Template{};
  EXPECT_NE(h_.call<v2::SendEmail>(second).error().message().find("Content.Template"),
            std::string::npos);
}

TEST_F(SesTest, IdentitiesAreListedByPageAndDeleted) {
  for (const char* name : {"a@x.example", "b.example", "c@x.example"})
    verify(name);
  EXPECT_EQ(h_.call<v2::CreateEmailIdentity>({.email_identity = "b.example"}).error().code(),
            "AlreadyExistsException");
  auto page = h_.call<v1::ListIdentities>({.identity_type = "EmailAddress", .max_items = 1});
  EXPECT_EQ(page->identities, std::vector<std::string>{"a@x.example"});
  auto rest = h_.call<v1::ListIdentities>(
      {.identity_type = "EmailAddress", .next_token = page->next_token});
  EXPECT_EQ(rest->identities, std::vector<std::string>{"c@x.example"});
  ASSERT_TRUE(h_.call<v2::DeleteEmailIdentity>({.email_identity = "b.example"}).ok());
  EXPECT_EQ(h_.call<v2::GetEmailIdentity>({.email_identity = "b.example"}).error().code(),
            "NotFoundException");
}

TEST_F(SesTest, SendingNeedsPermissionOnTheIdentityThatCoversTheSender) {
  verify("example.com");
  h_.authorizer.asked.clear();
  ASSERT_TRUE(h_.call<v1::SendEmail>(simple("Me <me@example.com>")).ok());
  ASSERT_EQ(h_.authorizer.asked.size(), 1u);
  EXPECT_EQ(h_.authorizer.asked[0].action, "ses:SendEmail");
  EXPECT_EQ(h_.authorizer.asked[0].resource,
            "arn:aws:ses:us-east-1:123456789012:identity/example.com");
  EXPECT_EQ(h_.authorizer.asked[0].context["ses:FromAddress"][0], "me@example.com");
}

TEST_F(SesTest, TheRelayDeliversRetriesAndGivesUp) {
  verify("example.com");
  h_.ports.relay_mail = true;
  std::vector<MailRelay::Delivery> delivered;
  std::vector<Status> outcomes;
  MailRelay relay(h_.ports, [&](MailRelay::Delivery delivery) -> Status {
    delivered.push_back(std::move(delivery));
    if (outcomes.empty()) return ok_status();
    Status outcome = outcomes.front();
    outcomes.erase(outcomes.begin());
    return outcome;
  });
  ASSERT_TRUE(h_.call<v1::SendEmail>(simple("me@example.com")).ok());
  outcomes = {Error("MailDeferred", 503, "later")};
  ASSERT_TRUE(relay.relay_due().ok());
  ASSERT_TRUE(relay.relay_due().ok());
  EXPECT_EQ(delivered.size(), 1u) << "a deferred mail waits";
  h_.clock.advance_ms(MailRelay::kFirstRetryMs);
  ASSERT_TRUE(relay.relay_due().ok());
  ASSERT_EQ(delivered.size(), 2u);
  EXPECT_EQ(delivered[1].to, std::vector<std::string>{"ann@example.org"});

  ASSERT_TRUE(h_.call<v1::SendEmail>(simple("me@example.com")).ok());
  outcomes = {Error("MailRejected", 400, "no")};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(relay.relay_due().ok());
    h_.clock.advance_ms(MailRelay::kRetryMaxMs);
  }
  EXPECT_EQ(delivered.size(), 3u) << "rejected and delivered mails are not tried again";
}

TEST(MimeTest, LineBreaksInValuesCannotMakeHeaders) {
  std::string raw = compose({.from = "a@b.c",
                             .to = {"d@e.f"},
                             .subject = "x\r\nBcc: evil@e.f",
                             .message_id = "1",
                             .date = "now"});
  EXPECT_EQ(raw.find("\r\nBcc:"), std::string::npos);
}

TEST(AddressTest, SplitsListsOutsideQuotes) {
  EXPECT_EQ(split_address_list("\"a, b\" <c@d>, e@f (x, y), "),
            (std::vector<std::string>{"\"a, b\" <c@d>", "e@f (x, y)"}));
}

}  // namespace
}  // namespace millrace::ses
