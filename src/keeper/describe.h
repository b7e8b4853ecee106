// A table's settings, asked of its endpoint, and waiting for its states. Blocking.
#pragma once

#include <string>

#include "base/clock.h"
#include "client/client.h"
#include "keeper/table_settings.h"

namespace millrace::keeper {

// DescribeTable, tags and TTL. An endpoint without tags or TTL operations has none.
Result<TableSettings> read_settings(client::Client& dynamodb, const std::string& table);

// Waits, asking ten times a second, until table and indexes are ACTIVE. Error: Timeout (400).
Status wait_until_active(client::Client& dynamodb, const std::string& table, const Clock& clock,
                         int64_t timeout_ms = 600'000);

}  // namespace millrace::keeper
