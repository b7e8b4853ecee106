// What GetObject and HeadObject share: finding the object, judging the conditions, and the headers.
#pragma once

#include "svc/s3/object_io.h"

namespace millrace::s3 {

// Errors: NoSuchKey, NoSuchVersion, PreconditionFailed, NotModified.
template <class In>
Result<ObjectRecord> read_record(store::Reader& reader, const Bucket& bucket, const In& in) {
  MR_TRY(check_version(in.key, in.version_id));
  MR_ASSIGN(std::optional<ObjectRecord> record, find_object(reader, bucket, in.key));
  if (!record) return no_such_key(in.key);
  MR_TRY(check_read(*record, read_conditions(in), OnMatch::kNotModified));
  return *std::move(record);
}

template <class In>
Status check_overrides(const Context& ctx, const In& in) {
  bool any = in.response_cache_control || in.response_content_disposition ||
             in.response_content_encoding || in.response_content_language ||
             in.response_content_type || in.response_expires;
  if (!any || ctx.caller().kind != svc::CallerKind::kAnonymous) return ok_status();
  return invalid_request(
      "Request specific response headers cannot be used for anonymous GET requests.");
}

template <class Out, class In>
void set_object_headers(Out& out, const ObjectRecord& record, const In& in) {
  auto or_else = [](const auto& first, const auto& second) { return first ? first : second; };
  const ObjectAttributes& of = record.attributes;
  out.accept_ranges = "bytes";
  out.last_modified = record.modified;
  out.etag = record.quoted_etag();
  out.content_type =
      or_else(in.response_content_type, of.content_type).value_or("binary/octet-stream");
  out.cache_control = or_else(in.response_cache_control, of.cache_control);
  out.content_disposition = or_else(in.response_content_disposition, of.content_disposition);
  out.content_encoding = or_else(in.response_content_encoding, of.content_encoding);
  out.content_language = or_else(in.response_content_language, of.content_language);
  out.expires = of.expires;
  if (in.response_expires) out.expires = format_http_date(*in.response_expires);
  out.website_redirect_location = of.website_redirect_location;
  out.storage_class = of.storage_class;
  set_encryption(out, of);
  if (!of.metadata.empty()) out.metadata = of.metadata;
  if (!of.tags.empty()) out.tag_count = static_cast<int64_t>(of.tags.size());
}

// The range, and what goes with a whole object only.
template <class Out, class In>
void set_selection(Out& out, const ObjectRecord& record, const Selection& selection, const In& in) {
  out.content_length = static_cast<int64_t>(selection.range.length);
  out.parts_count = selection.parts_count;
  if (selection.is_partial) out.content_range = selection.content_range(record);
  bool is_whole = selection.range.length == record.size;
  if (is_whole && in.checksum_mode && *in.checksum_mode == "ENABLED") {
    set_checksum(out, record.checksum);
  }
}

}  // namespace millrace::s3
