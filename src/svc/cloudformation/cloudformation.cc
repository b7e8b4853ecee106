#include "svc/cloudformation/cloudformation.h"

#include "svc/cloudformation/operations.h"

namespace millrace::cloudformation {

void register_operations(svc::Registry& registry) {
  register_stacks(registry);
  register_change_sets(registry);
  register_queries(registry);
}

}  // namespace millrace::cloudformation
