// Forecast: what a goal would change of a stack as it is, as change sets show it. What only the
// deployment will tell (a new resource's id) stands as kKnownAfterApply (resolver.h).
#pragma once

#include "svc/cloudformation/records.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

struct Forecast {
  codec::Json changes = codec::Json::array();  // documents of the model's Change
  bool any = false;                            // something changes, be it only an output or a tag
};
Result<Forecast> forecast(svc::Context& ctx, Rows& rows, const StackRecord& stack, const Goal& goal,
                          bool is_update);

}  // namespace millrace::cloudformation
