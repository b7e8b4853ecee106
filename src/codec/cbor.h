// CBOR (RFC 8949) as AWS's rpc-v2-cbor uses it: a value read from bytes, and functions that append
// one. Definite and indefinite lengths, half to double precision, tag 1 (instants); other tags are
// looked through. Bounded in depth; a length is never trusted before the bytes are there.
//
// Thread safety: values; free-threaded functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace millrace::codec {

class Cbor {
 public:
  struct Bytes {
    std::string bytes;
  };
  struct Null {};
  using Array = std::vector<Cbor>;
  struct Entry;
  using Map = std::vector<Entry>;  // text keys only, in order

  Cbor() = default;
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Cbor>)
  explicit Cbor(T alternative) : value(std::move(alternative)) {}
  Cbor(const Cbor&) = default;
  Cbor(Cbor&&) noexcept = default;
  Cbor& operator=(const Cbor&) = default;
  Cbor& operator=(Cbor&&) noexcept = default;
  ~Cbor() = default;

  // Errors: SerializationException, 400. The whole of `bytes` must be one value.
  static constexpr int kDepthMax = 64;
  static Result<Cbor> parse(std::string_view bytes);

  // Null and undefined.
  bool is_null() const { return std::holds_alternative<Null>(value); }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }

  std::variant<Null, bool, int64_t, double, std::string, Bytes, Array, Map> value;
};

struct Cbor::Entry {
  std::string key;
  Cbor value;
};

void append_cbor_null(std::string& out);
void append_cbor_bool(std::string& out, bool value);
void append_cbor_int(std::string& out, int64_t value);
void append_cbor_double(std::string& out, double value);
void append_cbor_text(std::string& out, std::string_view text);
void append_cbor_bytes(std::string& out, std::string_view bytes);
void append_cbor_array(std::string& out, uint64_t count);  // followed by its items
void append_cbor_map(std::string& out, uint64_t count);    // followed by its keys and values
void append_cbor_tag(std::string& out, uint64_t tag);

}  // namespace millrace::codec
