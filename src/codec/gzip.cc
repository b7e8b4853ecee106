#include "codec/gzip.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>

namespace millrace::codec {

Result<std::string> gunzip(std::string_view compressed, size_t bytes_max) {
  auto bad = [](const char* why) { return Error("SerializationException", 400, why); };
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  std::string plain(std::min(bytes_max, std::max<size_t>(compressed.size() * 4, 4096)), '\0');
  while (true) {
    size_t used = 0;
    size_t made = 0;
    libdeflate_result result =
        libdeflate_gzip_decompress_ex(decompressor.get(), compressed.data(), compressed.size(),
                                      plain.data(), plain.size(), &used, &made);
    if (result == LIBDEFLATE_SUCCESS && used == compressed.size()) {
      plain.resize(made);
      return plain;
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) return bad("The request body is not valid gzip");
    if (plain.size() >= bytes_max) return bad("The request body is too large when unpacked");
    plain.resize(std::min(bytes_max, plain.size() * 4));
  }
}

std::string gzip(std::string_view plain) {
  constexpr int kFastest = 1;
  std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
      libdeflate_alloc_compressor(kFastest), libdeflate_free_compressor);
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), plain.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), plain.data(), plain.size(), out.data(),
                                      out.size()));
  return out;
}

}  // namespace millrace::codec
