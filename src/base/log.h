// The program's log: spdlog to standard error. Level from --log-level / MILLRACE_LOG_LEVEL.
// Secrets (keys, signatures, session tokens, item contents) never go into it.
#pragma once

#include <spdlog/spdlog.h>

namespace millrace {
// REQUIRES: called once, before threads start. `level` is one of trace debug info warn error off.
void init_log(const char* level);
}  // namespace millrace
