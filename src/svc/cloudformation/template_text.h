// Template text to JSON: templates are JSON or YAML 1.1 with CloudFormation's short tags (!Ref,
// !Sub, !GetAtt a.b ...), which become their long form. Bounded: size, depth; aliases, which could
// multiply it, are refused as CloudFormation refuses them. Pure; free-threaded.
#pragma once

#include <string_view>

#include "base/result.h"
#include "codec/json.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
inline constexpr size_t kTemplateBodyBytesMax = 51'200;
inline constexpr size_t kTemplateUrlBytesMax = 1'048'576;
inline constexpr int kTemplateDepthMax = 100;

// ValidationError with CloudFormation's "Template format error: ...".
Result<codec::Json> parse_template_text(std::string_view text);

Error validation_error(std::string message);

}  // namespace millrace::cloudformation
