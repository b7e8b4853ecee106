#include "main/serve_options.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/random.h"

namespace millrace {
namespace {

class ServeOptionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::temp_directory_path() / ("options_" + random_uuid(thread_rng()));
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string file(const std::string& text) {
    std::string path = dir_ / "millrace.yaml";
    std::ofstream(path) << text;
    return path;
  }
  Result<ServeOptions> load(const std::vector<std::pair<std::string, std::string>>& flags) {
    auto environment = [this](const std::string& name) -> std::optional<std::string> {
      auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    return load_serve_options(flags, environment,
                              [](std::string_view key) { return key == "functions"; });
  }
  std::filesystem::path dir_;
  std::map<std::string, std::string> environment_;
};

TEST_F(ServeOptionsTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  std::string path = file("port: 1\nmax-connections: 2\ndata: /from/file\nfunctions: {a: 1}\n");
  environment_ = {{"MILLRACE_PORT", "10"}, {"MILLRACE_MAX_CONNECTIONS", "20"}};
  auto options = load({{"config", path}, {"port", "100"}});
  ASSERT_TRUE(options.ok()) << options.error().message();
  EXPECT_EQ(options->port, 100);
  EXPECT_EQ(options->max_connections, 20);
  EXPECT_EQ(options->data, "/from/file");
  EXPECT_EQ(options->listen, "127.0.0.1");
}

TEST_F(ServeOptionsTest, SectionsOfServicesAreHandedOnAsJson) {
  std::string path =
      file("functions:\n  - name: a*\n    keep_warm: 2\n    on: true\n    text: \"3\"\n");
  auto options = load({{"config", path}});
  ASSERT_TRUE(options.ok()) << options.error().message();
  EXPECT_EQ(options->sections.at("functions").dump(),
            R"([{"name":"a*","keep_warm":2,"on":true,"text":"3"}])");
}

TEST_F(ServeOptionsTest, MistakesAreNamed) {
  auto message = [&](const std::vector<std::pair<std::string, std::string>>& flags) {
    auto options = load(flags);
    return options.ok() ? "" : options.error().message();
  };
  EXPECT_EQ(message({{"port", "x"}}), "--port: 'x' is not a number from 0 to 65535");
  EXPECT_EQ(message({{"port", "70000"}}), "--port: '70000' is not a number from 0 to 65535");
  EXPECT_EQ(message({{"auth", "none"}}), "--auth: 'none' is not one of open, verify, enforce");
  std::string path = file("prot: 1\n");
  EXPECT_EQ(message({{"config", path}}), path + ": there is no option 'prot'");
  path = file("port: [1]\n");
  EXPECT_EQ(message({{"config", path}}), path + ": 'port' takes a single value");
  path = file("port: {\n");
  EXPECT_NE(message({{"config", path}}), "");
  EXPECT_NE(message({{"config", "/does/not/exist"}}), "");
  environment_ = {{"MILLRACE_PORT", "-1"}};
  EXPECT_EQ(message({}), "MILLRACE_PORT: port: '-1' is not a number from 0 to 65535");
}

TEST_F(ServeOptionsTest, OpenIsForLoopbackAlone) {
  auto complete = [&](const std::vector<std::pair<std::string, std::string>>& flags) {
    auto options = load(flags);
    CHECK(options.ok());
    Status status = complete_serve_options(*options);
    return status.ok() ? options->auth : "refused";
  };
  EXPECT_EQ(complete({}), "open");
  EXPECT_EQ(complete({{"auth", "verify"}}), "verify");
  EXPECT_EQ(complete({{"listen", "::1"}}), "open");
  EXPECT_EQ(complete({{"listen", "0.0.0.0"}}), "enforce");
  EXPECT_EQ(complete({{"listen", "0.0.0.0"}, {"auth", "open"}}), "refused");
  EXPECT_EQ(complete({{"listen", "10.0.0.1"}, {"auth", "verify"}}), "refused");
  EXPECT_EQ(complete({{"account", "12"}}), "refused");
  environment_ = {{"MILLRACE_ROOT_ACCESS_KEY_ID", "AKIA1"}};
  EXPECT_EQ(complete({}), "refused");
}

TEST_F(ServeOptionsTest, EveryRowHasNamesAndHelp) {
  for (const OptionRow& row : serve_option_table()) {
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_TRUE(row.environment_name().starts_with("MILLRACE_"));
  }
}

}  // namespace
}  // namespace millrace
