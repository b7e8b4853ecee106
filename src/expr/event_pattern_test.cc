#include "expr/event_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::expr {
namespace {

using codec::Json;

bool matches(std::string_view pattern, std::string_view event) {
  auto compiled = EventPattern::parse(pattern);
  EXPECT_TRUE(compiled.ok()) << pattern << ": "
                             << (compiled.ok() ? "" : compiled.error().message());
  auto document = Json::parse(event);
  EXPECT_TRUE(document.ok()) << event;
  return compiled.ok() && document.ok() && compiled->matches(*document);
}

struct Case {
  const char* pattern;
  const char* event;
  bool matches;
};

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
TEST(EventPattern, MatchesAsDocumented) {
  for (const Case& c : std::initializer_list<Case>{
           {R"({"source":["a","b"]})", R"({"source":"b"})", true},
           {R"({"source":["a"]})", R"({"source":"c"})", false},
           {R"({"source":["a"]})", R"({})", false},
           {R"({"n":[1]})", R"({"n":1.0})", true},
           {R"({"n":[1]})", R"({"n":"1"})", false},
           {R"({"n":[null]})", R"({"n":null})", true},
           {R"({"n":[null]})", R"({})", false},
           {R"({"n":[""]})", R"({"n":""})", true},
           {R"({"n":[true]})", R"({"n":true})", true},
           {R"({"a":["x"],"b":["y"]})", R"({"a":"x","b":"z"})", false},
           {R"({"detail":{"state":["running"]}})", R"({"detail":{"state":"running","x":1}})", true},
           {R"({"a":["x"]})", R"({"a":["w","x"]})", true},
           {R"({"a":["x"]})", R"({"a":[]})", false},
           {R"({"a":{"b":[1],"c":[2]}})", R"({"a":[{"b":1,"c":9},{"b":1,"c":2}]})", true},
           {R"({"a":{"b":[1],"c":[4]}})", R"({"a":[{"b":1,"c":2},{"b":3,"c":4}]})", false},
           {R"({"t":[{"prefix":"2017-"}]})", R"({"t":"2017-10"})", true},
           {R"({"t":[{"prefix":{"equals-ignore-case":"EV"}}]})", R"({"t":"eventb"})", true},
           {R"({"t":[{"suffix":".png"}]})", R"({"t":"a.png"})", true},
           {R"({"t":[{"suffix":".png"}]})", R"({"t":"a.jpg"})", false},
           {R"({"t":[{"suffix":".png"}]})", R"({"t":5})", false},
           {R"({"t":[{"equals-ignore-case":"ALICE"}]})", R"({"t":"alice"})", true},
           {R"({"s":[{"anything-but":"a"}]})", R"({"s":"b"})", true},
           {R"({"s":[{"anything-but":["a",100]}]})", R"({"s":100})", false},
           {R"({"s":[{"anything-but":["a"]}]})", R"({})", false},
           {R"({"s":[{"anything-but":{"prefix":"init"}}]})", R"({"s":"initial"})", false},
           {R"({"s":[{"anything-but":{"suffix":[".txt",".rtf"]}}]})", R"({"s":"a.rtf"})", false},
           {R"({"s":[{"anything-but":{"equals-ignore-case":["X"]}}]})", R"({"s":"x"})", false},
           {R"({"s":[{"anything-but":{"wildcard":"*/lib/*"}}]})", R"({"s":"a/lib/b"})", false},
           {R"({"n":[{"numeric":[">",0,"<=",5]}]})", R"({"n":5})", true},
           {R"({"n":[{"numeric":[">",0,"<=",5]}]})", R"({"n":0})", false},
           {R"({"n":[{"numeric":["=",3.018e2]}]})", R"({"n":301.8})", true},
           {R"({"n":[{"numeric":["<",10]}]})", R"({"n":"5"})", false},
           {R"({"p":{"q":[{"exists":true}]}})", R"({"p":{"q":0}})", true},
           {R"({"p":{"q":[{"exists":true}]}})", R"({"p":{}})", false},
           {R"({"p":{"q":[{"exists":false}]}})", R"({"x":1})", true},
           {R"({"p":[{"exists":false}]})", R"({"p":null})", false},
           {R"({"p":[{"exists":false},"a"]})", R"({"p":"a"})", true},
           {R"({"f":[{"wildcard":"dir/*.png"}]})", R"({"f":"dir/a/b.png"})", true},
           {R"({"f":[{"wildcard":"a*b*c"}]})", R"({"f":"aXbYbZc"})", true},
           {R"({"f":[{"wildcard":"a\\*b"}]})", R"({"f":"a*b"})", true},
           {R"({"f":[{"wildcard":"a\\*b"}]})", R"({"f":"axb"})", false},
           {R"({"ip":[{"cidr":"10.0.0.0/24"}]})", R"({"ip":"10.0.0.255"})", true},
           {R"({"ip":[{"cidr":"10.0.0.0/24"}]})", R"({"ip":"10.0.1.0"})", false},
           {R"({"$or":[{"a":["x"]},{"b":[{"numeric":["<",3]}]}]})", R"({"b":2})", true},
           {R"({"$or":[{"a":["x"]},{"b":[{"numeric":["<",3]}]}]})", R"({"a":"y","b":4})", false},
           {R"({"c":[1],"$or":[{"a":["x"]},{"b":["y"]}]})", R"({"a":"x"})", false},
           {R"({"d":{"$or":[{"a":["x"]},{"b":["y"]}]}})", R"({"d":{"b":"y"}})", true},
           {R"({"$or":["plain"]})", R"({"$or":"plain"})", true},
       }) {
    EXPECT_EQ(matches(c.pattern, c.event), c.matches) << c.pattern << " on " << c.event;
  }
}

TEST(EventPattern, RefusesWithAwsReason) {
  struct Refused {
    const char* pattern;
    const char* reason;
  };
  for (const Refused& c : std::initializer_list<Refused>{
           {R"({"source":"a"})", "\"source\" must be an object or an array"},
           {R"([])", "Filter is not an object"},
           {R"({bad)", "Filter is not an object"},
           {R"({})", "Empty objects are not allowed"},
           {R"({"a":{}})", "Empty objects are not allowed"},
           {R"({"a":[]})", "Empty arrays are not allowed"},
           {R"({"a":[{"sufix":"x"}]})", "Unrecognized match type sufix"},
           {R"({"a":[{"prefix":"x","suffix":"y"}]})", "Only one key allowed in match expression"},
           {R"({"a":[{"exists":"yes"}]})", "exists match pattern must be either true or false."},
           {R"({"a":[{"numeric":">"}]})", "Value of numeric must be an array."},
           {R"({"a":[{"numeric":[">",5,"<",3]}]})", "Bottom must be less than top"},
           {R"({"a":[{"numeric":["~",5]}]})", "Unrecognized numeric range operator"},
           {R"({"a":[{"wildcard":"a**b"}]})", "Consecutive wildcard characters at pos 1"},
           {R"({"a":[{"wildcard":"a\\b"}]})", "Invalid escape character at pos 1"},
       }) {
    auto pattern = EventPattern::parse(c.pattern);
    ASSERT_FALSE(pattern.ok()) << c.pattern;
    EXPECT_EQ(pattern.error().code(), "InvalidEventPatternException");
    EXPECT_EQ(pattern.error().message(),
              std::string("Event pattern is not valid. Reason: ") + c.reason);
  }
}

TEST(EventPattern, BoundsItsDepth) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += R"({"a":)";
  EXPECT_FALSE(EventPattern::parse(deep).ok());
  std::string nested;
  for (int i = 0; i < 200; ++i)
    nested += R"({"a":)";
  nested += "[1]" + std::string(200, '}');
  EXPECT_FALSE(EventPattern::parse(nested).ok());
}

}  // namespace
}  // namespace millrace::expr
