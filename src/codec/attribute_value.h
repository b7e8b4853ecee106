// AttributeValue: one DynamoDB value (S N B SS NS BS M L NULL BOOL), and Item: named values.
//
// Both are kept in one canonical form: an Item's names and a set's members are sorted by bytes
// (numbers by value) and unique, so that equal values have equal bytes on disk, and "does this
// write change anything?" is a memcmp. Values are cheap to move (40 bytes).
//
// Reading JSON fails only where AWS fails to deserialize (SerializationException). A value that is
// well typed but not allowed ({}, two types, a bad number, an empty set) becomes kInvalid and
// carries AWS's message, because AWS reports it only after the checks of the other parameters; the
// operation asks for it with invalid().
//
// Thread safety: values.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "codec/decimal.h"

namespace millrace::codec {

class AttributeValue;

// Why a value is not allowed, in AWS's words. AWS checks values in one of two layers, which word
// some faults differently; the operation decides which of them it is.
struct InvalidValue {
  std::string current;
  std::string older;
};

using Attribute = std::pair<std::string, AttributeValue>;

// DynamoDB's bound on nesting: a top-level attribute is level 1.
inline constexpr int kNestingLevelsMax = 32;

// Named values sorted by name. Iterators are invalidated by insertion and erasure.
class Item {
 public:
  using value_type = Attribute;
  using iterator = std::vector<Attribute>::iterator;
  using const_iterator = std::vector<Attribute>::const_iterator;

  Item();
  Item(std::initializer_list<Attribute> attributes);
  Item(const Item&);
  Item(Item&&) noexcept;
  Item& operator=(const Item&);
  Item& operator=(Item&&) noexcept;
  ~Item();

  iterator begin();
  iterator end();
  const_iterator begin() const;
  const_iterator end() const;
  size_t size() const;
  bool empty() const;
  void reserve(size_t count);

  iterator find(std::string_view name);
  const_iterator find(std::string_view name) const;
  bool contains(std::string_view name) const;
  // Null where there is none.
  AttributeValue* get(std::string_view name);
  const AttributeValue* get(std::string_view name) const;
  void insert_or_assign(std::string name, AttributeValue value);
  // The value of that name, made (as NULL) where there is none.
  AttributeValue& operator[](std::string_view name);
  size_t erase(std::string_view name);
  iterator erase(const_iterator position);
  void clear();

  // For readers: appends without looking for its place. sort_appended() must follow before any
  // other use; of two with one name the later wins.
  void append(std::string name, AttributeValue value);
  void sort_appended();

  bool operator==(const Item& other) const;

 private:
  std::vector<Attribute> attributes_;
};

class AttributeValue {
 public:
  // Frozen: on disk. The order is that of the variant below.
  enum class Type : uint8_t {
    kInvalid = 0,  // never on disk
    kS = 1,
    kN = 2,
    kB = 3,
    kSs = 4,
    kNs = 5,
    kBs = 6,
    kM = 7,
    kL = 8,
    kNull = 9,
    kBool = 10,
  };
  using List = std::vector<AttributeValue>;

 private:
  struct Null {
    bool operator==(const Null&) const = default;
  };
  using Variant = std::variant<std::shared_ptr<const InvalidValue>, std::string, Decimal,
                               std::string, std::vector<std::string>, std::vector<Decimal>,
                               std::vector<std::string>, Item, List, Null, bool>;

  template <Type type>
  const auto& get() const {
    const auto* member = std::get_if<static_cast<size_t>(type)>(&value_);
    CHECK(member != nullptr);
    return *member;
  }
  template <Type type>
  auto& get() {
    auto* member = std::get_if<static_cast<size_t>(type)>(&value_);
    CHECK(member != nullptr);
    return *member;
  }

 public:
  AttributeValue() : value_(std::in_place_index<9>) {}  // NULL

  static AttributeValue of_s(std::string text);
  static AttributeValue of_n(Decimal number);
  static AttributeValue of_b(std::string bytes);
  // Members are sorted and made unique here. REQUIRES: not empty.
  static AttributeValue of_ss(std::vector<std::string> members);
  static AttributeValue of_ns(std::vector<Decimal> members);
  static AttributeValue of_bs(std::vector<std::string> members);
  static AttributeValue of_m(Item item);
  static AttributeValue of_l(List list);
  static AttributeValue of_null() { return AttributeValue(); }
  static AttributeValue of_bool(bool flag);  // NOLINT: the value itself is a bool
  static AttributeValue of_invalid(InvalidValue fault);
  static AttributeValue of_invalid(const std::string& message);  // in both layers

  Type type() const { return static_cast<Type>(value_.index()); }
  bool is(Type type) const { return this->type() == type; }
  // "S", "N", … as on the wire.
  std::string_view type_name() const;
  static std::string_view type_name(Type type);

  // REQUIRES, each: the matching type.
  const std::string& s() const { return get<Type::kS>(); }
  const Decimal& n() const { return get<Type::kN>(); }
  const std::string& b() const { return get<Type::kB>(); }
  const std::vector<std::string>& ss() const { return get<Type::kSs>(); }
  const std::vector<Decimal>& ns() const { return get<Type::kNs>(); }
  const std::vector<std::string>& bs() const { return get<Type::kBs>(); }
  const Item& m() const { return get<Type::kM>(); }
  const List& l() const { return get<Type::kL>(); }
  bool boolean() const { return get<Type::kBool>(); }
  Item& m() { return get<Type::kM>(); }
  List& l() { return get<Type::kL>(); }

  // Set when this value, or anything inside it, is not allowed; else null.
  const InvalidValue* invalid() const {
    return is(Type::kInvalid) ? get<Type::kInvalid>().get() : nullptr;
  }

  // Deep; sets without regard to order; numbers by value ("1.0" = "1").
  bool operator==(const AttributeValue& other) const = default;

 private:
  template <Type type, class T>
  static AttributeValue make(T&& member);

  Variant value_;
};

// Order within one of the types S, N, B; nothing for other or differing types.
std::optional<std::strong_ordering> compare(const AttributeValue& a, const AttributeValue& b);

// The first not allowed value's fault, or null.
const InvalidValue* first_invalid(const Item& item);

// Sizes as AWS counts them for capacity and the 400 KB limit.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
size_t size_bytes(const AttributeValue& value);
size_t size_bytes(const Item& item);

// Levels of nesting, 1 for a scalar.
int nesting_levels(const AttributeValue& value);

}  // namespace millrace::codec
