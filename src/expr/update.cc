#include "expr/update.h"

#include <algorithm>
#include <map>
#include <optional>

namespace millrace::expr {

namespace {

using codec::AttributeValue;
using codec::Item;
using ActionKind = UpdateAction::Kind;
using Type = AttributeValue::Type;
using ValueKind = UpdateValue::Kind;

Error validation(const char* message) { return Error("ValidationException", 400, message); }

constexpr char kWrongType[] = "An operand in the update expression has an incorrect data type";

Error wrong_type() { return validation(kWrongType); }

Error bad_path() {
  return validation("The document path provided in the update expression is invalid for update");
}

Result<AttributeValue> evaluate(const UpdateValue& value, const Item& item);

Result<AttributeValue> evaluate_pair(const UpdateValue& value, const Item& item) {
  MR_ASSIGN(AttributeValue left, evaluate(value.operands[0], item));
  MR_ASSIGN(AttributeValue right, evaluate(value.operands[1], item));
  if (value.kind == ValueKind::kListAppend) {
    if (!left.is(Type::kL) || !right.is(Type::kL)) return wrong_type();
    auto& list = left.l();
    list.insert(list.end(), std::make_move_iterator(right.l().begin()),
                std::make_move_iterator(right.l().end()));
    return left;
  }
  if (!left.is(Type::kN) || !right.is(Type::kN)) return wrong_type();
  const bool plus = value.kind == ValueKind::kPlus;
  MR_ASSIGN(codec::Decimal sum, plus ? left.n().plus(right.n()) : left.n().minus(right.n()));
  return AttributeValue::of_n(sum);
}

Result<AttributeValue> evaluate(const UpdateValue& value, const Item& item) {
  switch (value.kind) {
    case ValueKind::kValue: return *value.value;
    case ValueKind::kPath:
      if (const AttributeValue* found = find(item, value.path)) return *found;
      return validation(
          "The provided expression refers to an attribute that does not exist in the item");
    case ValueKind::kIfNotExists:
      if (const AttributeValue* found = find(item, value.path)) return *found;
      return evaluate(value.operands[0], item);
    default: return evaluate_pair(value, item);
  }
}

template <class T>
std::vector<T> united(std::vector<T> a, const std::vector<T>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Result<AttributeValue> added(const AttributeValue* old, const AttributeValue& delta) {
  if (old == nullptr) return delta;
  if (old->type() != delta.type()) return wrong_type();
  switch (delta.type()) {
    case Type::kN: {
      MR_ASSIGN(codec::Decimal sum, old->n().plus(delta.n()));
      return AttributeValue::of_n(sum);
    }
    case Type::kSs: return AttributeValue::of_ss(united(old->ss(), delta.ss()));
    case Type::kNs: return AttributeValue::of_ns(united(old->ns(), delta.ns()));
    case Type::kBs: return AttributeValue::of_bs(united(old->bs(), delta.bs()));
    case Type::kL: {  // of AttributeUpdates alone
      AttributeValue::List list = old->l();
      list.insert(list.end(), delta.l().begin(), delta.l().end());
      return AttributeValue::of_l(std::move(list));
    }
    default: return wrong_type();
  }
}

template <class T>
std::vector<T> without(const std::vector<T>& set, const std::vector<T>& members) {
  std::vector<T> left;
  std::ranges::set_difference(set, members, std::back_inserter(left));
  return left;
}

// The set that remains; nothing when it is empty.
Result<std::optional<AttributeValue>> deleted(const AttributeValue& old,
                                              const AttributeValue& members) {
  using Left = std::optional<AttributeValue>;
  if (old.type() != members.type()) return wrong_type();
  const auto result = [](auto set, auto make) { return set.empty() ? Left() : Left(make(set)); };
  switch (old.type()) {
    case Type::kSs: return result(without(old.ss(), members.ss()), AttributeValue::of_ss);
    case Type::kNs: return result(without(old.ns(), members.ns()), AttributeValue::of_ns);
    case Type::kBs: return result(without(old.bs(), members.bs()), AttributeValue::of_bs);
    default: return wrong_type();
  }
}

// What one action does to its place: a value to put there, or none to take it away.
struct Effect {
  const Path* path;
  std::optional<AttributeValue> value;
};

Result<std::optional<Effect>> effect_of(const UpdateAction& action, const Item& item) {
  using Found = std::optional<Effect>;
  const AttributeValue* old = find(item, action.path);
  switch (action.kind) {
    case ActionKind::kSet: {
      MR_ASSIGN(AttributeValue value, evaluate(action.value, item));
      return Found(Effect{&action.path, std::move(value)});
    }
    case ActionKind::kRemove: return Found(Effect{&action.path, std::nullopt});
    case ActionKind::kAdd: {
      MR_ASSIGN(AttributeValue value, added(old, *action.value.value));
      return Found(Effect{&action.path, std::move(value)});
    }
    case ActionKind::kDelete: {
      if (old == nullptr) return Found();
      MR_ASSIGN(std::optional<AttributeValue> left, deleted(*old, *action.value.value));
      return Found(Effect{&action.path, std::move(left)});
    }
  }
  return Found();
}

// The map or list that holds the last element of a nested path.
Result<AttributeValue*> parent_of(Item& item, const Path& path) {
  Path parent{{path.elements.begin(), path.elements.end() - 1}};
  AttributeValue* holder = find(item, parent);
  const bool by_name = std::holds_alternative<std::string>(path.elements.back());
  if (holder == nullptr || !holder->is(by_name ? Type::kM : Type::kL)) return bad_path();
  return holder;
}

// Changes to a list wait until all paths are resolved, as they move its elements: first what is
// taken out, then what is put behind the end, both by the index written.
struct ListChanges {
  std::vector<uint32_t> removed;
  std::map<uint32_t, AttributeValue> appended;
};

void apply_to_list(AttributeValue::List& list, ListChanges& changes) {
  std::ranges::sort(changes.removed, std::greater<>());
  for (uint32_t index : changes.removed) {
    if (index < list.size()) list.erase(list.begin() + index);
  }
  for (auto& [index, value] : changes.appended)
    list.push_back(std::move(value));
}

class Application {
 public:
  explicit Application(Item& item) : item_(item) {}

  Status put(Effect effect) {
    const Path& path = *effect.path;
    if (!path.is_nested()) {
      change_member(item_, path.head(), std::move(effect.value));
      return ok_status();
    }
    MR_ASSIGN(AttributeValue * holder, parent_of(item_, path));
    if (const auto* name = std::get_if<std::string>(&path.elements.back())) {
      change_member(holder->m(), *name, std::move(effect.value));
      return ok_status();
    }
    const uint32_t index = *std::get_if<uint32_t>(&path.elements.back());
    Path list_path{{path.elements.begin(), path.elements.end() - 1}};
    if (!effect.value) {
      changes_for(std::move(list_path)).removed.push_back(index);
    } else if (index < holder->l().size()) {
      holder->l()[index] = std::move(*effect.value);
    } else {
      changes_for(std::move(list_path)).appended.emplace(index, std::move(*effect.value));
    }
    return ok_status();
  }

  // Lists inside lists are changed before those that hold them, so that their paths still fit.
  void finish() {
    std::ranges::sort(lists_, [](const auto& a, const auto& b) {
      return a.first.elements.size() > b.first.elements.size();
    });
    for (auto& [path, changes] : lists_)
      apply_to_list(find(item_, path)->l(), changes);
  }

 private:
  static void change_member(Item& item, const std::string& name,
                            std::optional<AttributeValue> value) {
    if (value) {
      item.insert_or_assign(name, std::move(*value));
    } else {
      item.erase(name);
    }
  }

  ListChanges& changes_for(Path list) {
    for (auto& [path, changes] : lists_) {
      if (path == list) return changes;
    }
    return lists_.emplace_back(std::move(list), ListChanges{}).second;
  }

  Item& item_;
  std::vector<std::pair<Path, ListChanges>> lists_;
};

}  // namespace

Status apply(const Update& update, Item& item) {
  std::vector<Effect> effects;
  effects.reserve(update.actions.size());
  for (const UpdateAction& action : update.actions) {
    auto effect = effect_of(action, item);
    if (!effect.ok()) {
      const bool legacy = update.origin == UpdateOrigin::kAttributeUpdates;
      if (legacy && effect.error().message() == kWrongType) {
        return Error("ValidationException", 400, "Type mismatch for attribute to update");
      }
      return std::move(effect).error();
    }
    if (*effect) effects.push_back(std::move(**effect));
  }
  Application application(item);
  for (Effect& effect : effects)
    MR_TRY(application.put(std::move(effect)));
  application.finish();
  return ok_status();
}

}  // namespace millrace::expr
