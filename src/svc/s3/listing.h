// One page of a listing: keys in order, rolled up at a delimiter. Its cost is that of the page:
// keys behind a common prefix are skipped with one seek, however many there are.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "svc/s3/bucket.h"
#include "svc/s3/object_record.h"

namespace millrace::s3 {

struct ListRequest {
  std::string prefix;
  std::string delimiter;  // empty: none
  // Where to go on, exclusive: a key, or a common prefix that was listed already.
  std::string after;
  int64_t keys_max = 0;
};

struct ListEntry {
  std::string key;
  ObjectRecord record;
};
struct ListPage {
  std::vector<ListEntry> entries;
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
  std::string last;  // key or common prefix that the next page comes after; empty: none listed
};

Result<ListPage> list_page(store::Reader& reader, const Bucket& bucket, const ListRequest& request);

// max-keys as it was asked for and as it counts. Errors: InvalidArgument when negative.
Result<int64_t> page_size(const std::optional<int64_t>& asked, std::string_view parameter);

// Text of an answer as encoding-type=url wants it.
class Encoding {
 public:
  // Errors: InvalidArgument for another type than "url".
  static Result<Encoding> of(const std::optional<std::string>& encoding_type);
  std::string operator()(std::string_view text) const;
  // Absent and empty stay as they are.
  std::optional<std::string> operator()(const std::optional<std::string>& text) const;

 private:
  bool is_url_ = false;
};

aws::s3::Object listed_object(const ListEntry& entry, const Encoding& encode);
std::optional<std::vector<aws::s3::CommonPrefix>> listed_prefixes(
    const std::vector<std::string>& common_prefixes, const Encoding& encode);

}  // namespace millrace::s3
