// Result<T>: a T or an Error. Every function that can fail returns one; nothing in src/ throws.
//
//   Result<Table> load(std::string_view name);
//   MR_ASSIGN(Table table, load(name));    // returns the Error to our caller, or declares `table`
//   MR_TRY(save(table));                   // the same for a Status
//
// The macros are plain statements and evaluate their expression once. MR_ASSIGN declares at the
// scope where it stands, so it cannot be the body of an unbraced `if`.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace millrace {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok().
  T& value() & {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok().
  Error& error() & {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const& {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

  T value_or(T fallback) && { return ok() ? std::move(*this).value() : std::move(fallback); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  Error& error() & {
    CHECK(!ok());
    return *error_;
  }
  const Error& error() const& {
    CHECK(!ok());
    return *error_;
  }
  Error&& error() && {
    CHECK(!ok());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

// Success or an Error, without a value.
using Status = Result<void>;
inline Status ok_status() { return {}; }

}  // namespace millrace

#define MR_CONCAT_INNER(a, b) a##b
#define MR_CONCAT(a, b) MR_CONCAT_INNER(a, b)

#define MR_TRY(expr)                                          \
  do {                                                        \
    auto mr_status = (expr);                                  \
    if (!mr_status.ok()) return std::move(mr_status).error(); \
  } while (false)

#define MR_ASSIGN(lhs, expr) MR_ASSIGN_IMPL(MR_CONCAT(mr_result_, __COUNTER__), lhs, expr)
#define MR_ASSIGN_IMPL(tmp, lhs, expr)          \
  auto tmp = (expr);                            \
  if (!tmp.ok()) return std::move(tmp).error(); \
  lhs = std::move(tmp).value()
