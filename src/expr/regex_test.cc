#include "expr/regex.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::expr {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  auto regex = Regex::parse(pattern);
  EXPECT_TRUE(regex.ok()) << pattern;
  return regex.ok() && regex->matches(text);
}

TEST(Regex, MatchesTheWholeText) {
  EXPECT_TRUE(matches("abc", "abc"));
  EXPECT_FALSE(matches("abc", "abcd"));
  EXPECT_FALSE(matches("abc", "xabc"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("^abc$", "abc"));
}

// What osls writes for origins with wildcards.
TEST(Regex, MatchesOriginsOfDeployTools) {
  EXPECT_TRUE(matches("https://.+[.]example[.]com", "https://a.b.example.com"));
  EXPECT_FALSE(matches("https://.+[.]example[.]com", "https://example.com"));
  EXPECT_FALSE(matches("https://.+[.]example[.]com", "https://a.example.comx"));
  EXPECT_TRUE(matches("http://localhost:3000", "http://localhost:3000"));
}

TEST(Regex, KnowsClassesGroupsAndRepetition) {
  EXPECT_TRUE(matches("4\\d{2}", "404"));
  EXPECT_FALSE(matches("4\\d{2}", "500"));
  EXPECT_TRUE(matches("(4|5)..", "503"));
  EXPECT_TRUE(matches("[^a-c]+", "xyz"));
  EXPECT_FALSE(matches("[^a-c]+", "xaz"));
  EXPECT_TRUE(matches("(?:ab){2,3}", "ababab"));
  EXPECT_FALSE(matches("(?:ab){2,3}", "ab"));
  EXPECT_TRUE(matches("a?b*c+", "ccc"));
  EXPECT_TRUE(matches(".*Error.*", "an Error here"));
  EXPECT_FALSE(matches(".*", "two\nlines"));
  EXPECT_TRUE(matches("[]a]+", "]a"));
  EXPECT_TRUE(matches("a|b|", ""));
}

TEST(Regex, RefusesByNameWhatItLacks) {
  for (std::string_view pattern : {"(", ")", "a)", "[a", "*a", "a{", "a{2,1}", "a{999}", "(?=a)",
                                   "\\1", "\\b", "a++", "a^b", "[a[b]]", "\\"}) {
    auto regex = Regex::parse(pattern);
    ASSERT_FALSE(regex.ok()) << pattern;
    EXPECT_EQ(regex.error().code(), "BadRequestException");
  }
  EXPECT_FALSE(Regex::parse(std::string(5000, 'a')).ok());
  EXPECT_FALSE(Regex::parse(std::string(200, '(') + std::string(200, ')')).ok());
  EXPECT_FALSE(Regex::parse("((a{200}){200}){200}").ok());
}

TEST(Regex, TakesLinearTimeOnHostilePatterns) {
  EXPECT_FALSE(matches("(a*)*b", std::string(20'000, 'a')));
  EXPECT_FALSE(matches("(a|a)*(a|a)*(a|a)*c", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace millrace::expr
