// JsonWriter: JSON text written member by member, without a tree. For events, which may carry
// megabytes. Belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/json.h"

namespace millrace::apigateway {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& key(std::string_view name) {
    separate();
    codec::append_json_string(out_, name);
    out_.push_back(':');
    fresh_ = true;
    return *this;
  }
  JsonWriter& open(char bracket) {
    separate();
    out_.push_back(bracket);
    fresh_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    fresh_ = false;
    return *this;
  }
  JsonWriter& string(std::string_view value) {
    separate();
    codec::append_json_string(out_, value);
    return *this;
  }
  // Text that is JSON already: a number, true, null.
  JsonWriter& raw(std::string_view value) {
    separate();
    out_ += value;
    return *this;
  }
  JsonWriter& number(int64_t value) { return raw(std::to_string(value)); }

  JsonWriter& member(std::string_view name, std::string_view value) {
    return key(name).string(value);
  }
  JsonWriter& null_member(std::string_view name) { return key(name).raw("null"); }
  // An empty text is null.
  JsonWriter& optional_member(std::string_view name, std::string_view value) {
    return value.empty() ? null_member(name) : member(name, value);
  }

 private:
  void separate() {
    if (!fresh_) out_.push_back(',');
    fresh_ = false;
  }

  std::string& out_;
  bool fresh_ = true;  // nothing to be separated from
};

}  // namespace millrace::apigateway
