#include "expr/mapping_template.h"

#include <gtest/gtest.h>

namespace millrace::expr {
namespace {

TemplateOutput render(std::string_view text, std::string origin = "") {
  auto parsed = MappingTemplate::parse(text);
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message());
  if (!parsed.ok()) return {};
  TemplateInput input;
  input.parameter = [&](std::string_view name) { return name == "Origin" ? origin : ""; };
  input.header = [&](std::string_view name) { return name == "Origin" ? origin : ""; };
  input.context = [](std::string_view name) -> std::optional<std::string> {
    if (name == "stage") return "dev";
    if (name == "identity.sourceIp") return "1.2.3.4";
    return std::nullopt;
  };
  input.stage_variable = [](std::string_view name) -> std::optional<std::string> {
    return name == "a" ? std::optional<std::string>("A") : std::nullopt;
  };
  return parsed->render(input);
}

TEST(MappingTemplate, RendersTextAndReferences) {
  EXPECT_EQ(render("{statusCode:200}").text, "{statusCode:200}");
  EXPECT_EQ(render("").text, "");
  EXPECT_EQ(render("${context.stage}-$stageVariables.a ${context.identity.sourceIp}").text,
            "dev-A 1.2.3.4");
  EXPECT_EQ(render("costs $5 # 6 $").text, "costs $5 # 6 $");
  EXPECT_EQ(render("$unset and $!unset.").text, "$unset and .");
  EXPECT_EQ(render("#set($a = 'x')\n$a").text, "x");
}

// As osls writes it for several origins.
constexpr char kOslsCors[] =
    "#set($origin = $input.params(\"Origin\"))\n"
    "#if($origin == \"\") #set($origin = $input.params(\"origin\")) #end\n"
    "#if($origin.matches(\"http://localhost:3000\") || "
    "$origin.matches(\"https://.+[.]example[.]com\")"
    ") #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin) #end";

TEST(MappingTemplate, AnswersCorsAsServerlessFrameworkWantsIt) {
  TemplateOutput known = render(kOslsCors, "https://app.example.com");
  EXPECT_EQ(known.header_overrides.at("Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_TRUE(render(kOslsCors, "https://evil.com").header_overrides.empty());
  EXPECT_TRUE(render(kOslsCors).header_overrides.empty());
}

// As CDK writes it.
TEST(MappingTemplate, AnswersCorsAsCdkWantsIt) {
  TemplateOutput output = render(
      "#set($origin = $input.params().header.get(\"Origin\"))\n"
      "#if($origin == \"\")\n  #set($origin = $input.params().header.get(\"origin\"))\n#end\n"
      "#if($origin == \"https://a.com\")\n"
      "  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end",
      "https://a.com");
  EXPECT_EQ(output.header_overrides.at("Access-Control-Allow-Origin"), "https://a.com");
}

TEST(MappingTemplate, TakesTheFirstTrueBranch) {
  constexpr char kText[] =
      "#if($context.stage == 'prod')p#elseif(!($context.stage != 'dev') && true)d#else e#end";
  EXPECT_EQ(render(kText).text, "d");
  EXPECT_EQ(*render("#set($context.responseOverride.status = 404)").status_override, 404);
  EXPECT_FALSE(render("#set($context.responseOverride.status = 40)").status_override.has_value());
}

TEST(MappingTemplate, RefusesByNameWhatItLacks) {
  struct Case {
    const char* text;
    const char* named;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"#foreach($x in $y)#end", "#foreach"},
           {"#define($x)#end", "#define"},
           {"$util.escapeJavaScript('x')", "$util"},
           {"$input.json('$')", "$input other than $input.params"},
           {"$input.body", "$input other than $input.params"},
           {"#set($x = 'a')$x.toUpperCase()", ".toUpperCase()"},
           {"#set($x = \"a$y\")", "interpolation"},
           {"#if(true)", "#if without #end"},
           {"#end", "#end without #if"},
           {"#set($x)", "'=' expected"},
           {"## hello", "a comment"},
           {"#if($x.matches('(?=a)'))#end", "(? is not supported"},
       }) {
    auto parsed = MappingTemplate::parse(c.text);
    ASSERT_FALSE(parsed.ok()) << c.text;
    EXPECT_EQ(parsed.error().code(), "BadRequestException");
    EXPECT_NE(parsed.error().message().find(c.named), std::string::npos)
        << parsed.error().message();
  }
  std::string deep;
  for (int i = 0; i < 10'000; ++i)
    deep += "#if(true)";
  EXPECT_FALSE(MappingTemplate::parse(deep).ok());
  EXPECT_FALSE(MappingTemplate::parse("#if(" + std::string(10'000, '(')).ok());
  EXPECT_FALSE(MappingTemplate::parse("#if(" + std::string(10'000, '!')).ok());
}

}  // namespace
}  // namespace millrace::expr
