// References between the parts of a template. Pure.
#pragma once

#include "svc/cloudformation/template.h"

namespace millrace::cloudformation {

// Adds to each resource's depends_on what its properties refer to. Errors: ValidationError for
// references that lead nowhere.
Status link_references(Template& tmpl);

// REQUIRES: linked. Errors: ValidationError "Circular dependency between resources: [A, B]".
Status check_cycles(const Template& tmpl);

}  // namespace millrace::cloudformation
