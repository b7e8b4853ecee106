#include "svc/s3/object_io.h"

#include <algorithm>

#include "aws/http_message.h"
#include "base/encoding.h"
#include "svc/s3/keys.h"
#include "svc/s3/limits.h"
#include "svc/s3/notification.h"

namespace millrace::s3 {
namespace {

constexpr std::string_view kStorageClasses[] = {"STANDARD",   "REDUCED_REDUNDANCY",  "STANDARD_IA",
                                                "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"};

Error invalid_tag(std::string message) { return Error("InvalidTag", 400, std::move(message)); }

size_t count_chars(std::string_view utf8) {
  return static_cast<size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

Status check_tag(const std::string& key, const std::string& value) {
  if (key.empty() || count_chars(key) > kTagKeyCharsMax) {
    return invalid_tag("The TagKey you have provided is invalid");
  }
  if (count_chars(value) > kTagValueCharsMax) {
    return invalid_tag("The TagValue you have provided is invalid");
  }
  return ok_status();
}

Status check_tags(const Tags& tags, size_t count_max) {
  if (tags.size() > count_max) {
    return Error("BadRequest", 400,
                 (count_max == kObjectTagsMax ? "Object" : "Bucket") +
                     std::string(" tags cannot be greater than ") + std::to_string(count_max));
  }
  for (size_t i = 0; i < tags.size(); ++i) {
    MR_TRY(check_tag(tags[i].first, tags[i].second));
    for (size_t k = 0; k < i; ++k) {
      if (tags[k].first == tags[i].first) {
        return invalid_tag("Cannot provide multiple Tags with the same key");
      }
    }
  }
  return ok_status();
}

std::string_view unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return etag;
}

// Whether one of the ETags of an If-Match or If-None-Match header is the object's.
bool matches_etag(std::string_view header, const ObjectRecord& record) {
  while (!header.empty()) {
    size_t comma = header.find(',');
    std::string_view one = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    while (one.starts_with(' '))
      one.remove_prefix(1);
    while (one.ends_with(' '))
      one.remove_suffix(1);
    if (one == "*" || unquoted(one) == record.etag) return true;
  }
  return false;
}

std::optional<uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  uint64_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return number;
}

Error invalid_range(std::string_view range, uint64_t size) {
  return Error("InvalidRange", 416, "The requested range is not satisfiable")
      .with_member("ActualObjectSize", "\"" + std::to_string(size) + "\"")
      .with_member("RangeRequested", "\"" + std::string(range.substr(0, 64)) + "\"");
}

// A header that is no single byte range is ignored, as RFC 9110 has it and S3 does.
Result<std::optional<ByteRange>> parse_range(std::string_view header, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  std::string_view spec = header;
  if (!spec.starts_with(kUnit)) return std::optional<ByteRange>();
  spec.remove_prefix(kUnit.size());
  size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::optional<ByteRange>();
  std::string_view first = spec.substr(0, dash), last = spec.substr(dash + 1);
  auto to = parse_number(last);
  if (first.empty()) {
    if (!to) return std::optional<ByteRange>();
    if (*to == 0 || size == 0) return invalid_range(header, size);
    uint64_t length = std::min(*to, size);
    return std::optional(ByteRange{size - length, length});
  }
  auto from = parse_number(first);
  if (!from || (!to && !last.empty()) || (to && *to < *from)) return std::optional<ByteRange>();
  if (*from >= size) return invalid_range(header, size);
  uint64_t end = to ? std::min(*to + 1, size) : size;
  return std::optional(ByteRange{*from, end - *from});
}

Result<Selection> select_part(const ObjectRecord& record, int64_t part_number) {
  size_t count = std::max<size_t>(record.parts.size(), 1);
  if (part_number < 1 || part_number > kPartNumberMax) {
    return invalid_argument("partNumber", std::to_string(part_number),
                            "Part number must be an integer between 1 and 10000, inclusive");
  }
  if (static_cast<size_t>(part_number) > count) {
    return Error("InvalidPartNumber", 416, "The requested partnumber is not satisfiable")
        .with_member("ActualPartCount", "\"" + std::to_string(count) + "\"")
        .with_member("PartNumberRequested", "\"" + std::to_string(part_number) + "\"");
  }
  Selection selection{.range = {0, record.size}, .is_partial = record.size > 0};
  if (record.parts.empty()) return selection;
  selection.parts_count = static_cast<int64_t>(count);
  for (int64_t i = 1; i < part_number; ++i) {
    selection.range.offset += record.parts[static_cast<size_t>(i - 1)].size;
  }
  selection.range.length = record.parts[static_cast<size_t>(part_number - 1)].size;
  return selection;
}

}  // namespace

Status check_key(std::string_view key) {
  if (key.size() > kKeyBytesMax) return key_too_long(key.size());
  return ok_status();
}

Status check_version(std::string_view key, const std::optional<std::string>& version_id) {
  if (!version_id || *version_id == "null") return ok_status();
  return no_such_version(key, *version_id);
}

Status check_acl(const std::optional<std::string>& acl) {
  if (!acl || *acl == "private" || *acl == "bucket-owner-full-control") return ok_status();
  return Error("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
}

Status check_storage_class(const std::optional<std::string>& storage_class) {
  if (!storage_class ||
      std::ranges::find(kStorageClasses, *storage_class) != std::ranges::end(kStorageClasses)) {
    return ok_status();
  }
  // Those from which an object has to be restored first, and those of other kinds of buckets.
  for (std::string_view known :
       {"GLACIER", "DEEP_ARCHIVE", "OUTPOSTS", "SNOW", "EXPRESS_ONEZONE"}) {
    if (known == *storage_class) return not_supported("The storage class " + *storage_class);
  }
  return Error("InvalidStorageClass", 400, "The storage class you specified is not valid");
}

Status check_metadata(const std::map<std::string, std::string>& metadata) {
  size_t bytes = 0;
  for (const auto& [name, value] : metadata)
    bytes += name.size() + value.size();
  if (bytes <= kUserMetadataBytesMax) return ok_status();
  return Error("MetadataTooLarge", 400,
               "Your metadata headers exceed the maximum allowed metadata size")
      .with_member("Size", "\"" + std::to_string(bytes) + "\"")
      .with_member("MaxSizeAllowed", "\"" + std::to_string(kUserMetadataBytesMax) + "\"");
}

Status check_sse(const std::optional<std::string>& sse) {
  if (!sse || *sse == "AES256" || *sse == "aws:kms") return ok_status();
  if (*sse == "aws:kms:dsse" || *sse == "aws:fsx") {
    return not_supported("Server-side encryption " + *sse);
  }
  return invalid_argument("x-amz-server-side-encryption", *sse,
                          "The encryption method specified is not supported");
}

std::optional<std::string> stored_encoding(const std::optional<std::string>& content_encoding) {
  if (!content_encoding) return std::nullopt;
  std::string kept;
  std::string_view rest = *content_encoding;
  while (!rest.empty()) {
    size_t comma = rest.find(',');
    std::string_view one = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    while (one.starts_with(' '))
      one.remove_prefix(1);
    while (one.ends_with(' '))
      one.remove_suffix(1);
    if (one.empty() || ascii_iequals(one, "aws-chunked")) continue;
    if (!kept.empty()) kept += ",";
    kept.append(one);
  }
  if (kept.empty()) return std::nullopt;
  return kept;
}

Result<Tags> parse_tagging_header(std::string_view text) {
  Tags tags;
  for (auto& [key, value] : aws::parse_query_string(text)) {
    tags.emplace_back(std::move(key), std::move(value));
  }
  MR_TRY(check_tags(tags, kObjectTagsMax));
  return tags;
}

Result<Tags> tags_of(const std::vector<aws::s3::Tag>& tag_set, size_t count_max) {
  Tags tags;
  for (const aws::s3::Tag& tag : tag_set)
    tags.emplace_back(tag.key, tag.value);
  MR_TRY(check_tags(tags, count_max));
  return tags;
}

Status apply_default_encryption(Context& ctx, const Bucket& bucket, ObjectAttributes& attributes) {
  if (attributes.sse) return ok_status();
  attributes.sse = "AES256";
  MR_ASSIGN(std::optional<std::string> text,
            get_config_text(ctx.txn(), bucket, configs::kEncryption));
  if (!text) return ok_status();
  aws::s3::ServerSideEncryptionConfiguration config;
  const aws::Member* member = aws::s3::PutBucketEncryption::kDescription.input->find_member(
      "ServerSideEncryptionConfiguration");
  MR_TRY(parse_config(*text, *member->shape, &config));
  if (config.rules.empty()) return ok_status();
  const auto& by_default = config.rules.front().apply_server_side_encryption_by_default;
  if (!by_default) return ok_status();
  attributes.sse = by_default->sse_algorithm;
  attributes.kms_key_id = by_default->kms_master_key_id;
  return ok_status();
}

Result<std::optional<ObjectRecord>> check_write(Context& ctx, const Bucket& bucket,
                                                std::string_view key,
                                                const WriteConditions& conditions) {
  MR_ASSIGN(std::optional<ObjectRecord> old, find_object(ctx.txn(), bucket, key));
  if (conditions.if_none_match) {
    if (*conditions.if_none_match != "*") {
      return Error("NotImplemented", 501,
                   "A header you provided implies functionality that is not implemented")
          .with_member("Header", "\"If-None-Match\"");
    }
    if (old) return precondition_failed("If-None-Match");
  }
  if (conditions.if_match) {
    if (!old) return no_such_key(key);
    if (!matches_etag(*conditions.if_match, *old)) return precondition_failed("If-Match");
  }
  return old;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: If-Match that holds beats
// If-Unmodified-Since, If-None-Match that does not hold beats If-Modified-Since.
Status check_read(const ObjectRecord& record, const ReadConditions& conditions, OnMatch on_match) {
  auto unchanged = [&](std::string_view condition) -> Error {
    return on_match == OnMatch::kNotModified
               ? not_modified(record.quoted_etag(), format_http_date(record.modified))
               : precondition_failed(condition);
  };
  if (conditions.if_match) {
    if (!matches_etag(*conditions.if_match, record)) return precondition_failed("If-Match");
  } else if (conditions.if_unmodified_since && record.modified > *conditions.if_unmodified_since) {
    return precondition_failed("If-Unmodified-Since");
  }
  if (conditions.if_none_match) {
    if (matches_etag(*conditions.if_none_match, record)) return unchanged("If-None-Match");
  } else if (conditions.if_modified_since && record.modified <= *conditions.if_modified_since) {
    return unchanged("If-Modified-Since");
  }
  return ok_status();
}

std::string Selection::content_range(const ObjectRecord& record) const {
  return "bytes " + std::to_string(range.offset) + "-" +
         std::to_string(range.offset + range.length - 1) + "/" + std::to_string(record.size);
}

Result<Selection> select(const ObjectRecord& record, const std::optional<std::string>& range,
                         std::optional<int64_t> part_number) {
  if (part_number) {
    if (range)
      return invalid_request("Cannot specify both Range header and partNumber query parameter");
    return select_part(record, *part_number);
  }
  Selection whole{.range = {0, record.size}};
  if (!range) return whole;
  MR_ASSIGN(std::optional<ByteRange> bytes, parse_range(*range, record.size));
  if (!bytes) return whole;
  return Selection{.range = *bytes, .is_partial = true};
}

namespace {

void drop_bytes(Context& ctx, const ObjectRecord& record) {
  for (const Segment& segment : record.segments)
    drop_blob(ctx, segment.blob_id);
}

}  // namespace

Status replace_object(Context& ctx, const Bucket& bucket, std::string_view key,
                      const ObjectRecord& record, const std::optional<ObjectRecord>& old,
                      std::string_view event) {
  if (old) drop_bytes(ctx, *old);
  ctx.txn().put(object_key(bucket, key), encode(record));
  return notify(ctx, bucket, event, {.key = key, .record = &record});
}

Status remove_object(Context& ctx, const Bucket& bucket, std::string_view key,
                     const ObjectRecord& old) {
  drop_bytes(ctx, old);
  ctx.txn().del(object_key(bucket, key));
  return notify(ctx, bucket, "ObjectRemoved:Delete", {.key = key, .record = nullptr});
}

Result<SourceName> parse_copy_source(std::string_view copy_source) {
  size_t question = copy_source.find('?');
  std::string_view query;
  if (question != std::string_view::npos) {
    query = copy_source.substr(question + 1);
    copy_source = copy_source.substr(0, question);
  }
  std::string path = percent_decode(copy_source);
  if (path.starts_with('/')) path.erase(0, 1);
  size_t slash = path.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == path.size()) {
    return invalid_argument("x-amz-copy-source", copy_source,
                            "Copy Source must mention the source bucket and key: "
                            "sourcebucket/sourcekey");
  }
  SourceName name{.bucket = path.substr(0, slash), .key = path.substr(slash + 1)};
  for (const auto& [parameter, value] : aws::parse_query_string(query)) {
    if (parameter == "versionId" && value != "null") return no_such_version(name.key, value);
  }
  return name;
}

Result<CopySource> open_copy_source(Context& ctx, std::string_view copy_source,
                                    const std::optional<std::string>& expected_owner,
                                    const ReadConditions& conditions) {
  MR_ASSIGN(SourceName name, parse_copy_source(copy_source));
  // A copy may come from another region; so the region of the request is not asked for.
  MR_ASSIGN(std::optional<Bucket> bucket, find_bucket(ctx.txn(), name.bucket));
  if (!bucket) return no_such_bucket(name.bucket);
  if (expected_owner && *expected_owner != bucket->account) {
    return aws::s3::errors::access_denied("Access Denied");
  }
  MR_ASSIGN(std::optional<ObjectRecord> record, find_object(ctx.txn(), *bucket, name.key));
  if (!record) return no_such_key(name.key);
  MR_TRY(check_read(*record, conditions, OnMatch::kPreconditionFailed));
  return CopySource{*std::move(bucket), std::move(name.key), *std::move(record)};
}

}  // namespace millrace::s3
