// Tagged fields in one value: how S3's object, upload and part records lie in the store
// (docs/formats.md, "S3"). A reader skips tags that it does not know, so fields can be added; they
// are never renumbered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::s3 {

void append_varint(std::string& out, uint64_t value);
// Takes a varint from the front of `bytes`; nothing when it is cut off or too long.
std::optional<uint64_t> take_varint(std::string_view& bytes);
void append_text(std::string& out, std::string_view text);  // length and bytes
std::optional<std::string_view> take_text(std::string_view& bytes);

class RecordWriter {
 public:
  RecordWriter();
  void text(uint8_t tag, std::string_view value);
  void text_if(uint8_t tag, const std::optional<std::string>& value);
  void number(uint8_t tag, uint64_t value);
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

// for (RecordReader fields(value); fields.next();) switch (fields.tag()) ...
class RecordReader {
 public:
  explicit RecordReader(std::string_view value);
  // False at the end, and when the record is malformed.
  bool next();
  // Whether all that was read so far was well-formed.
  bool ok() const { return ok_; }
  uint8_t tag() const { return tag_; }
  std::string_view bytes() const { return bytes_; }
  std::string text() const { return std::string(bytes_); }
  uint64_t number() const;

 private:
  std::string_view rest_;
  bool ok_ = true;
  uint8_t tag_ = 0;
  std::string_view bytes_;
};

}  // namespace millrace::s3
