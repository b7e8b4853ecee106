#include "client/settings.h"

#include <gtest/gtest.h>

#include "aws/dynamodb.h"
#include "aws/dynamodbstreams.h"
#include "aws/s3.h"

namespace millrace::client {
namespace {

class FakeEnvironment final : public Environment {
 public:
  std::map<std::string, std::string> variables = {{"HOME", "/home/me"}};
  std::map<std::string, std::string> files;

  std::optional<std::string> variable(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::string> file(const std::string& path) const override {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  }
};

TEST(Settings, FromTheEnvironment) {
  FakeEnvironment environment;
  environment.variables.insert({{"AWS_ACCESS_KEY_ID", "A"},
                                {"AWS_SECRET_ACCESS_KEY", "S"},
                                {"AWS_SESSION_TOKEN", "T"},
                                {"AWS_DEFAULT_REGION", "eu-west-1"},
                                {"AWS_ENDPOINT_URL", "http://h:1/"},
                                {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "https://streams"}});
  const auto settings = load_settings(environment, {});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->credentials.access_key_id, "A");
  EXPECT_EQ(settings->credentials.session_token, "T");
  EXPECT_EQ(settings->region, "eu-west-1");
  EXPECT_EQ(endpoint_for(*settings, aws::dynamodb::kService).base_url, "http://h:1");
  EXPECT_EQ(endpoint_for(*settings, aws::dynamodb::kService).authority, "h:1");
  EXPECT_EQ(endpoint_for(*settings, aws::dynamodbstreams::kService).base_url, "https://streams");
}

TEST(Settings, FromAProfile) {
  FakeEnvironment environment;
  environment.variables["AWS_ACCESS_KEY_ID"] = "ignored, a profile was named";
  environment.variables["AWS_SECRET_ACCESS_KEY"] = "x";
  environment.files["/home/me/.aws/config"] =
      "# comment\n[default]\nregion = us-west-2\n[profile p]\nregion=ap-south-1\ns3 =\n  x = y\n";
  environment.files["/home/me/.aws/credentials"] =
      "[p]\naws_access_key_id = PK\r\naws_secret_access_key = PS\n";
  const auto settings = load_settings(environment, {.profile = "p"});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->credentials.access_key_id, "PK");
  EXPECT_EQ(settings->region, "ap-south-1");
  EXPECT_EQ(endpoint_for(*settings, aws::s3::kService).base_url,
            "https://s3.ap-south-1.amazonaws.com");
  EXPECT_EQ(load_settings(environment, {.profile = "q"}).error().code(), "InvalidProfile");
}

TEST(Settings, WhatWeLackIsNamed) {
  FakeEnvironment environment;
  environment.variables["AWS_REGION"] = "us-east-1";
  EXPECT_EQ(load_settings(environment, {}).error().code(), "NoCredentials");
  environment.files["/home/me/.aws/config"] = "[default]\nrole_arn = arn:aws:iam::1:role/r\n";
  EXPECT_NE(load_settings(environment, {}).error().message().find("role_arn"), std::string::npos);
  environment.variables["AWS_ACCESS_KEY_ID"] = "A";
  environment.variables["AWS_SECRET_ACCESS_KEY"] = "S";
  EXPECT_EQ(load_settings(environment, {.endpoint_url = "localhost:4566"}).error().code(),
            "InvalidEndpoint");
  environment.variables.erase("AWS_REGION");
  EXPECT_EQ(load_settings(environment, {}).error().code(), "NoRegion");
}

}  // namespace
}  // namespace millrace::client
