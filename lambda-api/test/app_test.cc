#include "lambda_api/app.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "lambda_api/log.h"

namespace lambda_api {
namespace {

Json v1(std::string method, std::string path) {
  return Json::object({{"httpMethod", method},
                       {"path", path},
                       {"body", nullptr},
                       {"isBase64Encoded", false},
                       {"requestContext", Json::object({{"stage", "dev"}})}});
}

Json v2(std::string method, std::string path, std::string stage = "$default") {
  return Json::object(
      {{"version", "2.0"},
       {"rawPath", path},
       {"rawQueryString", ""},
       {"requestContext",
        Json::object({{"stage", stage},
                      {"http", Json::object({{"method", method}, {"sourceIp", "1.2.3.4"}})}})}});
}

App::Handler say(std::string what) {
  return [what](const Request& request) -> Result<Response> {
    std::string text = what;
    for (const auto& [name, value] : request.params.fields())
      text += " " + name + "=" + value;
    return Response::text(text);
  };
}

std::string body_of(const App& app, const Json& event) {
  return std::string((*app.handle(event, {}))["body"].string());
}

int64_t status_of(const App& app, const Json& event) {
  return *(*app.handle(event, {}))["statusCode"].integer();
}

class AppTest : public ::testing::Test {
 protected:
  void SetUp() override { log::set_level(log::Level::kFatal); }
};

TEST_F(AppTest, TheMostLiteralPatternWinsInAnyOrder) {
  App app;
  app.get("/{all+}", say("all")).get("/notes/{id}", say("one")).get("/notes/mine", say("mine"));
  app.get("/notes/{id}/files/{name+}", say("file"))
      .get("/", say("root"))
      .any("/notes/mine", say("any"));
  EXPECT_EQ(body_of(app, v1("GET", "/notes/mine")), "mine");
  EXPECT_EQ(body_of(app, v1("POST", "/notes/mine")), "any");
  EXPECT_EQ(body_of(app, v1("GET", "/notes/7")), "one id=7");
  EXPECT_EQ(body_of(app, v1("GET", "/notes/7/files/a/b.txt")), "file id=7 name=a/b.txt");
  EXPECT_EQ(body_of(app, v1("GET", "/other/x")), "all all=other/x");
  EXPECT_EQ(body_of(app, v1("GET", "/")), "root");
  EXPECT_EQ(body_of(app, v1("GET", "/notes/a%20b")), "one id=a b");
}

TEST_F(AppTest, NotFoundAndMethodNotAllowed) {
  App app;
  app.get("/notes/{id}", say("one")).put("/notes/{id}", say("put"));
  EXPECT_EQ(status_of(app, v1("GET", "/nothing")), 404);
  const Json answer = *app.handle(v1("DELETE", "/notes/7"), {});
  EXPECT_EQ(answer["statusCode"].integer(), 405);
  EXPECT_EQ(answer["headers"]["allow"].string(), "GET, PUT");
  const Json head = *app.handle(v1("HEAD", "/notes/7"), {});
  EXPECT_EQ(head["statusCode"].integer(), 200);
  EXPECT_EQ(head["body"].string("?"), "");
}

TEST_F(AppTest, ErrorsBecomeAnswers) {
  App app;
  app.get("/conflict",
          [](const Request&) -> Result<Response> { return conflict("there is one already"); });
  app.get("/throw", [](const Request&) -> Result<Response> { throw std::runtime_error("secret"); });
  app.post("/json", [](const Request& request) -> Result<Response> {
    const auto json = request.json();
    if (!json) return Failure(json.error());
    return Response::json(*json, 201);
  });
  EXPECT_EQ(status_of(app, v1("GET", "/conflict")), 409);
  EXPECT_EQ(body_of(app, v1("GET", "/conflict")),
            R"({"error":{"code":"Conflict","message":"there is one already"}})");
  EXPECT_EQ(status_of(app, v1("GET", "/throw")), 500);
  EXPECT_EQ(body_of(app, v1("GET", "/throw")).find("secret"), std::string::npos);
  EXPECT_EQ(status_of(app, v1("POST", "/json").set("body", "{")), 400);
  EXPECT_EQ(status_of(app, v1("POST", "/json").set("body", "{}")), 201);
}

TEST_F(AppTest, HealthIsBuiltIn) {
  App app;
  EXPECT_EQ(body_of(app, v2("GET", "/health")), R"({"status":"ok"})");
  app.health("/up", []() -> Result<Json> { return unavailable("the table does not answer"); });
  EXPECT_EQ(status_of(app, v2("GET", "/up")), 503);
  EXPECT_EQ(status_of(app, v2("GET", "/health")), 404);
  app.health("");
  EXPECT_EQ(status_of(app, v2("GET", "/up")), 404);
}

TEST_F(AppTest, HealthIsALiteralRoute) {
  App app;
  app.health("/stats/health");
  app.get("/stats/{text+}", [](const Request&) { return Response::text("rest"); });
  EXPECT_EQ(body_of(app, v2("GET", "/stats/health")), R"({"status":"ok"})");
  EXPECT_EQ(body_of(app, v2("GET", "/stats/healthy")), "rest");
  app.get("/stats/health", [](const Request&) { return Response::text("the author's"); });
  EXPECT_EQ(body_of(app, v2("GET", "/stats/health")), "the author's");
}

TEST_F(AppTest, PayloadOneKeepsEveryValue) {
  App app;
  Request seen;
  app.post("/x", [&](const Request& request) -> Result<Response> {
    seen = request;
    Response response = Response::text("ok");
    response.headers.add("x-a", "1");
    response.headers.add("x-a", "2");
    response.cookies = {"s=1; Secure"};
    return response;
  });
  Json event = v1("POST", "/x");
  event.set("multiValueHeaders", Json::object({{"X-Tag", Json::array({"a", "b"})},
                                               {"Cookie", Json::array({"k=v; l=w=x"})}}));
  event.set("queryStringParameters", Json::object({{"q", "2"}}));
  event.set("multiValueQueryStringParameters", Json::object({{"q", Json::array({"1", "2"})}}));
  event.set("body", "aGk=").set("isBase64Encoded", true);
  const Json answer = *app.handle(event, {});
  EXPECT_EQ(seen.headers.all("x-tag").size(), 2u);
  EXPECT_EQ(seen.query.all("q").size(), 2u);
  EXPECT_EQ(seen.cookies.get("l"), "w=x");
  EXPECT_EQ(seen.body, "hi");
  EXPECT_EQ(answer["multiValueHeaders"].dump(),
            R"({"x-a":["1","2"],"set-cookie":["s=1; Secure"]})");
}

TEST_F(AppTest, PayloadTwo) {
  App app;
  Request seen;
  app.get("/x", [&](const Request& request) -> Result<Response> {
    seen = request;
    Response response = Response::bytes("\xff\x00", "application/octet-stream");
    response.cookies = {"a=1"};
    return response;
  });
  Json event = v2("GET", "/prod/x", "prod");
  event.set("rawQueryString", "a=1&a=2%20x&b=c+d&&flag");
  event.set("headers", Json::object({{"accept", "text/html,application/json"}}));
  event.set("cookies", Json::array({"session=abc"}));
  const Json answer = *app.handle(event, {});
  EXPECT_EQ(seen.path, "/x");
  EXPECT_EQ(seen.query.all("a"), (std::vector<std::string_view>{"1", "2 x"}));
  EXPECT_EQ(seen.query.get("b"), "c d");
  EXPECT_EQ(seen.query.get("flag"), "");
  EXPECT_EQ(seen.headers.get("Accept"), "text/html,application/json");
  EXPECT_EQ(seen.cookies.get("session"), "abc");
  EXPECT_EQ(seen.source_ip, "1.2.3.4");
  EXPECT_TRUE(*answer["isBase64Encoded"].boolean());
  EXPECT_EQ(answer["cookies"].dump(), R"(["a=1"])");
}

TEST_F(AppTest, OtherEventsGoToTheEventHandler) {
  App app;
  const Json schedule = Json::object({{"source", "aws.events"}});
  ASSERT_FALSE(app.handle(schedule, {}));
  app.on_event([](const Json& event, const Context& context) -> Result<Json> {
    return Json::object({{"got", event["source"]}, {"id", context.request_id}});
  });
  Context context;
  context.request_id = "r1";
  EXPECT_EQ(app.handle(schedule, context)->dump(), R"({"got":"aws.events","id":"r1"})");
}

TEST_F(AppTest, BadPatternsEndTheProgram) {
  App app;
  app.get("/a/{x}", say(""));
  EXPECT_DEATH(app.get("a", say("")), "must start");
  EXPECT_DEATH(app.get("/{a+}/b", say("")), "nothing may follow");
  EXPECT_DEATH(app.get("/{a}/{a}", say("")), "twice");
  EXPECT_DEATH(app.get("/a{b}", say("")), "whole segment");
  EXPECT_DEATH(app.get("/a/{y}", say("")), "two handlers");
}

TEST(Log, TextAndJson) {
  log::set_request_id("r1");
  log::set_format(log::Format::kText);
  EXPECT_EQ(log::format_line(log::Level::kInfo, "T", "note\nstored", {{"id", "7"}, {"n", 2}}),
            "T\tr1\tINFO\tnote stored id=7 n=2");
  log::set_format(log::Format::kJson);
  EXPECT_EQ(log::format_line(log::Level::kWarn, "T", "m", {{"id", "7"}}),
            R"({"timestamp":"T","level":"WARN","message":"m","requestId":"r1","id":"7"})");
  log::set_request_id("");
  log::set_format(log::Format::kText);
}

TEST(Log, Levels) {
  log::set_level(log::Level::kWarn);
  EXPECT_FALSE(log::enabled(log::Level::kInfo));
  EXPECT_TRUE(log::enabled(log::Level::kError));
}

}  // namespace
}  // namespace lambda_api
