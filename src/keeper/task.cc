#include "keeper/task.h"

#include <fmt/format.h>

namespace millrace::keeper {

ExitCode exit_code_of(const Error& error) {
  if (error.code() == kGapCode) return ExitCode::kGap;
  if (error.code() == kParkedCode) return ExitCode::kParked;
  if (error.code() == kRefusedCode) return ExitCode::kRefused;
  return ExitCode::kFailed;
}

std::string TaskConfig::id() const {
  return fmt::format("{}/{}>{}/{}", source_region, source_table, target_region, target_table);
}

}  // namespace millrace::keeper
