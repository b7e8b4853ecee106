#include "aws/sigv4.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "aws/aws_chunked.h"
#include "base/encoding.h"
#include "codec/json.h"

namespace millrace::aws {
namespace {

using ::testing::HasSubstr;

const Secret kSecret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
const Instant kNow = *parse_iso8601("2015-08-30T12:36:00Z");

Status verify(const HttpRequest& request, const Secret& secret,
              AuthStyle style = AuthStyle::kJson) {
  std::vector<HeaderView> storage;
  const RequestView view = request.view(storage);
  MR_ASSIGN(const auto authorization, parse_authorization(view, style));
  if (!authorization) return missing_authentication(style);
  const std::string body_hash = hex_encode(sha256(request.body.bytes));
  return verify_signature(view, *authorization, secret,
                          payload_hash_for(view, *authorization, body_hash), style);
}

// From AWS's published suite aws-sig-v4-test-suite: the signatures of its requests.
TEST(SigV4, AwsTestSuite) {
  const struct {
    const char* name;
    const char* method;
    const char* path;
    const char* query;
    Headers headers;
    const char* signed_headers;
    const char* signature;
  } cases[] = {
      {"get-vanilla",
       "GET",
       "/",
       "",
       {},
       "host;x-amz-date",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"post-vanilla",
       "POST",
       "/",
       "",
       {},
       "host;x-amz-date",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/",
       "Param2=value2&Param1=value1",
       {},
       "host;x-amz-date",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-header-value-trim",
       "GET",
       "/",
       "",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
  };
  for (const auto& c : cases) {
    HttpRequest request{.method = c.method, .path = c.path, .query = c.query};
    request.headers = c.headers;
    request.headers.emplace_back("Host", "example.amazonaws.com");
    request.headers.emplace_back("X-Amz-Date", "20150830T123600Z");
    request.headers.emplace_back(
        "Authorization",
        fmt::format("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
                    "aws4_request, SignedHeaders={}, Signature={}",
                    c.signed_headers, c.signature));
    Status status = verify(request, kSecret);
    EXPECT_TRUE(status.ok()) << c.name << ": " << status.error().message();
  }
}

TEST(SigV4, VerifiesWhatBotocoreSigned) {
  std::ifstream file(MILLRACE_SOURCE_DIR "/tests/golden/sigv4.json");
  std::stringstream text;
  text << file.rdbuf();
  const auto rows = codec::Json::parse(text.str());
  ASSERT_TRUE(rows.ok());
  ASSERT_GT(rows->as_array()->size(), 15u);
  for (const auto& row : *rows->as_array()) {
    HttpRequest request{.method = std::string(row.get_string("method")),
                        .path = std::string(row.get_string("path")),
                        .query = std::string(row.get_string("query"))};
    for (const auto& [name, value] : *row.find("headers")->as_object()) {
      request.headers.emplace_back(name, *value.as_string());
    }
    request.body.bytes = row.get_string("body");
    Status status = verify(request, kSecret, AuthStyle::kJson);
    EXPECT_TRUE(status.ok()) << row.get_string("name") << ": " << status.error().message();
    EXPECT_FALSE(verify(request, Secret("wrong")).ok()) << row.get_string("name");
  }
}

HttpRequest sample(std::string_view service) {
  HttpRequest request{.method = "PUT", .path = "/b/a%20b", .query = "x=1&y"};
  request.headers = {{"Host", "127.0.0.1:4566"}, {"Content-Type", "a/b"}, {"User-Agent", "me"}};
  request.body.bytes = "hello";
  Credentials credentials{.access_key_id = "AKID", .secret_access_key = kSecret};
  credentials.session_token = "token";
  sign_request(request, credentials, {"eu-west-1", std::string(service)}, kNow);
  return request;
}

TEST(SigV4, WhatWeSignWeVerify) {
  for (const char* service : {"s3", "dynamodb"}) {
    HttpRequest request = sample(service);
    EXPECT_TRUE(verify(request, kSecret).ok()) << service;
    request.query = "x=2&y";
    EXPECT_EQ(verify(request, kSecret, AuthStyle::kS3).error().code(), "SignatureDoesNotMatch");
  }
  HttpRequest changed = sample("dynamodb");
  changed.body.bytes = "hellO";
  const Error error = verify(changed, kSecret).error();
  EXPECT_EQ(error.code(), "InvalidSignatureException");
  EXPECT_EQ(error.http_status(), 400);
  EXPECT_THAT(error.message(),
              HasSubstr("The Canonical String for this request should have been\n'PUT\n"));
  EXPECT_THAT(error.message(), ::testing::Not(HasSubstr(kSecret.reveal())));
}

TEST(SigV4, PresignedUrlsExpire) {
  HttpRequest request{.method = "GET", .path = "/b/k"};
  request.headers = {{"Host", "h"}};
  presign_request(request, {.access_key_id = "A", .secret_access_key = kSecret},
                  {"us-east-1", "s3"}, kNow, 60);
  EXPECT_TRUE(verify(request, kSecret, AuthStyle::kS3).ok());
  std::vector<HeaderView> storage;
  const auto authorization = parse_authorization(request.view(storage), AuthStyle::kS3);
  EXPECT_TRUE(check_signing_time(**authorization, kNow.plus_ms(60'000), AuthStyle::kS3).ok());
  Status late = check_signing_time(**authorization, kNow.plus_ms(61'000), AuthStyle::kS3);
  EXPECT_EQ(late.error().code(), "AccessDenied");
  EXPECT_EQ(late.error().message(), "Request has expired");
}

TEST(SigV4, ClockSkewDependsOnTheService) {
  std::vector<HeaderView> storage;
  const HttpRequest request = sample("dynamodb");
  const auto authorization = parse_authorization(request.view(storage), AuthStyle::kJson);
  const auto check = [&](int64_t minutes, AuthStyle style) {
    return check_signing_time(**authorization, kNow.plus_ms(minutes * 60'000), style);
  };
  EXPECT_TRUE(check(5, AuthStyle::kJson).ok());
  EXPECT_EQ(check(20, AuthStyle::kJson).error().message(),
            "Signature expired: 20150830T123600Z is now earlier than 20150830T125100Z "
            "(20150830T125600Z - 5 min.)");
  EXPECT_EQ(check(-6, AuthStyle::kQuery).error().code(), "SignatureDoesNotMatch");
  EXPECT_TRUE(check(15, AuthStyle::kS3).ok());
  EXPECT_EQ(check(16, AuthStyle::kS3).error().code(), "RequestTimeTooSkewed");
}

TEST(SigV4, MalformedHeadersGiveAwsTexts) {
  const auto parse = [](std::string_view authorization, AuthStyle style = AuthStyle::kJson,
                        std::string_view date = "20150830T123600Z") {
    const std::vector<HeaderView> headers = {
        {"host", "h"}, {"authorization", authorization}, {"x-amz-date", date}};
    return parse_authorization({"POST", "/", "", headers}, style);
  };
  EXPECT_EQ(parse("Basic abc").error().code(), "MissingAuthenticationTokenException");
  EXPECT_EQ(parse("AWS4-HMAC-SHA25 a=b").error().message(),
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ");
  EXPECT_EQ(parse("AWS4-HMAC-SHA256 Credential=a").error().message(),
            "Authorization header requires 'Signature' parameter. Authorization header requires "
            "'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a");
  constexpr char kRest[] = ", SignedHeaders=host, Signature=s";
  EXPECT_THAT(parse(std::string("AWS4-HMAC-SHA256 Credential=a/b/c/d") + kRest).error().message(),
              HasSubstr("Credential must have exactly 5 slash-delimited elements"));
  EXPECT_EQ(parse(std::string("AWS4-HMAC-SHA256 Credential=a/20150831/r/s/aws4_request") + kRest)
                .error()
                .code(),
            "InvalidSignatureException");
  EXPECT_THAT(parse(std::string("AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request") + kRest,
                    AuthStyle::kJson, "201")
                  .error()
                  .message(),
              HasSubstr("Date must be in ISO-8601 'basic format'. Got '201'."));
  EXPECT_EQ(parse("AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=x, "
                  "Signature=s")
                .error()
                .message(),
            "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  EXPECT_EQ(
      parse(std::string("AWS4-HMAC-SHA256 Credential=a") + kRest, AuthStyle::kS3).error().code(),
      "AuthorizationHeaderMalformed");
}

TEST(SigV4, ScopeHintNeedsNoValidRequest) {
  const std::vector<HeaderView> headers = {
      {"Authorization",
       "AWS4-HMAC-SHA256 Credential=test/20150830/eu-west-1/lambda/aws4_request,"
       "SignedHeaders=host,Signature=x"}};
  const ScopeHint hint = scope_hint({"GET", "/", "", headers});
  EXPECT_EQ(hint.access_key_id, "test");
  EXPECT_EQ(hint.region, "eu-west-1");
  EXPECT_EQ(hint.service, "lambda");
  const ScopeHint presigned =
      scope_hint({"GET", "/", "X-Amz-Credential=k%2F20150830%2Fus-east-1%2Fs3%2Faws4_request", {}});
  EXPECT_EQ(presigned.service, "s3");
}

TEST(Secret, IsNeverPrinted) { EXPECT_EQ(fmt::format("{}", kSecret), "***"); }

// The example of AWS's page "Signature Calculations for the Authorization Header: Transferring
// Payload in Multiple Chunks": 66,560 times 'a', in chunks of 64 KB and 1 KB.
AwsChunkedDecoder::Options page_example() {
  AwsChunkedDecoder::Options options;
  options.signing = ChunkSigning{
      .secret = kSecret,
      .date = "20130524",
      .scope = {"us-east-1", "s3"},
      .amz_date = "20130524T000000Z",
      .seed_signature = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"};
  options.signing->secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  options.decoded_length = 66'560;
  return options;
}

std::string page_example_body() {
  return "10000;chunk-signature="
         "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65'536, 'a') + "\r\n" +
         "400;chunk-signature="
         "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1'024, 'a') + "\r\n" +
         "0;chunk-signature="
         "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
}

TEST(AwsChunked, SignedChunksOfAwsExample) {
  for (size_t step : {1u, 7u, 4096u, 100'000u}) {
    AwsChunkedDecoder decoder(page_example());
    const std::string body = page_example_body();
    std::string out;
    for (size_t i = 0; i < body.size(); i += step) {
      ASSERT_TRUE(decoder.feed(std::string_view(body).substr(i, step), out).ok());
    }
    ASSERT_TRUE(decoder.finish().ok());
    EXPECT_EQ(out, std::string(66'560, 'a'));
  }
}

TEST(AwsChunked, ChangedOrCutBodiesAreRefused) {
  std::string body = page_example_body();
  std::string out;
  AwsChunkedDecoder cut(page_example());
  ASSERT_TRUE(cut.feed(std::string_view(body).substr(0, body.size() - 100), out).ok());
  EXPECT_EQ(cut.finish().error().code(), "IncompleteBody");
  body[200] = 'b';
  AwsChunkedDecoder changed(page_example());
  EXPECT_EQ(changed.feed(body, out).error().code(), "SignatureDoesNotMatch");
}

// As the JS SDK sends it (recorded).
TEST(AwsChunked, UnsignedWithTrailer) {
  AwsChunkedDecoder::Options options{.decoded_length = 6,
                                     .trailer_names = {"x-amz-checksum-crc32"}};
  std::string out;
  AwsChunkedDecoder decoder(options);
  const std::string checksum = base64_encode(Hasher::create(HashKind::kCrc32)->finish());
  auto hasher = Hasher::create(HashKind::kCrc32);
  hasher->update("hello ");
  const std::string good = base64_encode(hasher->finish());
  ASSERT_TRUE(
      decoder.feed("6\r\nhello \r\n0\r\nx-amz-checksum-crc32:" + good + "\r\n\r\n", out).ok());
  EXPECT_TRUE(decoder.finish().ok());
  EXPECT_EQ(out, "hello ");
  EXPECT_EQ(find_header(decoder.trailers(), "x-amz-checksum-crc32"), good);

  AwsChunkedDecoder wrong(options);
  EXPECT_EQ(wrong.feed("6\r\nhello \r\n0\r\nx-amz-checksum-crc32:" + checksum + "\r\n\r\n", out)
                .error()
                .code(),
            "BadDigest");
  AwsChunkedDecoder missing(options);
  EXPECT_EQ(missing.feed("6\r\nhello \r\n0\r\n\r\n", out).error().code(), "MalformedTrailerError");
  AwsChunkedDecoder longer(options);
  EXPECT_EQ(longer.feed("7\r\n", out).error().code(), "IncompleteBody");
  AwsChunkedDecoder garbage(options);
  EXPECT_EQ(garbage.feed("zz\r\n", out).error().code(), "InvalidRequest");
}

}  // namespace
}  // namespace millrace::aws
