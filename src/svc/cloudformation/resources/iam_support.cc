#include "svc/cloudformation/resources/iam_support.h"

namespace millrace::cloudformation {

using codec::Json;

std::map<std::string, std::string> inline_policies(const Json& properties) {
  std::map<std::string, std::string> policies;
  const Json* list = properties.find("Policies");
  if (list == nullptr || !list->is_array()) return policies;
  for (const Json& policy : *list->as_array()) {
    const Json* document = policy.find("PolicyDocument");
    std::string text;
    if (document != nullptr)
      text = document->is_string() ? *document->as_string() : document->dump();
    policies[std::string(policy.get_string("PolicyName"))] = std::move(text);
  }
  return policies;
}

std::vector<std::string> texts_of(const Json& properties, std::string_view name) {
  std::vector<std::string> texts;
  const Json* list = properties.find(name);
  if (list == nullptr) return texts;
  if (const std::string* one = list->as_string()) texts.push_back(*one);
  if (const Json::Array* array = list->as_array()) {
    for (const Json& text : *array) {
      if (text.is_string()) texts.push_back(*text.as_string());
    }
  }
  return texts;
}

}  // namespace millrace::cloudformation
