#include "svc/cloudformation/resources/inline_code.h"

#include <cstdint>
#include <string_view>

#include "base/hash.h"

namespace millrace::cloudformation {
namespace {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
constexpr size_t kInlineBytesMax = 4 * 1024 * 1024;

void put16(std::string& out, uint32_t value) {
  out += static_cast<char>(value & 0xFF);
  out += static_cast<char>(value >> 8 & 0xFF);
}
void put32(std::string& out, uint32_t value) {
  put16(out, value & 0xFFFF);
  put16(out, value >> 16);
}

// What local and central headers have in common: one stored file of 1980-01-01.
void put_entry(std::string& out, std::string_view name, std::string_view bytes) {
  put16(out, 20);    // version needed
  put16(out, 0);     // flags
  put16(out, 0);     // stored
  put16(out, 0);     // time
  put16(out, 0x21);  // date
  put32(out, crc32(bytes));
  put32(out, static_cast<uint32_t>(bytes.size()));
  put32(out, static_cast<uint32_t>(bytes.size()));
  put16(out, static_cast<uint32_t>(name.size()));
  put16(out, 0);  // extra
}

}  // namespace

Result<std::string> zip_inline_code(const InlineCode& code) {
  bool node = code.runtime.starts_with("nodejs");
  if (!node && !code.runtime.starts_with("python")) {
    return Error("ValidationError", 400,
                 "#/Code/ZipFile: inline code is for Node.js and Python runtimes only");
  }
  if (code.source.size() > kInlineBytesMax) {
    return Error("ValidationError", 400, "#/Code/ZipFile: expected maxLength: 4194304");
  }
  std::string_view name = node ? "index.js" : "index.py";
  std::string out = "PK\x03\x04";
  put_entry(out, name, code.source);
  out += name;
  out += code.source;
  auto directory = static_cast<uint32_t>(out.size());
  out += "PK\x01\x02";
  put16(out, 0x0314);  // made by: Unix, 2.0
  put_entry(out, name, code.source);
  put16(out, 0);  // comment
  put16(out, 0);  // disk
  put16(out, 0);  // internal attributes
  put32(out, 0100644u << 16);
  put32(out, 0);  // offset of the local header
  out += name;
  auto directory_bytes = static_cast<uint32_t>(out.size()) - directory;
  out += "PK\x05\x06";
  put32(out, 0);  // disks
  put16(out, 1);
  put16(out, 1);
  put32(out, directory_bytes);
  put32(out, directory);
  put16(out, 0);
  return out;
}

}  // namespace millrace::cloudformation
