#include "server/cloud.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "aws/sigv4.h"
#include "base/encoding.h"
#include "base/random.h"
#include "codec/gzip.h"
#include "codec/json.h"
#include "net/http_client.h"
#include "net/net_testing.h"
#include "net/runtime.h"

namespace millrace::server {
namespace {

using codec::Json;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr char kRootId[] = "AKIAROOTROOTROOTROOT";
constexpr char kRootSecret[] = "root-secret";

struct Key {
  std::string id = "test";
  std::string secret = "test";
};

class CloudTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::temp_directory_path() / ("cloud_" + random_uuid(thread_rng()));
    std::filesystem::create_directories(dir_);
    ASSERT_TRUE(runtime_.start().ok());
  }
  void TearDown() override {
    client_.stop();
    runtime_.stop();
    cloud_.reset();
    std::filesystem::remove_all(dir_);
  }
  void start(AuthMode mode) {
    CloudOptions options;
    options.data_dir = dir_;
    options.auth = mode;
    options.io_threads = 2;
    options.root_access_key_id = kRootId;
    options.root_secret_access_key = kRootSecret;
    options.installation_key = std::string(32, 'k');
    auto started = Cloud::start(std::move(options));
    ASSERT_TRUE(started.ok()) << started.error().to_string();
    cloud_ = std::move(*started);
  }
  net::ClientResponse send(net::ClientRequest request) {
    auto outcome = client_.send_blocking(std::move(request));
    if (outcome.response.ok()) return std::move(*outcome.response);
    ADD_FAILURE() << outcome.response.error().to_string();
    return {};
  }
  net::ClientResponse get(const std::string& path, Headers headers = {}) {
    net::ClientRequest request;
    request.url = cloud_->url() + path;
    request.headers = std::move(headers);
    return send(std::move(request));
  }
  // A signed POST to a service. `service` and `region` are those of the credential scope.
  net::ClientResponse call(const std::string& service, std::string body, const Key& key,
                           Headers headers, const std::string& path = "/") {
    aws::HttpRequest request;
    request.path = path;
    request.headers = std::move(headers);
    request.headers.emplace_back("Host", cloud_->url().substr(7));
    request.body.bytes = body;
    aws::Credentials credentials{key.id, aws::Secret(key.secret), "", {}};
    aws::sign_request(request, credentials, {"us-east-1", service}, system_clock().now());
    net::ClientRequest out;
    out.method = "POST";
    out.url = cloud_->url() + path;
    out.headers = request.headers;
    out.body = std::move(body);
    return send(std::move(out));
  }
  net::ClientResponse form(const std::string& service, const std::string& body,
                           const Key& key = {}) {
    return call(service, body, key, {{"Content-Type", "application/x-www-form-urlencoded"}});
  }

  std::filesystem::path dir_;
  net::Runtime runtime_{system_clock(), {.io_threads = 1}};
  net::HttpClient client_{runtime_, {}};
  std::unique_ptr<Cloud> cloud_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

// What strangers announce takes nothing from anybody: 80 such bodies would fill the memory that
// there is for bodies.
TEST_F(CloudTest, AnAnnouncedBodyTakesNoRoom) {
  start(AuthMode::kOpen);
  std::vector<std::unique_ptr<net::RawClient>> strangers;
  for (int i = 0; i < 80; ++i) {
    strangers.push_back(std::make_unique<net::RawClient>(cloud_->port()));
    strangers.back()->write(
        "POST / HTTP/1.1\r\nHost: dynamodb.us-east-1.amazonaws.com\r\n"
        "X-Amz-Target: DynamoDB_20120810.PutItem\r\nExpect: 100-continue\r\n"
        "Content-Length: 17000000\r\n\r\n");
    EXPECT_EQ(strangers.back()->read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  }
  auto answer = call("dynamodb", "{}", Key{},
                     {{"X-Amz-Target", "DynamoDB_20120810.ListTables"},
                      {"Content-Type", "application/x-amz-json-1.0"}});
  EXPECT_EQ(answer.status, 200);
}

TEST_F(CloudTest, OtherUsersOfTheMachineDoNotReadTheData) {
  start(AuthMode::kOpen);
  for (const char* folder : {"store", "objects", "incoming"}) {
    EXPECT_EQ(std::filesystem::status(dir_ / folder).permissions(),
              std::filesystem::perms::owner_all)
        << folder;
  }
}

TEST_F(CloudTest, HealthAndClockOfItsOwn) {
  start(AuthMode::kOpen);
  net::ClientResponse health = get("/_millrace/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_TRUE(has(health.body, "\"status\":\"running\""));
  net::ClientRequest advance;
  advance.method = "POST";
  advance.url = cloud_->url() + "/_millrace/clock";
  advance.body = std::string("{\"advance_seconds\": 90000}");
  EXPECT_TRUE(has(send(std::move(advance)).body, "\"aheadSeconds\":90000"));
  auto json = Json::parse(get("/_millrace/clock").body);
  ASSERT_TRUE(json.ok());
  auto now = parse_iso8601(json->get_string("now"));
  ASSERT_TRUE(now.ok());
  EXPECT_GE(now->seconds(), system_clock().now().seconds() + 89'990);
  EXPECT_EQ(get("/_millrace/nothing").status, 404);
  EXPECT_EQ(get("/_millrace/clock").status, 200);
}

TEST_F(CloudTest, ABackwardClockIsRefused) {
  start(AuthMode::kOpen);
  for (const char* body :
       {"{\"advance_seconds\": -1}", "{}", "nonsense", "{\"advance_seconds\": 1e18}"}) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = cloud_->url() + "/_millrace/clock";
    request.body = std::string(body);
    EXPECT_EQ(send(std::move(request)).status, 400) << body;
  }
}

TEST_F(CloudTest, InOpenModeUnknownKeysAreRootOfTheirAccount) {
  start(AuthMode::kOpen);
  const std::string who = "Action=GetCallerIdentity&Version=2011-06-15";
  EXPECT_TRUE(has(form("sts", who).body, "arn:aws:iam::000000000000:root"));
  EXPECT_TRUE(has(form("sts", who, {"123456789012", "x"}).body, "arn:aws:iam::123456789012:root"));
  // Known keys are verified all the same.
  net::ClientResponse good = form("sts", who, {kRootId, kRootSecret});
  EXPECT_EQ(good.status, 200) << good.body;
  net::ClientResponse forged = form("sts", who, {kRootId, "guess"});
  EXPECT_EQ(forged.status, 403);
  EXPECT_TRUE(has(forged.body, "SignatureDoesNotMatch")) << forged.body;
}

TEST_F(CloudTest, InVerifyModeUnknownKeysAreRefused) {
  start(AuthMode::kVerify);
  const std::string who = "Action=GetCallerIdentity&Version=2011-06-15";
  net::ClientResponse unknown = form("sts", who);
  EXPECT_EQ(unknown.status, 403);
  EXPECT_TRUE(has(unknown.body, "InvalidClientTokenId")) << unknown.body;
  EXPECT_EQ(form("sts", who, {kRootId, kRootSecret}).status, 200);
  EXPECT_EQ(get("/_millrace/clock").status, 200);
}

TEST_F(CloudTest, InEnforceModeTheAdminApiNeedsRoot) {
  start(AuthMode::kEnforce);
  EXPECT_EQ(get("/_millrace/health").status, 200);
  net::ClientResponse refused = get("/_millrace/usage");
  EXPECT_GE(refused.status, 400);
  EXPECT_LT(refused.status, 500);
  net::ClientResponse allowed =
      call("millrace", "{\"advance_seconds\":1}", {kRootId, kRootSecret}, {}, "/_millrace/clock");
  EXPECT_EQ(allowed.status, 200) << allowed.body;
}

TEST_F(CloudTest, UsersMayDoWhatTheirPoliciesAllow) {
  start(AuthMode::kOpen);
  auto iam = [&](const std::string& query) {
    net::ClientResponse response =
        form("iam", query + "&Version=2010-05-08", {kRootId, kRootSecret});
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  };
  iam("Action=CreateUser&UserName=ann");
  std::string made = iam("Action=CreateAccessKey&UserName=ann");
  auto between = [&](const std::string& tag) {
    size_t from = made.find("<" + tag + ">") + tag.size() + 2;
    return made.substr(from, made.find("</" + tag + ">") - from);
  };
  Key ann{between("AccessKeyId"), between("SecretAccessKey")};
  EXPECT_TRUE(
      has(form("sts", "Action=GetCallerIdentity&Version=2011-06-15", ann).body, "user/ann"));
  const std::string list = "Action=ListIdentities&Version=2010-12-01";
  net::ClientResponse denied = form("ses", list, ann);
  EXPECT_EQ(denied.status, 403) << denied.body;
  EXPECT_TRUE(has(denied.body, "is not authorized to perform: ses:ListIdentities")) << denied.body;
  iam("Action=PutUserPolicy&UserName=ann&PolicyName=p&PolicyDocument=" +
      percent_encode(R"({"Version":"2012-10-17",)"
                     R"("Statement":{"Effect":"Allow","Action":"ses:*","Resource":"*"}})"));
  EXPECT_EQ(form("ses", list, ann).status, 200);
}

TEST_F(CloudTest, WhatWeLackIsRefusedByName) {
  start(AuthMode::kOpen);
  net::ClientResponse response =
      call("kinesis", "{}", {}, {{"X-Amz-Target", "Kinesis_20131202.ListStreams"}});
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(has(response.body, "kinesis is not supported by Millrace")) << response.body;
  response = form("iam", "Action=CreateGroup&Version=2010-05-08&GroupName=g");
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(has(response.body, "CreateGroup")) << response.body;
  response = form("iam", "Action=NoSuchThing&Version=2010-05-08");
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(has(response.body, "InvalidAction")) << response.body;
}

TEST_F(CloudTest, UnsignedRequestsAreRefused) {
  start(AuthMode::kOpen);
  net::ClientRequest request;
  request.method = "POST";
  request.url = cloud_->url() + "/";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = std::string("Action=ListIdentities&Version=2010-12-01");
  net::ClientResponse response = send(std::move(request));
  EXPECT_EQ(response.status, 403);
  EXPECT_TRUE(has(response.body, "MissingAuthenticationToken")) << response.body;
}

TEST_F(CloudTest, CompressedBodiesAreUnpackedAndBombsRefused) {
  start(AuthMode::kOpen);
  auto put = [&](const std::string& json) {
    return call("monitoring", codec::gzip(json), {},
                {{"Content-Encoding", "gzip"},
                 {"Content-Type", "application/x-amz-json-1.0"},
                 {"X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData"}});
  };
  net::ClientResponse good =
      put(R"({"Namespace":"N","MetricData":[{"MetricName":"m","Value":1}]})");
  EXPECT_EQ(good.status, 200) << good.body;
  net::ClientResponse bomb = put(std::string(100 << 20, ' '));
  EXPECT_EQ(bomb.status, 400);
  EXPECT_TRUE(has(bomb.body, "too large when unpacked")) << bomb.body;
}

TEST_F(CloudTest, BrowsersGetCors) {
  start(AuthMode::kOpen);
  net::ClientRequest request;
  request.method = "OPTIONS";
  request.url = cloud_->url() + "/";
  request.headers = {{"Host", "dynamodb.us-east-1.amazonaws.com"},
                     {"Origin", "http://app"},
                     {"Access-Control-Request-Method", "POST"},
                     {"Access-Control-Request-Headers", "x-amz-target"}};
  net::ClientResponse response = send(std::move(request));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(response.header("Access-Control-Allow-Headers"), "x-amz-target");
}

TEST_F(CloudTest, ForeignPagesMayNotUseKeysThatNobodyIssued) {
  start(AuthMode::kOpen);
  const std::string list = "{}";
  auto from = [&](const Key& key, Headers headers) {
    headers.emplace_back("X-Amz-Target", "DynamoDB_20120810.ListTables");
    return call("dynamodb", list, key, std::move(headers)).status;
  };
  EXPECT_EQ(from({}, {{"Origin", "http://evil.example"}}), 403);
  EXPECT_EQ(from({}, {{"Origin", "null"}}), 403);
  EXPECT_EQ(from({}, {{"Origin", "http://localhost.evil.example"}}), 403);
  EXPECT_EQ(from({}, {{"Origin", "http://localhost:3000"}}), 200);
  EXPECT_EQ(from({}, {{"Origin", "https://[::1]:3000"}}), 200);
  EXPECT_EQ(from({kRootId, kRootSecret}, {{"Origin", "http://evil.example"}}), 200);
  EXPECT_EQ(get("/_millrace/usage", {{"Origin", "http://evil.example"}}).status, 403);
  // By a name that leads here, a page needs no Origin to read.
  Headers rebound{{"Host", "evil.example"}, {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(get("/_millrace/usage", rebound).status, 403);
}

TEST_F(CloudTest, ASignatureIsForItsServiceAndItsHeaders) {
  start(AuthMode::kEnforce);
  auto presigned = [&](const std::string& method, Headers extra) {
    aws::HttpRequest request;
    request.method = method;
    request.path = "/bucket/key";
    request.headers.emplace_back("Host", cloud_->url().substr(7));
    aws::Credentials credentials{kRootId, aws::Secret(kRootSecret), "", {}};
    aws::presign_request(request, credentials, {"us-east-1", "s3"}, system_clock().now(), 60);
    net::ClientRequest out;
    out.method = method;
    out.url = cloud_->url() + request.path + "?" + request.query;
    out.headers = std::move(extra);
    if (method == "POST") out.body = std::string("{}");
    return send(std::move(out));
  };
  net::ClientResponse other = presigned("POST", {{"X-Amz-Target", "DynamoDB_20120810.ListTables"}});
  EXPECT_EQ(other.status, 400);
  EXPECT_TRUE(has(other.body, "Credential should be scoped to correct service: 'dynamodb'. "))
      << other.body;
  net::ClientResponse copy = presigned("PUT", {{"x-amz-copy-source", "/other/secret"}});
  EXPECT_EQ(copy.status, 403);
  EXPECT_TRUE(has(copy.body, "There were headers present in the request which were not signed"))
      << copy.body;
  EXPECT_TRUE(has(copy.body, "<HeadersNotSigned>x-amz-copy-source</HeadersNotSigned>"));
  EXPECT_EQ(presigned("GET", {}).status, 404);
}

TEST_F(CloudTest, AnApiThatNobodyMadeIsForbidden) {
  start(AuthMode::kOpen);
  net::ClientResponse by_path = get("/restapis/nothere/dev/_user_request_/x");
  EXPECT_EQ(by_path.status, 403) << by_path.body;
  net::ClientResponse by_host =
      get("/dev/x", {{"Host", "nothere.execute-api.us-east-1.amazonaws.com"}});
  EXPECT_EQ(by_host.status, 403) << by_host.body;
}

TEST_F(CloudTest, WhatWasStoredIsThereAfterARestart) {
  start(AuthMode::kOpen);
  EXPECT_EQ(
      form("ses", "Action=VerifyEmailIdentity&Version=2010-12-01&EmailAddress=a%40b.c").status,
      200);
  ASSERT_TRUE(cloud_->stop().ok());
  cloud_.reset();
  start(AuthMode::kOpen);
  EXPECT_TRUE(has(form("ses", "Action=ListIdentities&Version=2010-12-01").body, "a@b.c"));
}

TEST_F(CloudTest, TwoServersCannotShareAFolder) {
  start(AuthMode::kOpen);
  CloudOptions options;
  options.data_dir = dir_;
  options.installation_key = std::string(32, 'k');
  EXPECT_FALSE(Cloud::start(std::move(options)).ok());
}

}  // namespace
}  // namespace millrace::server
