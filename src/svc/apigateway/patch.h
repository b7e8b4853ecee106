// Patch operations of REST APIs ({"op": "replace", "path": "/description", "value": "x"}): each
// Update operation lists the paths it takes; everything else is refused by name.
// https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/apigateway.h"
#include "base/result.h"

namespace millrace::apigateway {

// One operation, its path taken apart: '/' separates, "~1" stands for '/', "~0" for '~'.
struct Patch {
  std::string op;  // add, remove, replace
  std::vector<std::string> path;
  std::string path_text;
  std::string value;

  bool removes() const { return op == "remove"; }
  // true or false. Errors: BadRequestException.
  Result<bool> boolean() const;
  Result<int64_t> integer() const;
  Result<double> number() const;
};

// A path that may be patched. A segment "*" takes anything.
struct PatchRule {
  std::string_view path;  // "/variables/*"
  std::string_view ops;   // "add remove replace", those of them that AWS has
  std::function<Status(const Patch&)> apply;
};

// Applies the operations in order. Errors: BadRequestException in AWS's words for an op or path
// that no rule takes, or the rule's own.
Status apply_patches(const std::optional<std::vector<aws::apigateway::PatchOperation>>& operations,
                     const std::vector<PatchRule>& rules);

// Rules for the plainest members.
PatchRule text_rule(std::string_view path, std::optional<std::string>& member);
PatchRule flag_rule(std::string_view path, std::optional<bool>& member);

}  // namespace millrace::apigateway
