// A section of millrace.yaml as the services take it: JSON.
#pragma once

#include "codec/json.h"

namespace YAML {
class Node;
}

namespace millrace {

// Plain scalars become numbers, booleans and null as YAML reads them; quoted ones stay text. Deeper
// than 64 levels is cut to null.
codec::Json yaml_to_json(const YAML::Node& node);

}  // namespace millrace
