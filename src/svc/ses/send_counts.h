// How much was sent lately, counted from the outbox.
#pragma once

#include "svc/operation.h"

namespace millrace::ses {

// Recipients of the last 24 hours.
Result<double> sent_last_24_hours(svc::Context& ctx);

}  // namespace millrace::ses
