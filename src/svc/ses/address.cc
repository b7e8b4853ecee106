#include "svc/ses/address.h"

#include "base/encoding.h"

namespace millrace::ses {
namespace {

Error invalid(std::string message) {
  return Error("InvalidParameterValue", 400, std::move(message));
}

std::string_view trim(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_domain_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

}  // namespace

Result<std::string> bare_address(std::string_view text) {
  text = trim(text);
  if (size_t open = text.rfind('<'); open != std::string_view::npos) {
    size_t close = text.find('>', open);
    if (close == std::string_view::npos) return invalid("Missing '>'");
    text = trim(text.substr(open + 1, close - open - 1));
  }
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || at + 1 == text.size()) {
    return invalid("Missing final '@domain'");
  }
  if (at == 0) return invalid("Missing local name");
  if (text.size() > 320) return invalid("Address is too long");
  std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  for (char c : local) {
    if (c <= ' ' || c == 0x7F) return invalid("Local address contains control or whitespace");
  }
  for (char c : domain) {
    if (!is_domain_char(c)) return invalid("Domain contains illegal character");
  }
  if (domain.front() == '.') return invalid("Domain starts with dot");
  if (domain.back() == '.') return invalid("Domain ends with dot");
  if (domain.find("..") != std::string_view::npos) return invalid("Domain contains dot-dot");
  return std::string(local) + "@" + ascii_lower(domain);
}

std::string_view domain_of(std::string_view bare) { return bare.substr(bare.rfind('@') + 1); }

std::vector<std::string> split_address_list(std::string_view header_value) {
  std::vector<std::string> out;
  std::string current;
  bool quoted = false;
  int comments = 0;
  auto flush = [&] {
    if (std::string_view text = trim(current); !text.empty()) out.emplace_back(text);
    current.clear();
  };
  for (size_t i = 0; i < header_value.size(); ++i) {
    char c = header_value[i];
    if (c == '\\' && i + 1 < header_value.size()) {
      current.push_back(c);
      current.push_back(header_value[++i]);
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (!quoted && c == '(') ++comments;
    if (!quoted && c == ')' && comments > 0) --comments;
    if (c == ',' && !quoted && comments == 0) {
      flush();
    } else {
      current.push_back(c);
    }
  }
  flush();
  return out;
}

}  // namespace millrace::ses
