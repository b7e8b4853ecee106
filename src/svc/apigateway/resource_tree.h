// The tree that the resources of a REST API form: where a resource may be, and its path. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

// The path that `resource` (its parent and part are set) would have among `resources`, which may
// contain it at another place. Errors: AWS's for a missing parent, a bad part, a name or variable
// that is taken.
Result<std::string> place_resource(const std::vector<v1::Resource>& resources,
                                   const v1::Resource& resource);

// `root_id` and everything below it.
std::vector<std::string> subtree_of(const std::vector<v1::Resource>& resources,
                                    const std::string& root_id);

// `moved` has a new parent or part: it and everything below it, with their new paths; itself first.
Result<std::vector<v1::Resource>> move_resource(const std::vector<v1::Resource>& resources,
                                                v1::Resource moved);

// As answers show it: methods only by name, unless `embed` asks for "methods".
v1::Resource listed_resource(v1::Resource resource,
                             const std::optional<std::vector<std::string>>& embed);

}  // namespace millrace::apigateway
