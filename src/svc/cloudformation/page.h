// Pages of answers: a token is the key of the last thing shown, so that a page goes on rightly
// whatever came or went meanwhile. Pure.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

inline constexpr size_t kPageItemsMax = 100;

// Cuts `all` to the page behind `token` and sets `next` when there is more. REQUIRES: ascending by
// `key`. ValidationError for a token that is none of ours.
template <class T, class Key>
Status cut_page(std::vector<T>& all, const std::optional<std::string>& token,
                std::optional<std::string>& next, Key key) {
  if (token) {
    auto last = base64_decode(*token);
    if (!last) return validation_error("Invalid NextToken");
    std::erase_if(all, [&](const T& one) { return key(one) <= *last; });
  }
  if (all.size() <= kPageItemsMax) return ok_status();
  all.resize(kPageItemsMax);
  next = base64_encode(key(all.back()));
  return ok_status();
}

// For answers that always fit one page.
inline Status refuse_token(const std::optional<std::string>& token) {
  return token ? Status(validation_error("Invalid NextToken")) : ok_status();
}

}  // namespace millrace::cloudformation
