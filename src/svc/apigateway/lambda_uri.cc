#include "svc/apigateway/lambda_uri.h"

namespace millrace::apigateway {
namespace {

constexpr std::string_view kPath = ":lambda:path/2015-03-31/functions/";
constexpr std::string_view kEnd = "/invocations";
constexpr std::string_view kVariable = "${stageVariables.";

bool is_function_arn(std::string_view arn) {
  return arn.starts_with("arn:aws:lambda:") && arn.find(":function:") != std::string_view::npos;
}

}  // namespace

std::optional<std::string> function_arn_of(std::string_view uri) {
  if (uri.starts_with("arn:aws:apigateway:")) {
    size_t at = uri.find(kPath);
    if (at == std::string_view::npos || !uri.ends_with(kEnd)) return std::nullopt;
    size_t start = at + kPath.size();
    if (uri.size() < start + kEnd.size()) return std::nullopt;
    uri = uri.substr(start, uri.size() - start - kEnd.size());
  }
  if (!is_function_arn(uri)) return std::nullopt;
  return std::string(uri);
}

std::string with_stage_variables(std::string_view text,
                                 const std::map<std::string, std::string>& variables) {
  std::string result;
  for (size_t at = text.find(kVariable); at != std::string_view::npos; at = text.find(kVariable)) {
    size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    result += text.substr(0, at);
    auto it = variables.find(
        std::string(text.substr(at + kVariable.size(), end - at - kVariable.size())));
    if (it != variables.end()) result += it->second;
    text.remove_prefix(end + 1);
  }
  result += text;
  return result;
}

}  // namespace millrace::apigateway
