// Reads whole tables in parallel segments, and lists what is under a prefix. Blocking; for command
// lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/client.h"
#include "codec/attribute_value.h"

namespace millrace::keeper {

struct ScanOptions {
  std::string table;
  int segments = 4;
  double read_units_per_s_max = 0;  // 0: as fast as the table gives
};

// Calls `take(segment, items)` for each page, at the same time from as many threads as there are
// segments; an Error from it ends the scan. Reads are strongly consistent.
using TakePage = std::function<Status(int segment, std::vector<codec::Item> items)>;
Status scan_table(client::Client& client, const ScanOptions& options, const TakePage& take);

}  // namespace millrace::keeper
