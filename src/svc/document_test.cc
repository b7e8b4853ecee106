#include "svc/document.h"

#include <gtest/gtest.h>

#include "aws/apigateway.h"
#include "aws/apigatewayv2.h"

namespace millrace::svc {
namespace {

namespace v1 = aws::apigateway;
namespace v2 = aws::apigatewayv2;

v1::Stage full_stage() {
  v1::Stage stage;
  stage.stage_name = "dev";
  stage.created_date = Instant{1'767'225'600'123'456};
  stage.tracing_enabled = false;
  stage.variables = std::map<std::string, std::string>{{"a", "1"}, {"b", ""}};
  v1::MethodSetting setting;
  setting.throttling_rate_limit = 0.5;
  setting.throttling_burst_limit = 7;
  stage.method_settings = std::map<std::string, v1::MethodSetting>{{"*/*", setting}};
  return stage;
}

TEST(Document, KeepsEveryKindOfMemberExactly) {
  std::string text = write_document<v1::GetStage>(full_stage());
  auto read = read_document<v1::GetStage>(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->created_date->us, 1'767'225'600'123'456);
  EXPECT_FALSE(*read->tracing_enabled);
  EXPECT_EQ(read->variables->at("b"), "");
  EXPECT_EQ(*read->method_settings->at("*/*").throttling_rate_limit, 0.5);
  EXPECT_EQ(*read->method_settings->at("*/*").throttling_burst_limit, 7);
  EXPECT_FALSE(read->deployment_id.has_value());
  EXPECT_EQ(write_document<v1::GetStage>(*read), text);
}

TEST(Document, IgnoresMembersItDoesNotKnowAndRefusesOnesOfAnotherKind) {
  auto later = read_document<v1::GetStage>(R"({"stageName":"dev","addedLater":{"x":1}})");
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(*later->stage_name, "dev");
  auto damaged = read_document<v1::GetStage>(R"({"stageName":5})");
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code(), "InternalFailure");
}

TEST(Document, InputReplacesWhatItNamesAndLeavesTheRest) {
  v2::GetStageResponse row;
  row.stage_name = "$default";
  row.description = "old";
  row.stage_variables = std::map<std::string, std::string>{{"gone", "1"}};
  v2::UpdateStageRequest input;
  input.api_id = "abc";
  input.stage_name = "$default";
  input.stage_variables = std::map<std::string, std::string>{{"new", "2"}};
  apply_input<v2::UpdateStage, v2::GetStage>(input, row);
  EXPECT_EQ(*row.description, "old");
  EXPECT_EQ(*row.stage_variables, (std::map<std::string, std::string>{{"new", "2"}}));
  auto answer = output_as<v2::GetStage, v2::UpdateStage>(row);
  EXPECT_EQ(*answer.stage_variables, *row.stage_variables);
}

}  // namespace
}  // namespace millrace::svc
