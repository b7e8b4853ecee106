// EventBridge: rules on the default bus, their schedules and their deliveries.
#pragma once

#include "svc/operation.h"

namespace millrace::events {

void register_operations(svc::Registry& registry);

}  // namespace millrace::events
