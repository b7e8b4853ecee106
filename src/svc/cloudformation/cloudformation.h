// CloudFormation: templates, stacks, change sets. Register the operations, then call resume() once
// when every service is registered: unfinished runs go on where they were.
#pragma once

#include "svc/operation.h"

namespace millrace::cloudformation {

void register_operations(svc::Registry& registry);

// REQUIRES: `ports` outlives the runs.
Status resume(const svc::Ports& ports);

}  // namespace millrace::cloudformation
