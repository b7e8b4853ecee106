#include "svc/s3/record.h"

namespace millrace::s3 {
namespace {

constexpr char kVersion = 0x01;

}  // namespace

void append_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::optional<uint64_t> take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out.append(text);
}

std::optional<std::string_view> take_text(std::string_view& bytes) {
  std::optional<uint64_t> size = take_varint(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  std::string_view text = bytes.substr(0, *size);
  bytes.remove_prefix(*size);
  return text;
}

RecordWriter::RecordWriter() : out_(1, kVersion) {}

void RecordWriter::text(uint8_t tag, std::string_view value) {
  out_.push_back(static_cast<char>(tag));
  append_text(out_, value);
}

void RecordWriter::text_if(uint8_t tag, const std::optional<std::string>& value) {
  if (value) text(tag, *value);
}

void RecordWriter::number(uint8_t tag, uint64_t value) {
  std::string varint;
  append_varint(varint, value);
  text(tag, varint);
}

RecordReader::RecordReader(std::string_view value) : rest_(value) {
  ok_ = !rest_.empty() && rest_.front() == kVersion;
  if (ok_) rest_.remove_prefix(1);
}

bool RecordReader::next() {
  if (!ok_ || rest_.empty()) return false;
  tag_ = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  std::optional<std::string_view> bytes = take_text(rest_);
  ok_ = bytes.has_value();
  if (ok_) bytes_ = *bytes;
  return ok_;
}

uint64_t RecordReader::number() const {
  std::string_view bytes = bytes_;
  return take_varint(bytes).value_or(0);
}

}  // namespace millrace::s3
