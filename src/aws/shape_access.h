// The templates that generated tables are made of: type-erased access to members, lists and maps.
// Included by generated .cc files only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "aws/shape.h"

namespace millrace::aws::access {

template <class T>
struct MemberTraits;
template <class C, class V>
struct MemberTraits<V C::*> {
  using Class = C;
  using Value = V;
};

template <class V>
concept Optional = requires(V v) {
  { v.has_value() } -> std::convertible_to<bool>;
  v.emplace();
  *v;
};

template <auto M>
const void* get(const void* structure) {
  using Class = typename MemberTraits<decltype(M)>::Class;
  using Value = typename MemberTraits<decltype(M)>::Value;
  const auto& member = static_cast<const Class*>(structure)->*M;
  if constexpr (Optional<Value>) {
    return member.has_value() ? static_cast<const void*>(&*member) : nullptr;
  } else {
    return &member;
  }
}

template <auto M>
void* mutate(void* structure) {
  using Class = typename MemberTraits<decltype(M)>::Class;
  using Value = typename MemberTraits<decltype(M)>::Value;
  auto& member = static_cast<Class*>(structure)->*M;
  if constexpr (Optional<Value>) {
    if (!member.has_value()) member.emplace();
    return &*member;
  } else {
    return &member;
  }
}

template <class Container>
size_t size(const void* container) {
  return static_cast<const Container*>(container)->size();
}

template <class T>
const void* at(const void* list, size_t index) {
  if constexpr (std::is_same_v<T, bool>) {
    static constexpr bool kValues[] = {false, true};
    return &kValues[(*static_cast<const std::vector<bool>*>(list))[index] ? 1 : 0];
  } else {
    return &(*static_cast<const std::vector<T>*>(list))[index];
  }
}

template <class T>
void* append(void* list) {
  static_assert(!std::is_same_v<T, bool>, "no modelled list of booleans is writable");
  return &static_cast<std::vector<T>*>(list)->emplace_back();
}

template <class T>
void reserve(void* list, size_t count) {
  static_cast<std::vector<T>*>(list)->reserve(count);
}

template <class T>
void for_each(const void* map, Shape::Visit visit, void* arg) {
  for (const auto& [key, value] : *static_cast<const std::map<std::string, T>*>(map)) {
    visit(arg, key, &value);
  }
}

template <class T>
void* insert(void* map, std::string key) {
  return &(*static_cast<std::map<std::string, T>*>(map))[std::move(key)];
}

template <class T>
std::shared_ptr<void> make() {
  return std::make_shared<T>();
}

}  // namespace millrace::aws::access
