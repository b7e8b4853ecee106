// What the admin API shows of the store, as JSON documents, and the outbox as a page for people.
// Pure reads; routing and access are server/admin_api's.
#pragma once

#include <cstddef>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "store/store.h"

namespace millrace::server {

// GET /_millrace/usage: {"since", "now", "usage": [{"account", "region", "meter", "quantity"}]}.
Result<codec::Json> usage_view(store::Reader& reader, Instant since, Instant now);

// GET /_millrace/functions: [{"account", "region", "name", "healthy", "lastFailure", ...}].
Result<codec::Json> functions_view(store::Reader& reader);

// GET /_millrace/outbox: {"messages": [...]}, newest first, of all accounts and regions; `limit`
// each.
Result<codec::Json> outbox_view(store::Reader& reader, size_t limit);

// GET /_aws/ses: the same in the shape that test suites written for LocalStack read
// ("messages": [{"Id", "Region", "Source", "Destination", "Subject", "Body", "RawData",
// "Timestamp"}]).
Result<codec::Json> ses_messages_view(store::Reader& reader, size_t limit);

// The outbox as HTML. Everything from a mail is escaped; HTML bodies are shown in a sandboxed
// frame.
Result<std::string> outbox_page(store::Reader& reader, size_t limit);

}  // namespace millrace::server
