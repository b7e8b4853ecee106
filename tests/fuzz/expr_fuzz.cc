// DynamoDB expressions and values: whatever the bytes, an answer or an Error, never a crash. The
// first byte picks the parser, the rest is its text. What parses is also evaluated.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "codec/attribute_value_disk.h"
#include "codec/attribute_value_json.h"
#include "expr/condition.h"
#include "expr/key_condition.h"
#include "expr/partiql.h"
#include "expr/projection.h"
#include "expr/update.h"

using namespace millrace;  // NOLINT: a fuzz target

namespace {

const codec::Item& subject() {
  static const codec::Item kItem = *codec::item_from_json_text(
      R"({"a":{"L":[{"N":"1"},{"M":{"b":{"SS":["x"]}}}]},"b":{"S":"x"},"n":{"N":"5"},)"
      R"(":v":{"N":"2"},":l":{"L":[]},":s":{"S":"x"}})");
  return kItem;
}

void json_round_trip(std::string_view text) {
  auto item = codec::item_from_json_text(text);
  if (!item.ok() || codec::first_invalid(*item) != nullptr) return;
  auto back = codec::decode_item(codec::encode_item(*item));
  CHECK(back.ok() && *back == *item);
  std::string json;
  codec::append_json(json, *item);
  auto again = codec::item_from_json_text(json);
  CHECK(again.ok() && *again == *item);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const expr::Placeholders::Names names = {{"#n", "n"}, {"#a", "a"}};
  expr::Placeholders placeholders(&names, &subject());
  switch (data[0] % 7) {
    case 0:
      if (auto c = expr::parse_condition("FilterExpression", text, placeholders); c.ok()) {
        (void)expr::matches(*c, subject());
      }
      break;
    case 1: (void)expr::parse_key_condition(text, placeholders).ok(); break;
    case 2:
      if (auto u = expr::parse_update(text, placeholders); u.ok()) {
        codec::Item item = subject();
        (void)expr::apply(*u, item).ok();
      }
      break;
    case 3:
      if (auto p = expr::Projection::parse(text, placeholders); p.ok()) (void)p->apply(subject());
      break;
    case 4: json_round_trip(text); break;
    case 5: (void)codec::decode_item(text).ok(); break;
    case 6:
      if (auto s = expr::parse_partiql(text, {}); s.ok()) {
        if ((*s)->where) (void)expr::matches(*(*s)->where, subject());
        codec::Item item = subject();
        (void)expr::apply((*s)->update, item).ok();
      }
      break;
  }
  return 0;
}
