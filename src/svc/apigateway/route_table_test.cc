#include "svc/apigateway/route_table.h"

#include <gtest/gtest.h>

#include "svc/apigateway/address.h"

namespace millrace::apigateway {
namespace {

class RouteLookup : public ::testing::Test {
 protected:
  void add(std::string method, std::string path) {
    table_.add({method, path}, routes_.size());
    routes_.push_back(method + " " + path);
  }
  // "METHOD /template name=value ..."
  std::string find(std::string_view method, std::string_view path) {
    auto match = table_.find({method, path});
    if (!match) return "none";
    std::string text = routes_[match->target];
    for (const auto& [name, value] : match->parameters)
      text += " " + name + "=" + value;
    return text;
  }
  RouteTable table_;
  std::vector<std::string> routes_;
};

// The table measured on AWS in floci-io/floci#3399.
TEST_F(RouteLookup, GoOnWhereTheMoreSpecificPlaceLacksTheMethod) {
  add("GET", "/users/{userId}");
  add("PATCH", "/users/me");
  add("POST", "/roles/provision");
  add("GET", "/roles/{roleId}");
  add("GET", "/things/real");
  add("POST", "/things/{proxy+}");
  EXPECT_EQ(find("GET", "/users/me"), "GET /users/{userId} userId=me");
  EXPECT_EQ(find("PATCH", "/users/me"), "PATCH /users/me");
  EXPECT_EQ(find("GET", "/users/abc123"), "GET /users/{userId} userId=abc123");
  EXPECT_EQ(find("POST", "/users/me"), "none");
  EXPECT_EQ(find("POST", "/roles/provision"), "POST /roles/provision");
  EXPECT_EQ(find("GET", "/roles/provision"), "GET /roles/{roleId} roleId=provision");
  EXPECT_EQ(find("GET", "/things/real"), "GET /things/real");
  EXPECT_EQ(find("POST", "/things/real"), "POST /things/{proxy+} proxy=real");
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
TEST_F(RouteLookup, AreChosenAsDocumentedForHttpApis) {
  add("GET", "/pets/dog/1");
  add("GET", "/pets/dog/{id}");
  add("GET", "/pets/{proxy+}");
  add("ANY", "/{proxy+}");
  EXPECT_EQ(find("GET", "/pets/dog/1"), "GET /pets/dog/1");
  EXPECT_EQ(find("GET", "/pets/dog/2"), "GET /pets/dog/{id} id=2");
  EXPECT_EQ(find("GET", "/pets/cat/1"), "GET /pets/{proxy+} proxy=cat/1");
  EXPECT_EQ(find("POST", "/test/5"), "ANY /{proxy+} proxy=test/5");
  EXPECT_EQ(find("POST", "/pets/dog/1"), "ANY /{proxy+} proxy=pets/dog/1");
}

TEST_F(RouteLookup, KeepTheNamesOfEachRoute) {
  add("GET", "/pets/{id}");
  add("POST", "/pets/{petId}");
  add("GET", "/pets/{pet}/toys/{toy}");
  EXPECT_EQ(find("POST", "/pets/7"), "POST /pets/{petId} petId=7");
  EXPECT_EQ(find("GET", "/pets/7/toys/8"), "GET /pets/{pet}/toys/{toy} pet=7 toy=8");
}

TEST_F(RouteLookup, KeepValuesRawAndCompareLiteralsDecoded) {
  add("GET", "/notes/{id}");
  add("GET", "/a.b");
  add("GET", "/f/{path+}");
  EXPECT_EQ(find("GET", "/notes/a%2Fb%20c"), "GET /notes/{id} id=a%2Fb%20c");
  EXPECT_EQ(find("GET", "/a%2eb"), "GET /a.b");
  EXPECT_EQ(find("GET", "/f/x//y/"), "GET /f/{path+} path=x//y/");
}

TEST_F(RouteLookup, DoNotTakeEmptySegmentsAsValues) {
  add("GET", "/notes/{id}");
  add("ANY", "/{proxy+}");
  add("GET", "/");
  EXPECT_EQ(find("GET", "/notes/"), "ANY /{proxy+} proxy=notes/");
  EXPECT_EQ(find("GET", "/"), "GET /");
  EXPECT_EQ(find("POST", "/"), "none");
  EXPECT_EQ(find("PUT", "//"), "ANY /{proxy+} proxy=/");
}

TEST(ApiAddress, IsFoundInHostsAndPaths) {
  struct Case {
    const char *host, *path, *expected;  // "id stage path"
  };
  for (const Case& c : std::initializer_list<Case>{
           {"abc123.execute-api.us-east-1.amazonaws.com", "/dev/x", "abc123 - /dev/x"},
           {"ABC123.Execute-Api.eu-west-1.amazonaws.com:443", "/", "abc123 - /"},
           {"abc123.execute-api.localhost.localstack.cloud:4566", "/dev", "abc123 - /dev"},
           {"abc123.execute-api.localhost:4566", "", "abc123 - /"},
           {"127.0.0.1:4566", "/restapis/abc123/dev/_user_request_/x/y", "abc123 dev /x/y"},
           {"localhost", "/restapis/abc123/dev/_user_request_", "abc123 dev /"},
           {"localhost", "/restapis/abc123/%24default/_user_request_/", "abc123 $default /"},
           {"[::1]:4566", "/_aws/execute-api/abc123/dev/x", "abc123 dev /x"},
           {"localhost", "/restapis/abc123/stages/dev", "none"},
           {"localhost", "/restapis/abc123/dev/_user_request_x", "none"},
           {"localhost", "/restapis/abc123", "none"},
           {"execute-api.us-east-1.amazonaws.com", "/", "none"},
           {"abc.execute-api.evil.com", "/", "none"},
           {"a_b.execute-api.localhost", "/", "none"},
           {"", "/", "none"},
       }) {
    auto found = find_api_address(c.host, c.path);
    std::string text =
        found ? found->api_id + " " + found->stage.value_or("-") + " " + found->path : "none";
    EXPECT_EQ(text, c.expected) << c.host << c.path;
  }
}

}  // namespace
}  // namespace millrace::apigateway
