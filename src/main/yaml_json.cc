#include "main/yaml_json.h"

#include <yaml-cpp/yaml.h>

#include <string>

namespace millrace {
namespace {

using codec::Json;

constexpr int kDepthMax = 64;

Json scalar(const YAML::Node& node) {
  std::string text = node.Scalar();
  if (node.Tag() == "!") return Json(text);  // quoted
  if (text == "true") return Json(true);
  if (text == "false") return Json(false);
  auto parsed = Json::parse(text);
  if (parsed.ok() && parsed->is_number()) return std::move(*parsed);
  return Json(text);
}

Json convert(const YAML::Node& node, int depth) {
  if (depth > kDepthMax) return Json();
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    Json out = Json::array();
    for (const auto& element : node)
      out.push(convert(element, depth + 1));
    return out;
  }
  if (!node.IsMap()) return Json();
  Json out = Json::object();
  for (const auto& entry : node) {
    out.set(entry.first.Scalar(), convert(entry.second, depth + 1));
  }
  return out;
}

}  // namespace

Json yaml_to_json(const YAML::Node& node) { return convert(node, 0); }

}  // namespace millrace
