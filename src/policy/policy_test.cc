#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/document.h"
#include "policy/evaluate.h"
#include "policy/ip.h"
#include "policy/match.h"

namespace millrace::policy {
namespace {

TEST(Wildcard, MatchesRunsAndSingleCharacters) {
  struct Row {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const Row& row : std::initializer_list<Row>{{"*", "", true},
                                                   {"*", "anything", true},
                                                   {"a*c", "abbbc", true},
                                                   {"a*c", "ab", false},
                                                   {"a?c", "abc", true},
                                                   {"a?c", "ac", false},
                                                   {"", "", true},
                                                   {"", "a", false},
                                                   {"dynamodb:Get*", "dynamodb:GetItem", true},
                                                   {"*a*b*c", "xxaxxbxxc", true},
                                                   {"*a*b*c", "xxaxxcxxb", false},
                                                   {"abc", "ABC", false}}) {
    EXPECT_EQ(wildcard_match(row.pattern, row.text), row.matches) << row.pattern << " " << row.text;
  }
  EXPECT_TRUE(wildcard_match("s3:get*", "S3:GetObject", Case::kInsensitive));
}

TEST(Wildcard, ManyStarsDoNotBlowUp) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i)
    pattern += "*a";
  EXPECT_FALSE(wildcard_match(pattern + "b", std::string(2000, 'a')));
}

TEST(ArnMatch, WildcardStaysInItsPart) {
  EXPECT_TRUE(arn_match("arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1:123456789012:a:b"));
  EXPECT_FALSE(arn_match("arn:aws:sns:*:t", "arn:aws:sns:us-east-1:123456789012:t"));
  EXPECT_TRUE(arn_match("*", "arn:aws:sns:us-east-1:123456789012:t"));
}

TEST(Ip, Ranges) {
  EXPECT_TRUE(ip_in_range("203.0.113.7", "203.0.113.0/24"));
  EXPECT_FALSE(ip_in_range("203.0.114.7", "203.0.113.0/24"));
  EXPECT_TRUE(ip_in_range("2001:db8::5", "2001:db8::/32"));
  EXPECT_FALSE(ip_in_range("203.0.113.7", "2001:db8::/32"));
  EXPECT_TRUE(ip_in_range("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(is_ip_range("10.0.0.1/33"));
  EXPECT_FALSE(is_ip_range("x"));
}

std::string identity(const std::string& statement) {
  return R"({"Version":"2012-10-17","Statement":)" + statement + "}";
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html; messages as IAM
// answers them.
TEST(Document, RefusesWhatIamRefuses) {
  struct Row {
    const char* text;
    DocumentKind kind;
    const char* message;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"{", DocumentKind::kIdentity, "This policy contains invalid Json"},
           {"[]", DocumentKind::kIdentity, "Syntax errors in policy."},
           {R"({"Version":"2012-10-17"})", DocumentKind::kIdentity, "Syntax errors in policy."},
           {R"({"Version":"2020-01-01","Statement":[]})", DocumentKind::kIdentity,
            "Syntax errors in policy."},
           {R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Extra":1}})",
            DocumentKind::kIdentity, "Syntax errors in policy."},
           {R"({"Statement":{"Effect":"Allow","Action":"s3:*"}})", DocumentKind::kIdentity,
            "Policy statement must contain resources."},
           {R"({"Statement":{"Effect":"Allow","Resource":"*"}})", DocumentKind::kIdentity,
            "Policy statement must contain actions."},
           {R"({"Statement":{"Effect":"Allow","Action":"GetObject","Resource":"*"}})",
            DocumentKind::kIdentity,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
           {R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}})",
            DocumentKind::kIdentity, R"(Resource bucket must be in ARN format or "*".)"},
           {R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}})",
            DocumentKind::kIdentity, "Policy document should not specify a principal."},
           {R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*",
                "Resource":"*"}})",
            DocumentKind::kTrust, "Has prohibited field Resource"},
           {R"({"Statement":{"Effect":"Allow","Action":"s3:*","Principal":"*"}})",
            DocumentKind::kTrust, "AssumeRole policy may only specify STS AssumeRole actions."},
           {R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
                "Condition":{"StringIs":{"aws:x":"y"}}}})",
            DocumentKind::kIdentity, "Invalid Condition type : StringIs."},
           {R"({"Statement":[{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},
                {"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"}]})",
            DocumentKind::kIdentity, "Statement IDs (SID) in a single policy must be unique."}}) {
    auto document = Document::parse(std::string_view(row.text), row.kind);
    ASSERT_FALSE(document.ok()) << row.text;
    EXPECT_EQ(document.error().code(), "MalformedPolicyDocument");
    EXPECT_EQ(document.error().message(), row.message) << row.text;
  }
}

TEST(Document, DeepNestingIsRefused) {
  std::string deep(100'000, '[');
  EXPECT_FALSE(Document::parse(std::string_view(deep), DocumentKind::kIdentity).ok());
}

Decision decide(const std::string& statement, const Request& request) {
  auto document = Document::parse(std::string_view(identity(statement)), DocumentKind::kIdentity);
  EXPECT_TRUE(document.ok()) << (document.ok() ? "" : document.error().to_string());
  return evaluate_identity(*document, request);
}

Request get_object() {
  Request request{
      .action = "s3:GetObject",
      .resource = "arn:aws:s3:::notes/alice/1",
      .requester = {.account = "123456789012", .arn = "arn:aws:iam::123456789012:user/alice"}};
  request.context.set("aws:username", "alice");
  return request;
}

TEST(Evaluate, ActionsAndResources) {
  Request request = get_object();
  auto allow = [&](const std::string& rest) {
    return decide(R"({"Effect":"Allow",)" + rest + "}", request);
  };
  EXPECT_EQ(allow(R"("Action":"s3:getobject","Resource":"*")"), Decision::kAllow);
  EXPECT_EQ(allow(R"("Action":"s3:Put*","Resource":"*")"), Decision::kImplicitDeny);
  EXPECT_EQ(allow(R"("NotAction":"s3:Put*","Resource":"*")"), Decision::kAllow);
  EXPECT_EQ(allow(R"("Action":"*","Resource":"arn:aws:s3:::notes/*")"), Decision::kAllow);
  EXPECT_EQ(allow(R"("Action":"*","NotResource":"arn:aws:s3:::notes/*")"), Decision::kImplicitDeny);
  EXPECT_EQ(allow(R"("Action":"*","Resource":"arn:aws:s3:::notes/${aws:username}/*")"),
            Decision::kAllow);
  EXPECT_EQ(allow(R"("Action":"*","Resource":"arn:aws:s3:::notes/${aws:userid}/*")"),
            Decision::kImplicitDeny);
  EXPECT_EQ(allow(R"("Action":"*","Resource":"arn:aws:s3:::notes/${aws:userid, 'alice'}/*")"),
            Decision::kAllow);
  request.context.set("aws:username", "*");  // a value is never a pattern
  EXPECT_EQ(allow(R"("Action":"*","Resource":"arn:aws:s3:::notes/${aws:username}/*")"),
            Decision::kImplicitDeny);
}

TEST(Evaluate, DenyWins) {
  EXPECT_EQ(decide(R"([{"Effect":"Allow","Action":"*","Resource":"*"},
                       {"Effect":"Deny","Action":"s3:Get*","Resource":"*"}])",
                   get_object()),
            Decision::kExplicitDeny);
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
TEST(Evaluate, Conditions) {
  Request request = get_object();
  request.context.set("aws:SourceIp", "203.0.113.7");
  request.context.set("aws:CurrentTime", "2026-01-31T12:00:00Z");
  request.context.set("aws:SecureTransport", "false");
  request.context.set("aws:SourceArn", "arn:aws:events:us-east-1:123456789012:rule/r");
  request.context.set("s3:max-keys", "10");
  request.context.set("aws:TagKeys", std::vector<std::string>{"a", "b"});
  struct Row {
    const char* condition;
    bool holds;
  };
  for (const Row& row : std::initializer_list<Row>{
           {R"({"StringEquals":{"aws:username":["bob","alice"]}})", true},
           {R"({"StringEquals":{"aws:username":"Alice"}})", false},
           {R"({"StringEqualsIgnoreCase":{"aws:UserName":"Alice"}})", true},
           {R"({"StringNotEquals":{"aws:username":["bob","alice"]}})", false},
           {R"({"StringNotEquals":{"aws:absent":"x"}})", true},
           {R"({"StringEquals":{"aws:absent":"x"}})", false},
           {R"({"StringEqualsIfExists":{"aws:absent":"x"}})", true},
           {R"({"StringLike":{"aws:username":"al*"}})", true},
           {R"({"StringNotLike":{"aws:username":"al*"}})", false},
           {R"({"NumericLessThanEquals":{"s3:max-keys":"10"}})", true},
           {R"({"NumericLessThan":{"s3:max-keys":10}})", false},
           {R"({"NumericGreaterThan":{"s3:max-keys":"x"}})", false},
           {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-01-01"}})", true},
           {R"({"DateLessThan":{"aws:CurrentTime":"2026-01-31T12:00:00Z"}})", false},
           {R"({"Bool":{"aws:SecureTransport":false}})", true},
           {R"({"Bool":{"aws:SecureTransport":"true"}})", false},
           {R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}})", true},
           {R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", false},
           {R"({"ArnLike":{"aws:SourceArn":"arn:aws:events:*:123456789012:rule/*"}})", true},
           {R"({"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:1:rule/r"}})", false},
           {R"({"Null":{"aws:absent":"true"}})", true},
           {R"({"Null":{"aws:username":true}})", false},
           {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a","b","c"]}})", true},
           {R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}})", false},
           {R"({"ForAllValues:StringEquals":{"aws:absent":["a"]}})", true},
           {R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["b"]}})", true},
           {R"({"ForAnyValue:StringEquals":{"aws:absent":["b"]}})", false},
           {R"({"StringEquals":{"aws:username":"alice"},"Bool":{"aws:SecureTransport":"true"}})",
            false}}) {
    std::string statement = std::string(R"({"Effect":"Allow","Action":"*","Resource":"*",)") +
                            R"("Condition":)" + row.condition + "}";
    EXPECT_EQ(decide(statement, request), row.holds ? Decision::kAllow : Decision::kImplicitDeny)
        << row.condition;
  }
}

Document parsed(const std::string& statement, DocumentKind kind) {
  auto document = Document::parse(std::string_view(identity(statement)), kind);
  CHECK(document.ok());
  return std::move(*document);
}

TEST(Authorize, ResourcePolicyAloneAllowsWithinTheAccount) {
  Document bucket = parsed(R"({"Effect":"Allow","Action":"s3:*","Resource":"*",
      "Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"}})",
                           DocumentKind::kResource);
  Request request = get_object();
  EXPECT_EQ(authorize({.resource = &bucket}, request), Verdict::kAllowed);
  EXPECT_EQ(authorize({.resource = &bucket, .same_account = false}, request),
            Verdict::kNoIdentityAllows);
  EXPECT_EQ(authorize({}, request), Verdict::kNoIdentityAllows);
  // The account as principal lets its own policies decide.
  Document account = parsed(R"({"Effect":"Allow","Action":"s3:*","Resource":"*",
      "Principal":{"AWS":"123456789012"}})",
                            DocumentKind::kResource);
  EXPECT_EQ(authorize({.resource = &account}, request), Verdict::kNoIdentityAllows);
}

TEST(Authorize, SessionPolicyLimitsAndDenyWinsEverywhere) {
  Document all =
      parsed(R"({"Effect":"Allow","Action":"*","Resource":"*"})", DocumentKind::kIdentity);
  Document put =
      parsed(R"({"Effect":"Allow","Action":"s3:Put*","Resource":"*"})", DocumentKind::kIdentity);
  Document no = parsed(R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"})",
                       DocumentKind::kResource);
  Request request = get_object();
  EXPECT_EQ(authorize({.identity = {&all}}, request), Verdict::kAllowed);
  EXPECT_EQ(authorize({.identity = {&all}, .session = {&put}}, request), Verdict::kNoSessionAllows);
  EXPECT_EQ(authorize({.identity = {&all}, .resource = &no}, request), Verdict::kDeniedByResource);
}

TEST(Authorize, ServicesNeedTheResourcePolicyAndItsConditions) {
  Document function = parsed(R"({"Effect":"Allow","Action":"lambda:InvokeFunction",
      "Principal":{"Service":"events.amazonaws.com"},"Resource":"*",
      "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:us-east-1:1:rule/r"}}})",
                             DocumentKind::kResource);
  Request request{.action = "lambda:InvokeFunction",
                  .resource = "arn:x",
                  .requester = {.service = "events.amazonaws.com"}};
  EXPECT_EQ(authorize({.resource = &function}, request), Verdict::kNoResourceAllows);
  request.context.set("aws:SourceArn", "arn:aws:events:us-east-1:1:rule/r");
  EXPECT_EQ(authorize({.resource = &function}, request), Verdict::kAllowed);
  request.requester.service = "s3.amazonaws.com";
  EXPECT_EQ(authorize({.resource = &function}, request), Verdict::kNoResourceAllows);
}

}  // namespace
}  // namespace millrace::policy
