// The S3 service, as the server wires it.
#pragma once

#include <string>

#include "svc/operation.h"

namespace millrace::s3 {

void register_operations(svc::Registry& registry);

// Before the first request, in this order: the folders; then, on the worker pool and beside
// requests, finish(): remove files that nothing refers to, and tell events that were not told yet.
Status prepare(const std::string& data_dir);
void finish_last_run(const svc::Ports& ports);

}  // namespace millrace::s3
