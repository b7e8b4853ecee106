// Structs in the query protocol: "Tags.member.1.Key=a&Tags.member.1.Value=b".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/http_message.h"
#include "aws/read_state.h"
#include "aws/scalar_text.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::aws {

// The parameters as a tree: one level a dot.
struct QueryNode {
  std::optional<std::string> value;
  std::map<std::string, QueryNode, std::less<>> children;

  // Errors: MalformedQueryString (400) past the bounds on number and depth.
  static constexpr size_t kParametersMax = 20'000;
  static constexpr size_t kDepthMax = 32;
  static Result<QueryNode> from_parameters(const QueryParameters& parameters);
  const QueryNode* child(std::string_view name) const;
};

Status read_query_struct(const Shape& shape, const QueryNode& node, void* structure,
                         SeenMembers& seen, ReadState& state);
// Appends "&Name=value" for every member.
void append_query_struct(std::string& out, std::string_view prefix, const Shape& shape,
                         const void* structure, TimeStyle style);

}  // namespace millrace::aws
