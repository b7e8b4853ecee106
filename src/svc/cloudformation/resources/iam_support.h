// What the types of IAM share: reading policies and lists of names from properties.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/json.h"

namespace millrace::cloudformation {

// [{PolicyName, PolicyDocument}] as name -> document's text.
std::map<std::string, std::string> inline_policies(const codec::Json& properties);

// A list of strings, or nothing.
std::vector<std::string> texts_of(const codec::Json& properties, std::string_view name);

}  // namespace millrace::cloudformation
