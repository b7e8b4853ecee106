#include "codec/attribute_value.h"

#include <algorithm>
#include <numeric>

namespace millrace::codec {

// ---- Item ----

Item::Item() = default;
Item::Item(const Item&) = default;
Item::Item(Item&&) noexcept = default;
Item& Item::operator=(const Item&) = default;
Item& Item::operator=(Item&&) noexcept = default;
Item::~Item() = default;

Item::Item(std::initializer_list<Attribute> attributes) : attributes_(attributes) {
  sort_appended();
}

Item::iterator Item::begin() { return attributes_.begin(); }
Item::iterator Item::end() { return attributes_.end(); }
Item::const_iterator Item::begin() const { return attributes_.begin(); }
Item::const_iterator Item::end() const { return attributes_.end(); }
size_t Item::size() const { return attributes_.size(); }
bool Item::empty() const { return attributes_.empty(); }
void Item::reserve(size_t count) { attributes_.reserve(count); }
void Item::clear() { attributes_.clear(); }

namespace {
constexpr auto kBeforeName = [](const Attribute& attribute, std::string_view name) {
  return attribute.first < name;
};
}  // namespace

Item::iterator Item::find(std::string_view name) {
  auto it = std::lower_bound(attributes_.begin(), attributes_.end(), name, kBeforeName);
  return it != attributes_.end() && it->first == name ? it : attributes_.end();
}

Item::const_iterator Item::find(std::string_view name) const {
  auto it = std::lower_bound(attributes_.begin(), attributes_.end(), name, kBeforeName);
  return it != attributes_.end() && it->first == name ? it : attributes_.end();
}

bool Item::contains(std::string_view name) const { return find(name) != end(); }

AttributeValue* Item::get(std::string_view name) {
  auto it = find(name);
  return it == end() ? nullptr : &it->second;
}

const AttributeValue* Item::get(std::string_view name) const {
  auto it = find(name);
  return it == end() ? nullptr : &it->second;
}

void Item::insert_or_assign(std::string name, AttributeValue value) {
  auto it = std::lower_bound(attributes_.begin(), attributes_.end(), name, kBeforeName);
  if (it != attributes_.end() && it->first == name) {
    it->second = std::move(value);
  } else {
    attributes_.emplace(it, std::move(name), std::move(value));
  }
}

AttributeValue& Item::operator[](std::string_view name) {
  auto it = std::lower_bound(attributes_.begin(), attributes_.end(), name, kBeforeName);
  if (it == attributes_.end() || it->first != name) {
    it = attributes_.emplace(it, std::string(name), AttributeValue());
  }
  return it->second;
}

size_t Item::erase(std::string_view name) {
  auto it = find(name);
  if (it == end()) return 0;
  attributes_.erase(it);
  return 1;
}

Item::iterator Item::erase(const_iterator position) { return attributes_.erase(position); }

void Item::append(std::string name, AttributeValue value) {
  attributes_.emplace_back(std::move(name), std::move(value));
}

void Item::sort_appended() {
  const auto not_after = [](const Attribute& a, const Attribute& b) { return a.first >= b.first; };
  if (std::adjacent_find(attributes_.begin(), attributes_.end(), not_after) == attributes_.end()) {
    return;  // strictly increasing already
  }
  std::vector<size_t> order(attributes_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const int compared = attributes_[a].first.compare(attributes_[b].first);
    return compared < 0 || (compared == 0 && a < b);
  });
  std::vector<Attribute> sorted;
  sorted.reserve(order.size());
  for (size_t i : order) {
    if (!sorted.empty() && sorted.back().first == attributes_[i].first) {
      sorted.back() = std::move(attributes_[i]);
    } else {
      sorted.push_back(std::move(attributes_[i]));
    }
  }
  attributes_ = std::move(sorted);
}

bool Item::operator==(const Item& other) const { return attributes_ == other.attributes_; }

// ---- AttributeValue ----

template <AttributeValue::Type type, class T>
AttributeValue AttributeValue::make(T&& member) {
  AttributeValue value;
  value.value_.emplace<static_cast<size_t>(type)>(std::forward<T>(member));
  return value;
}

namespace {
template <class T>
std::vector<T> as_set(std::vector<T> members) {
  CHECK(!members.empty());
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}
}  // namespace

AttributeValue AttributeValue::of_s(std::string text) { return make<Type::kS>(std::move(text)); }
AttributeValue AttributeValue::of_n(Decimal number) { return make<Type::kN>(number); }
AttributeValue AttributeValue::of_b(std::string bytes) { return make<Type::kB>(std::move(bytes)); }
AttributeValue AttributeValue::of_ss(std::vector<std::string> members) {
  return make<Type::kSs>(as_set(std::move(members)));
}
AttributeValue AttributeValue::of_ns(std::vector<Decimal> members) {
  return make<Type::kNs>(as_set(std::move(members)));
}
AttributeValue AttributeValue::of_bs(std::vector<std::string> members) {
  return make<Type::kBs>(as_set(std::move(members)));
}
AttributeValue AttributeValue::of_m(Item item) { return make<Type::kM>(std::move(item)); }
AttributeValue AttributeValue::of_l(List list) { return make<Type::kL>(std::move(list)); }
AttributeValue AttributeValue::of_bool(bool flag) { return make<Type::kBool>(flag); }
AttributeValue AttributeValue::of_invalid(InvalidValue fault) {
  return make<Type::kInvalid>(std::make_shared<const InvalidValue>(std::move(fault)));
}
AttributeValue AttributeValue::of_invalid(const std::string& message) {
  return of_invalid(InvalidValue{message, message});
}

std::string_view AttributeValue::type_name(Type type) {
  static constexpr std::string_view kNames[] = {"invalid", "S", "N", "B",    "SS",  "NS",
                                                "BS",      "M", "L", "NULL", "BOOL"};
  return kNames[static_cast<size_t>(type)];
}

std::string_view AttributeValue::type_name() const { return type_name(type()); }

std::optional<std::strong_ordering> compare(const AttributeValue& a, const AttributeValue& b) {
  using Type = AttributeValue::Type;
  if (a.type() != b.type()) return std::nullopt;
  switch (a.type()) {
    case Type::kS: return a.s() <=> b.s();
    case Type::kN: return a.n() <=> b.n();
    case Type::kB: return a.b() <=> b.b();
    default: return std::nullopt;
  }
}

const InvalidValue* first_invalid(const Item& item) {
  for (const auto& [name, value] : item) {
    if (const InvalidValue* fault = value.invalid()) return fault;
  }
  return nullptr;
}

// ---- Sizes ----

namespace {
constexpr size_t kContainerOverhead = 3;
constexpr size_t kElementOverhead = 1;
}  // namespace

size_t size_bytes(const AttributeValue& value) {
  using Type = AttributeValue::Type;
  size_t size = 0;
  switch (value.type()) {
    case Type::kInvalid: return 0;
    case Type::kS: return value.s().size();
    case Type::kN: return value.n().size_bytes();
    case Type::kB: return value.b().size();
    case Type::kSs:
      for (const auto& member : value.ss())
        size += member.size();
      return size;
    case Type::kNs:
      for (const auto& member : value.ns())
        size += member.size_bytes();
      return size;
    case Type::kBs:
      for (const auto& member : value.bs())
        size += member.size();
      return size;
    case Type::kM:
      return kContainerOverhead + kElementOverhead * value.m().size() + size_bytes(value.m());
    case Type::kL:
      size = kContainerOverhead;
      for (const auto& element : value.l())
        size += kElementOverhead + size_bytes(element);
      return size;
    case Type::kNull:
    case Type::kBool: return 1;
  }
  return 0;
}

size_t size_bytes(const Item& item) {
  size_t size = 0;
  for (const auto& [name, value] : item)
    size += name.size() + size_bytes(value);
  return size;
}

int nesting_levels(const AttributeValue& value) {
  int below = 0;
  if (value.is(AttributeValue::Type::kM)) {
    for (const auto& [name, member] : value.m())
      below = std::max(below, nesting_levels(member));
  } else if (value.is(AttributeValue::Type::kL)) {
    for (const auto& element : value.l())
      below = std::max(below, nesting_levels(element));
  }
  return below + 1;
}

}  // namespace millrace::codec
