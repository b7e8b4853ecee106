#include "svc/cloudformation/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "svc/cloudformation/parameters.h"
#include "svc/cloudformation/resolver.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;
using ::testing::HasSubstr;

std::string message_of(std::string_view text) {
  auto parsed = Template::parse(text);
  if (parsed.ok()) return "";
  EXPECT_EQ(parsed.error().code(), "ValidationError");
  EXPECT_EQ(parsed.error().http_status(), 400);
  return parsed.error().message();
}

TEST(TemplateText, ShortTagsBecomeLong) {
  auto json = parse_template_text(R"(
Resources:
  T:
    Type: X
    Properties:
      A: !Ref Stage
      B: !GetAtt Table.StreamArn
      C: !Sub "${A}-x"
      D: !Join ["", [a, !Ref B]]
      E: !If [Cond, 1, !Ref AWS::NoValue]
      F: "true"
      G: true
      H: 2010-09-09
      I: 0123
      J: 12
      K: 1.5
      L: !Sub
        - "${x}"
        - x: 1
)");
  ASSERT_TRUE(json.ok()) << json.error().to_string();
  const Json& p = *json->find("Resources")->find("T")->find("Properties");
  EXPECT_EQ(p.dump(),
            R"({"A":{"Ref":"Stage"},"B":{"Fn::GetAtt":["Table","StreamArn"]},)"
            R"("C":{"Fn::Sub":"${A}-x"},"D":{"Fn::Join":["",["a",{"Ref":"B"}]]},)"
            R"("E":{"Fn::If":["Cond",1,{"Ref":"AWS::NoValue"}]},"F":"true","G":true,)"
            R"("H":"2010-09-09","I":"0123","J":12,"K":1.5,"L":{"Fn::Sub":["${x}",{"x":1}]}})");
}

TEST(TemplateText, RefusesWhatIsNotATemplate) {
  EXPECT_THAT(message_of("{"), HasSubstr("JSON not well-formed"));
  EXPECT_THAT(message_of("a: [1"), HasSubstr("YAML not well-formed"));
  EXPECT_THAT(message_of("text"), HasSubstr("unsupported structure"));
  EXPECT_THAT(message_of(""), HasSubstr("unsupported structure"));
  EXPECT_THAT(message_of("a: !Bogus x"), HasSubstr("unknown tag !Bogus"));
  EXPECT_THAT(message_of("a: 1\na: 2"), HasSubstr("duplicate key a"));
}

// An alias bomb multiplies; CloudFormation knows no aliases at all.
TEST(TemplateText, AliasesAreRefused) {
  EXPECT_EQ(message_of("a: &x [1,2]\nb: [*x, *x]"),
            "Template error: YAML aliases are not allowed in CloudFormation templates");
}

TEST(TemplateText, DepthIsBounded) {
  EXPECT_NE(message_of(std::string(100'000, '[')), "");
  EXPECT_NE(message_of("{\"a\":" + std::string(100'000, '[')), "");
  std::string deep = "a:\n";
  for (int i = 1; i < 300; ++i)
    deep += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(message_of(deep), HasSubstr("nested too deep"));
}

TEST(Template, ReportsWhatIsWrong) {
  EXPECT_EQ(message_of("{}"),
            "Template format error: At least one Resources member must be defined.");
  EXPECT_EQ(message_of(R"({"Resources":{"A":{"Properties":{}}}})"),
            "Template format error: [/Resources/A] Every Resources object must contain a Type "
            "member.");
  EXPECT_EQ(message_of(R"({"Resources":{"A-b":{"Type":"X"}}})"),
            "Template format error: Resource name A-b is non alphanumeric.");
  EXPECT_EQ(message_of(R"({"Resources":{"A":{"Type":"X","Properties":{"P":{"Ref":"Nope"}}}}})"),
            "Template format error: Unresolved resource dependencies [Nope] in the Resources block "
            "of the template");
  EXPECT_EQ(message_of(R"({"Resources":{"A":{"Type":"X"}},"Outputs":{"O":{"Value":{"Ref":"N"}}}})"),
            "Template format error: Unresolved resource dependencies [N] in the Outputs block of "
            "the template");
  EXPECT_EQ(message_of(R"({"Resources":{"A":{"Type":"X","Properties":
              {"P":{"Fn::GetAtt":["Nope","Arn"]}}}}})"),
            "Template error: instance of Fn::GetAtt references undefined resource Nope");
  EXPECT_THAT(message_of(R"({"Resources":{"A":{"Type":"X"}},
              "Transform":"AWS::Serverless-2016-10-31"})"),
              HasSubstr("Transform \"AWS::Serverless-2016-10-31\" is not supported"));
  EXPECT_EQ(message_of(R"({"Resources":{"A":{"Type":"X"}},"Transform":["AWS::LanguageExtensions",
              "Mine"]})"),
            "Transform \"Mine\" is not supported by Millrace");
  EXPECT_EQ(message_of(R"({"Transform":"AWS::LanguageExtensions","Resources":{
              "Fn::ForEach::Loop":["x",["a"],{}]}})"),
            "Fn::ForEach is not supported by Millrace");
  EXPECT_EQ(message_of(R"({"Resources":{"A":{"Type":"X"}},"Bogus":{}})"),
            "Invalid template property or properties [Bogus]");
}

TEST(Template, CyclesAreNamed) {
  EXPECT_EQ(message_of(R"({"Resources":{
      "A":{"Type":"X","DependsOn":"B"},
      "B":{"Type":"X","Properties":{"P":{"Fn::Sub":"${C.Arn}"}}},
      "C":{"Type":"X","Properties":{"P":{"Ref":"A"}}},
      "D":{"Type":"X"}}})"),
            "Circular dependency between resources: [A, B, C]");
  EXPECT_EQ(message_of(R"({"Resources":{"A":{"Type":"X","Properties":{"P":{"Ref":"A"}}}}})"),
            "Circular dependency between resources: [A]");
}

TEST(Template, DependenciesComeFirst) {
  auto parsed = Template::parse(R"({"Resources":{
      "A":{"Type":"X","Properties":{"P":{"Ref":"B"}}},
      "B":{"Type":"X","DependsOn":["C"]},
      "C":{"Type":"X"}}})");
  ASSERT_TRUE(parsed.ok());
  std::string order;
  for (const ResourceDeclaration* resource : parsed->in_order())
    order += resource->logical_id;
  EXPECT_EQ(order, "CBA");
}

TEST(Template, Capabilities) {
  auto plain = Template::parse(R"({"Resources":{"A":{"Type":"AWS::IAM::Role"}}})");
  EXPECT_EQ(plain->required_capability(), "CAPABILITY_IAM");
  auto named = Template::parse(
      R"({"Resources":{"A":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r"}}}})");
  EXPECT_EQ(named->required_capability(), "CAPABILITY_NAMED_IAM");
  EXPECT_EQ(named->capability_reason(),
            "The following resource(s) require capabilities: [AWS::IAM::Role]");
}

class FakeSource final : public ReferenceSource {
 public:
  Result<Json> ref(const std::string& logical_id) override { return Json("ref-" + logical_id); }
  Result<Json> attribute(const Attribute& attribute) override {
    if (attribute.name == "Unknown") return Json(kKnownAfterApply);
    return Json(attribute.logical_id + ":" + attribute.name);
  }
  Result<std::string> import_value(const std::string& name) override { return "import-" + name; }
  Result<std::string> dynamic_reference(std::string_view reference) override {
    return "<" + std::string(reference) + ">";
  }
  std::string reachable_url(std::string url) override {
    size_t path = url.find('/', 8);
    return "http://here" + (path == std::string::npos ? "" : url.substr(path));
  }
};

// Resolves `value` in a template with a few parameters, mappings and conditions.
std::string resolved(const std::string& value, const std::string& transform = "") {
  auto parsed = Template::parse("{" + transform + R"("Parameters":{"Stage":{"Type":"String"}},
      "Mappings":{"M":{"dev":{"Size":"1","List":["a","b"]}}},
      "Conditions":{"IsDev":{"Fn::Equals":[{"Ref":"Stage"},"dev"]},
                    "IsProd":{"Fn::Not":[{"Condition":"IsDev"}]},
                    "Both":{"Fn::And":[{"Condition":"IsDev"},{"Condition":"IsProd"}]},
                    "Any":{"Fn::Or":[{"Condition":"IsDev"},{"Condition":"IsProd"}]}},
      "Resources":{"R":{"Type":"X"},"S":{"Type":"X","Properties":{"P":)" +
                                value + "}}}}");
  EXPECT_TRUE(parsed.ok()) << parsed.error().to_string();
  Environment environment{
      .account = "123456789012", .region = "eu-west-1", .stack_id = "id", .stack_name = "stack"};
  environment.parameters["Stage"] = Json("dev");
  FakeSource source;
  Resolver resolver(*parsed, environment, source);
  EXPECT_TRUE(resolver.evaluate_conditions().ok());
  auto out = resolver.resolve_properties(parsed->find_resource("S")->properties);
  if (!out.ok()) return out.error().message();
  const Json* p = out->find("P");
  return p == nullptr ? "(none)" : p->dump();
}

TEST(Resolver, Functions) {
  struct Row {
    const char* value;
    const char* result;
  };
  for (const Row& row : std::initializer_list<Row>{
           {R"({"Ref":"Stage"})", R"("dev")"},
           {R"({"Ref":"R"})", R"("ref-R")"},
           {R"({"Ref":"AWS::AccountId"})", R"("123456789012")"},
           {R"({"Ref":"AWS::NoValue"})", "(none)"},
           {R"([1,{"Ref":"AWS::NoValue"},2])", "[1,2]"},
           {R"({"Fn::GetAtt":["R","Arn"]})", R"("R:Arn")"},
           {R"({"Fn::GetAtt":"R.A.B"})", R"("R:A.B")"},
           {R"({"Fn::Join":["-",["a",{"Ref":"Stage"},1]]})", R"("a-dev-1")"},
           {R"({"Fn::Sub":"${Stage}/${R}/${R.Arn}/${AWS::Region}/${!Keep}"})",
            R"("dev/ref-R/R:Arn/eu-west-1/${Keep}")"},
           {R"({"Fn::Sub":["${x}-${Stage}",{"x":{"Ref":"R"}}]})", R"("ref-R-dev")"},
           {R"({"Fn::Select":["1",["a","b"]]})", R"("b")"},
           {R"({"Fn::Select":[0,{"Fn::Split":["/","x/y"]}]})", R"("x")"},
           {R"({"Fn::FindInMap":["M",{"Ref":"Stage"},"Size"]})", R"("1")"},
           {R"({"Fn::Join":["",{"Fn::FindInMap":["M","dev","List"]}]})", R"("ab")"},
           {R"({"Fn::If":["IsDev","yes","no"]})", R"("yes")"},
           {R"({"Fn::If":["IsProd","yes",{"Ref":"AWS::NoValue"}]})", "(none)"},
           {R"({"Fn::If":["Both","yes","no"]})", R"("no")"},
           {R"({"Fn::If":["Any","yes","no"]})", R"("yes")"},
           {R"({"Fn::Base64":"hi"})", R"("aGk=")"},
           {R"({"Fn::ImportValue":{"Fn::Sub":"${Stage}-x"}})", R"("import-dev-x")"},
           {R"("{{resolve:ssm:/a/b}}!")", R"("<ssm:/a/b>!")"},
           {R"({"Fn::GetAZs":""})", R"(["eu-west-1a","eu-west-1b","eu-west-1c"])"},
           // Unknown until deployed: whatever is made of it is unknown too.
           {R"({"Fn::Select":[3,{"Fn::Split":["/",{"Fn::GetAtt":["R","Unknown"]}]}]})",
            R"("{{changeSet:KNOWN_AFTER_APPLY}}")"},
           // Addresses of APIs become reachable.
           {R"({"Fn::Join":["",["https://",{"Ref":"R"},".example.com/"]]})",
            R"("https://ref-R.example.com/")"},
           {R"({"Fn::Sub":"https://abc.execute-api.${AWS::Region}.${AWS::URLSuffix}/dev/x"})",
            R"("http://here/dev/x")"},
           {R"({"Fn::Sub":"a https://abc.execute-api.eu-west-1.amazonaws.com b"})",
            R"("a http://here b")"},
           {R"({"Fn::Sub":"arn:aws:execute-api:${AWS::Region}:1:abc"})",
            R"("arn:aws:execute-api:eu-west-1:1:abc")"},
           {R"({"Fn::Select":["5",["a"]]})",
            "Template error: Fn::Select cannot select nonexistent value at index 5"},
           {R"({"Fn::FindInMap":["M","prod","Size"]})",
            "Template error: Unable to get mapping for M::prod::Size"},
           {R"({"Fn::Cidr":["10.0.0.0/16","3","8"]})",
            R"(["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"])"},
           {R"({"Fn::Select":[1,{"Fn::Cidr":["192.168.7.9/24",2,5]}]})", R"("192.168.7.32/27")"},
           {R"({"Fn::Select":[255,{"Fn::Cidr":["2001:db8::/56",256,64]}]})",
            R"("2001:db8:0:ff::/64")"},
           {R"({"Fn::Cidr":["10.0.0.0/24",4,7]})",
            "Template error: Fn::Cidr cannot cut 10.0.0.0/24 into 4 blocks with 7 host bits"},
           {R"({"Fn::Cidr":["x",4,7]})",
            "Template error: Fn::Cidr cannot cut x into 4 blocks with 7 host bits"},
           {R"({"Fn::Length":[1,2]})",
            "Template error: Fn::Length needs the transform AWS::LanguageExtensions"},
           {R"({"Fn::Bogus":"x"})", "Template error: Fn::Bogus is not supported by Millrace"}}) {
    EXPECT_EQ(resolved(row.value), row.result) << row.value;
  }
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-languageextensions.html
TEST(Resolver, LanguageExtensions) {
  auto extended = [](const std::string& value) {
    return resolved(value, R"("Transform":"AWS::LanguageExtensions",)");
  };
  EXPECT_EQ(extended(R"({"Fn::Length":{"Fn::Split":["/","a/b/c"]}})"), "3");
  EXPECT_EQ(extended(R"({"Fn::ToJsonString":{"a":{"Ref":"Stage"},"b":[1]}})"),
            R"("{\"a\":\"dev\",\"b\":[1]}")");
  EXPECT_EQ(extended(R"({"Fn::FindInMap":["M","prod","Size",{"DefaultValue":"9"}]})"), R"("9")");
  EXPECT_EQ(extended(R"({"Fn::FindInMap":["M","dev","Size",{"DefaultValue":"9"}]})"), R"("1")");
  EXPECT_EQ(resolved(R"({"Fn::FindInMap":["M","prod","Size",{"DefaultValue":"9"}]})"),
            "Template error: The DefaultValue of Fn::FindInMap needs the transform "
            "AWS::LanguageExtensions");
}

// A short template must not become a long one.
TEST(Resolver, WhatFunctionsGiveIsBounded) {
  std::string many(200'000, ',');
  std::string delimiter(1'000, 'd');
  EXPECT_EQ(
      resolved(R"({"Fn::Join":[")" + delimiter + R"(",{"Fn::Split":[",",")" + many + R"("]}]})"),
      "Template error: the template's functions give more than 16777216 bytes");
  std::string references;
  for (int i = 0; i < 61; ++i)
    references += "{{resolve:ssm:x}}";
  EXPECT_EQ(resolved("\"" + references + "\""), "Template error: more than 60 dynamic references");
  std::string conditions = R"("C0":{"Fn::Equals":["a","a"]})";
  for (int i = 1; i < 20'000; ++i) {
    conditions += ",\"C" + std::to_string(i) + "\":{\"Fn::Not\":[{\"Condition\":\"C" +
                  std::to_string(i - 1) + "\"}]}";
  }
  auto parsed =
      Template::parse(R"({"Resources":{"R":{"Type":"X"}},"Conditions":{"Last":{"Condition":
      "C19999"},)" + conditions +
                      "}}");
  ASSERT_TRUE(parsed.ok());
  Environment environment;
  FakeSource source;
  Resolver resolver(*parsed, environment, source);
  EXPECT_THAT(resolver.evaluate_conditions().error().message(), HasSubstr("is nested too deep"));
}

TEST(Resolver, RulesAreAsserted) {
  auto parsed = Template::parse(R"({"Parameters":{"V":{"Type":"String"}},
      "Rules":{"Check":{"Assertions":[{"Assert":{"Fn::Not":[{"Fn::Contains":[["1","2"],
        {"Ref":"V"}]}]},"AssertDescription":"too old"}]}},"Resources":{"R":{"Type":"X"}}})");
  ASSERT_TRUE(parsed.ok());
  Environment environment;
  FakeSource source;
  environment.parameters["V"] = Json("33");
  EXPECT_TRUE(Resolver(*parsed, environment, source).check_rules().ok());
  environment.parameters["V"] = Json("2");
  EXPECT_EQ(Resolver(*parsed, environment, source).check_rules().error().message(), "too old");
}

std::string decided(const char* declarations, std::vector<GivenParameter> given,
                    ParameterValues previous = {}) {
  auto parsed = Template::parse(std::string(R"({"Resources":{"R":{"Type":"X"}},"Parameters":)") +
                                declarations + "}");
  EXPECT_TRUE(parsed.ok()) << parsed.error().to_string();
  auto values = decide_parameters(
      *parsed, {given, previous,
                [](const std::string& name) -> Result<std::string> { return "value of " + name; }});
  if (!values.ok()) return values.error().message();
  std::string out;
  for (const auto& [name, value] : *values)
    out += name + "=" + value.resolved + ";";
  return out;
}

TEST(Parameters, AreDecidedAndChecked) {
  EXPECT_EQ(decided(R"({"A":{"Type":"String","Default":"d"},"B":{"Type":"Number"}})", {{"B", "5"}}),
            "A=d;B=5;");
  EXPECT_EQ(decided(R"({"A":{"Type":"String"},"B":{"Type":"String"}})", {}),
            "Parameters: [A, B] must have values");
  EXPECT_EQ(decided(R"({})", {{"X", "1"}}), "Parameters: [X] do not exist in the template");
  EXPECT_EQ(decided(R"({"A":{"Type":"String","AllowedValues":["x"]}})", {{"A", "y"}}),
            "Parameter 'A' must be one of AllowedValues");
  EXPECT_EQ(decided(R"({"A":{"Type":"String","AllowedPattern":"[a-z]+",
                        "ConstraintDescription":"lower case"}})",
                    {{"A", "1"}}),
            "Parameter A failed to satisfy constraint: lower case");
  EXPECT_EQ(decided(R"({"A":{"Type":"Number","MinValue":3}})", {{"A", "2"}}),
            "Parameter 'A' must be a number not less than 3");
  EXPECT_EQ(decided(R"({"A":{"Type":"Number"}})", {{"A", "x"}}), "Parameter 'A' must be a number.");
  EXPECT_EQ(decided(R"({"A":{"Type":"AWS::SSM::Parameter::Value<String>"}})", {{"A", "/p"}}),
            "A=value of /p;");
  EXPECT_EQ(
      decided(R"({"A":{"Type":"String"}})", {{"A", std::nullopt, true}}, {{"A", {"old", "old"}}}),
      "A=old;");
}

}  // namespace
}  // namespace millrace::cloudformation
