// DynamoDB and DynamoDB Streams: tables, items, transactions and streams on the store.
//
// Items lie in the store by table and key; index entries, the stream record, the expiry entry and
// the counters of a change are written in the transaction of the change. See docs/formats.md.
#pragma once

#include "svc/operation.h"

namespace millrace::dynamodb {

// Registers every operation of both services.
void register_operations(svc::Registry& registry);

// Starts what DynamoDB does by itself: filling indexes, expiring items, trimming streams, clearing
// away deleted tables. Call once, when ports are complete; runs for as long as ports.runner does.
void start_background(const svc::Ports& ports);

}  // namespace millrace::dynamodb
