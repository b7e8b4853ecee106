#include "aws/http_message.h"

#include "base/encoding.h"

namespace millrace::aws {

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (ascii_iequals(key, name)) return value;
  }
  return {};
}

void set_header(Headers& headers, std::string_view name, std::string value) {
  for (auto& [key, old_value] : headers) {
    if (ascii_iequals(key, name)) {
      old_value = std::move(value);
      return;
    }
  }
  headers.emplace_back(name, std::move(value));
}

std::string_view RequestView::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (ascii_iequals(header.name, name)) return header.value;
  }
  return {};
}

bool RequestView::has_header(std::string_view name) const {
  for (const auto& header : headers) {
    if (ascii_iequals(header.name, name)) return true;
  }
  return false;
}

RequestView HttpRequest::view(std::vector<HeaderView>& storage) const {
  storage.clear();
  for (const auto& [name, value] : headers)
    storage.push_back({name, value});
  return {method, path, query, storage};
}

QueryParameters parse_query_string(std::string_view query) {
  QueryParameters out;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    out.emplace_back(percent_decode(pair.substr(0, equals), Plus::kSpace),
                     percent_decode(value, Plus::kSpace));
  }
  return out;
}

const std::string* find_parameter(const QueryParameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace millrace::aws
