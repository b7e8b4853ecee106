#include "svc/cloudformation/change.h"

#include <gtest/gtest.h>

namespace millrace::cloudformation {
namespace {

using codec::Json;

constexpr PropertyRule kRules[] = {{.name = "Size"},
                                   {.name = "Name", .on_change = OnChange::kReplace}};

class ChangeTest : public testing::Test {
 protected:
  ChangeTest() {
    type_.name = "AWS::Test::Thing";
    type_.properties = kRules;
    type_.update = [](ResourceStep&, const ResourceRecord&) -> Result<ResourceState> {
      return Error::internal("not called");
    };
    existing_.type = "AWS::Test::Thing";
    existing_.properties = Json::parse(R"({"Size":1,"Name":"a"})").value();
    existing_.tags = {{"team", "x"}};
  }
  Change with(std::string_view properties, const Tags& tags = {{"team", "x"}}) {
    return decide(existing_, type_, Json::parse(properties).value(), tags);
  }
  ResourceType type_;
  ResourceRecord existing_;
};

TEST_F(ChangeTest, ByProperty) {
  EXPECT_EQ(with(R"({"Name":"a","Size":1})"), Change::kNone);
  EXPECT_EQ(with(R"({"Name":"a","Size":2})"), Change::kUpdate);
  EXPECT_EQ(with(R"({"Name":"a"})"), Change::kUpdate);
  EXPECT_EQ(with(R"({"Name":"b","Size":2})"), Change::kReplace);
  EXPECT_EQ(with(R"({"Name":"a","Size":1})", {}), Change::kUpdate);
  existing_.type = "AWS::Test::Other";
  EXPECT_EQ(with(R"({"Name":"a","Size":1})"), Change::kReplace);
}

TEST_F(ChangeTest, WhatCannotBeUpdatedIsReplaced) {
  type_.update = nullptr;
  EXPECT_EQ(with(R"({"Name":"a","Size":1})"), Change::kNone);
  EXPECT_EQ(with(R"({"Name":"a","Size":2})"), Change::kReplace);
  EXPECT_EQ(with(R"({"Name":"a","Size":1})", {}), Change::kReplace);
  EXPECT_EQ(change_of_tags(type_), Change::kReplace);
}

}  // namespace
}  // namespace millrace::cloudformation
