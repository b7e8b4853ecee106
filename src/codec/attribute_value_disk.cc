#include "codec/attribute_value_disk.h"

namespace millrace::codec {

namespace {

using Type = AttributeValue::Type;

// Frozen.
constexpr char kItemVersion = 1;
constexpr uint8_t kTagFalse = 10;  // Type::kBool
constexpr uint8_t kTagTrue = 11;

Error damaged() { return Error::internal("damaged item bytes"); }

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

Result<uint64_t> take_varint(std::string_view& in) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (in.empty()) return damaged();
    const auto byte = static_cast<uint8_t>(in[0]);
    in.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return damaged();
}

void put_bytes(std::string& out, std::string_view bytes) {
  put_varint(out, bytes.size());
  out += bytes;
}

Result<std::string> take_bytes(std::string_view& in) {
  MR_ASSIGN(uint64_t size, take_varint(in));
  if (size > in.size()) return damaged();
  std::string bytes(in.substr(0, size));
  in.remove_prefix(size);
  return bytes;
}

// A count of members that each take at least one byte.
Result<size_t> take_count(std::string_view& in) {
  MR_ASSIGN(uint64_t count, take_varint(in));
  if (count > in.size()) return damaged();
  return static_cast<size_t>(count);
}

void put_attributes(std::string& out, const Item& item) {
  put_varint(out, item.size());
  for (const auto& [name, value] : item) {
    put_bytes(out, name);
    encode_value(out, value);
  }
}

Result<AttributeValue> take_value(std::string_view& in, int level);

Result<Item> take_attributes(std::string_view& in, int level) {
  MR_ASSIGN(size_t count, take_count(in));
  Item item;
  item.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    MR_ASSIGN(std::string name, take_bytes(in));
    MR_ASSIGN(AttributeValue value, take_value(in, level));
    item.append(std::move(name), std::move(value));
  }
  item.sort_appended();
  return item;
}

template <class T, class Take>
Result<std::vector<T>> take_members(std::string_view& in, Take take) {
  MR_ASSIGN(size_t count, take_count(in));
  std::vector<T> members;
  members.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    MR_ASSIGN(T member, take(in));
    members.push_back(std::move(member));
  }
  return members;
}

Result<AttributeValue> take_set(std::string_view& in, Type type) {
  if (type == Type::kNs) {
    MR_ASSIGN(auto members, take_members<Decimal>(in, Decimal::decode_ordered));
    if (members.empty()) return damaged();
    return AttributeValue::of_ns(std::move(members));
  }
  MR_ASSIGN(auto members, take_members<std::string>(in, take_bytes));
  if (members.empty()) return damaged();
  return type == Type::kSs ? AttributeValue::of_ss(std::move(members))
                           : AttributeValue::of_bs(std::move(members));
}

Result<AttributeValue> take_value(std::string_view& in, int level) {
  if (in.empty() || level > kNestingLevelsMax) return damaged();
  const auto tag = static_cast<uint8_t>(in[0]);
  in.remove_prefix(1);
  if (tag == kTagTrue) return AttributeValue::of_bool(true);
  if (tag == kTagFalse) return AttributeValue::of_bool(false);
  switch (static_cast<Type>(tag)) {
    case Type::kS: {
      MR_ASSIGN(std::string text, take_bytes(in));
      return AttributeValue::of_s(std::move(text));
    }
    case Type::kN: {
      MR_ASSIGN(Decimal number, Decimal::decode_ordered(in));
      return AttributeValue::of_n(number);
    }
    case Type::kB: {
      MR_ASSIGN(std::string bytes, take_bytes(in));
      return AttributeValue::of_b(std::move(bytes));
    }
    case Type::kSs:
    case Type::kNs:
    case Type::kBs: return take_set(in, static_cast<Type>(tag));
    case Type::kM: {
      MR_ASSIGN(Item item, take_attributes(in, level + 1));
      return AttributeValue::of_m(std::move(item));
    }
    case Type::kL: {
      const auto take = [level](std::string_view& rest) { return take_value(rest, level + 1); };
      MR_ASSIGN(auto list, take_members<AttributeValue>(in, take));
      return AttributeValue::of_l(std::move(list));
    }
    case Type::kNull: return AttributeValue::of_null();
    default: return damaged();
  }
}

}  // namespace

void encode_value(std::string& out, const AttributeValue& value) {
  if (value.is(Type::kBool)) {
    out += static_cast<char>(value.boolean() ? kTagTrue : kTagFalse);
    return;
  }
  out += static_cast<char>(value.type());
  switch (value.type()) {
    case Type::kInvalid: CHECK(false); break;
    case Type::kS: put_bytes(out, value.s()); break;
    case Type::kN: value.n().encode_ordered(out); break;
    case Type::kB: put_bytes(out, value.b()); break;
    case Type::kSs:
      put_varint(out, value.ss().size());
      for (const auto& member : value.ss())
        put_bytes(out, member);
      break;
    case Type::kNs:
      put_varint(out, value.ns().size());
      for (const auto& member : value.ns())
        member.encode_ordered(out);
      break;
    case Type::kBs:
      put_varint(out, value.bs().size());
      for (const auto& member : value.bs())
        put_bytes(out, member);
      break;
    case Type::kM: put_attributes(out, value.m()); break;
    case Type::kL:
      put_varint(out, value.l().size());
      for (const auto& element : value.l())
        encode_value(out, element);
      break;
    case Type::kNull:
    case Type::kBool: break;
  }
}

Result<AttributeValue> decode_value(std::string_view& in) { return take_value(in, 1); }

void encode_item(std::string& out, const Item& item) {
  out += kItemVersion;
  put_attributes(out, item);
}

std::string encode_item(const Item& item) {
  std::string out;
  encode_item(out, item);
  return out;
}

Result<Item> decode_item(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kItemVersion) return damaged();
  bytes.remove_prefix(1);
  MR_ASSIGN(Item item, take_attributes(bytes, 1));
  if (!bytes.empty()) return damaged();
  return item;
}

}  // namespace millrace::codec
