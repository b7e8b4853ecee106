#include "codec/xml.h"

#include <gtest/gtest.h>

namespace millrace::codec {
namespace {

bool parses(std::string_view text) { return XmlDocument::parse(text).ok(); }

TEST(Xml, ReadsTextReferencesAndCdata) {
  auto document = XmlDocument::parse("<?xml version=\"1.0\"?><a>x&amp;&#x41;<![CDATA[<b>]]></a>");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(text_of(document->root()), "x&A<b>");
}

TEST(Xml, DocumentTypesAreRefused) {
  EXPECT_FALSE(parses("<!DOCTYPE a><a/>"));
  EXPECT_FALSE(parses("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"));
  EXPECT_FALSE(parses("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"));
}

TEST(Xml, NulIsRefusedHoweverItIsWritten) {
  for (std::string_view text : {"<a>&#0;</a>", "<a>&#000;</a>", "<a>&#x0;</a>", "<a b='&#x00;'/>"})
    EXPECT_FALSE(parses(text)) << text;
  EXPECT_TRUE(parses("<a>&#48;&#x10;</a>"));
}

TEST(Xml, NestingIsBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += "<a>";
  EXPECT_FALSE(parses(deep));
}

}  // namespace
}  // namespace millrace::codec
