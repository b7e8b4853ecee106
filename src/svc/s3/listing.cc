#include "svc/s3/listing.h"

#include <algorithm>

#include "base/encoding.h"
#include "svc/s3/errors.h"
#include "svc/s3/keys.h"
#include "svc/s3/limits.h"

namespace millrace::s3 {
namespace {

// The common prefix that `key` is rolled up into, or nothing.
std::optional<std::string_view> common_prefix_of(std::string_view key, const ListRequest& request) {
  if (request.delimiter.empty()) return std::nullopt;
  size_t at = key.find(request.delimiter, request.prefix.size());
  if (at == std::string_view::npos) return std::nullopt;
  return key.substr(0, at + request.delimiter.size());
}

}  // namespace

Result<ListPage> list_page(store::Reader& reader, const Bucket& bucket,
                           const ListRequest& request) {
  ListPage page;
  if (request.keys_max == 0) return page;
  const std::string base = objects_prefix(bucket);
  store::KeyRange range = store::prefix_range(base + request.prefix);
  if (!request.after.empty()) {
    std::string after = base + request.after;
    // Behind a whole common prefix, or behind one key.
    bool is_prefix = !request.delimiter.empty() && request.after.ends_with(request.delimiter) &&
                     common_prefix_of(request.after, request) == request.after;
    std::string start = is_prefix ? store::prefix_range(after).end : after + '\0';
    range.start = std::max(range.start, start);
  }
  auto cursor = reader.scan(range);
  while (cursor->valid()) {
    if (static_cast<int64_t>(page.entries.size() + page.common_prefixes.size()) ==
        request.keys_max) {
      page.is_truncated = true;
      break;
    }
    std::string_view key = cursor->key().substr(base.size());
    if (auto prefix = common_prefix_of(key, request)) {
      page.last = *prefix;
      page.common_prefixes.emplace_back(*prefix);
      range.start = store::prefix_range(base + page.last).end;
      cursor = reader.scan(range);
      continue;
    }
    MR_ASSIGN(ObjectRecord record, decode_object(cursor->value()));
    page.last = key;
    page.entries.push_back({std::string(key), std::move(record)});
    cursor->next();
  }
  MR_TRY(cursor->status());
  return page;
}

Result<int64_t> page_size(const std::optional<int64_t>& asked, std::string_view parameter) {
  int64_t size = asked.value_or(kListKeysMax);
  if (size < 0) {
    return invalid_argument(
        parameter, std::to_string(size),
        "Argument " + std::string(parameter) + " must be an integer between 0 and 2147483647");
  }
  return std::min(size, kListKeysMax);
}

Result<Encoding> Encoding::of(const std::optional<std::string>& encoding_type) {
  Encoding encoding;
  if (!encoding_type) return encoding;
  if (*encoding_type != "url") {
    return invalid_argument("encoding-type", *encoding_type,
                            "Invalid Encoding Method specified in Request");
  }
  encoding.is_url_ = true;
  return encoding;
}

std::string Encoding::operator()(std::string_view text) const {
  return is_url_ ? percent_encode(text, Slash::kKeep) : std::string(text);
}

std::optional<std::string> Encoding::operator()(const std::optional<std::string>& text) const {
  if (!text) return std::nullopt;
  return (*this)(std::string_view(*text));
}

aws::s3::Object listed_object(const ListEntry& entry, const Encoding& encode) {
  const ObjectRecord& record = entry.record;
  return {.key = encode(std::string_view(entry.key)),
          .last_modified = record.modified,
          .etag = record.quoted_etag(),
          .checksum_algorithm = std::vector{std::string(algorithm_name(record.checksum.algorithm))},
          .checksum_type = std::string(type_name(record.checksum)),
          .size = static_cast<int64_t>(record.size),
          .storage_class = record.attributes.storage_class.value_or("STANDARD")};
}

std::optional<std::vector<aws::s3::CommonPrefix>> listed_prefixes(
    const std::vector<std::string>& common_prefixes, const Encoding& encode) {
  if (common_prefixes.empty()) return std::nullopt;
  std::vector<aws::s3::CommonPrefix> listed;
  for (const std::string& prefix : common_prefixes) {
    listed.push_back({.prefix = encode(std::string_view(prefix))});
  }
  return listed;
}

}  // namespace millrace::s3
