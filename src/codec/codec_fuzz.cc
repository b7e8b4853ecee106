// JSON, CBOR, XML, gzip and numbers: whatever the bytes, a value or an Error; and what is written
// again reads back equal. The first byte picks the codec.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "codec/cbor.h"
#include "codec/decimal.h"
#include "codec/gzip.h"
#include "codec/json.h"
#include "codec/xml.h"

using namespace millrace;         // NOLINT: a fuzz target
using namespace millrace::codec;  // NOLINT: a fuzz target

namespace {

void json(std::string_view text) {
  auto value = Json::parse(text);
  if (!value.ok()) return;
  auto again = Json::parse(value->dump());
  CHECK(again.ok() && *again == *value);
  auto pretty = Json::parse(value->dump_pretty());
  CHECK(pretty.ok() && *pretty == *value);
}

void append_tree(XmlWriter& xml, pugi::xml_node node) {
  xml.open(local_name(node.name()));
  for (pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_element) append_tree(xml, child);
  }
  xml.text(text_of(node));
  xml.close();
}

void xml(std::string_view text) {
  auto document = XmlDocument::parse(text);
  if (!document.ok()) return;
  std::string out;
  XmlWriter writer(out);
  append_tree(writer, document->root());
}

void number(std::string_view text) {
  auto value = Decimal::parse(text);
  if (!value.ok()) return;
  auto again = Decimal::parse(value->to_string());
  CHECK(again.ok() && *again == *value);
  std::string key;
  value->encode_ordered(key);
  std::string_view rest = key;
  auto back = Decimal::decode_ordered(rest);
  CHECK(back.ok() && *back == *value && rest.empty());
  Decimal one(1);
  if (auto sum = value->plus(one); sum.ok()) {
    auto difference = sum->minus(one);
    CHECK(difference.ok() && *difference == *value);
    std::string larger;
    sum->encode_ordered(larger);
    CHECK(key < larger);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr size_t kUnpackedBytesMax = 1 << 20;
  switch (data[0] % 6) {
    case 0: json(text); break;
    case 1: (void)Cbor::parse(text).ok(); break;
    case 2: xml(text); break;
    case 3:
      if (auto out = gunzip(text, kUnpackedBytesMax); out.ok()) {
        CHECK(out->size() <= kUnpackedBytesMax);
      }
      break;
    case 4: number(text); break;
    default: {
      std::string_view rest = text;
      if (auto value = Decimal::decode_ordered(rest); value.ok()) {
        std::string key;
        value->encode_ordered(key);
        rest = key;
        auto back = Decimal::decode_ordered(rest);
        CHECK(back.ok() && *back == *value);
      }
    }
  }
  return 0;
}
