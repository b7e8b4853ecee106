#include "svc/cloudformation/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/encoding.h"
#include "svc/cloudformation/cidr.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

Error bad_arguments(std::string_view function, std::string_view what) {
  return validation_error(fmt::format("Template error: {} {}", function, what));
}

bool is_unknown(const Json& value) {
  if (const std::string* text = value.as_string()) {
    return text->find(kKnownAfterApply) != std::string::npos;
  }
  if (const Json::Array* array = value.as_array()) {
    return std::any_of(array->begin(), array->end(), is_unknown);
  }
  return false;
}

// Numbers and booleans as text, as CloudFormation joins and substitutes them.
std::optional<std::string> scalar(const Json& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (value.is_number() || value.is_bool()) return value.dump();
  return std::nullopt;
}

std::optional<int64_t> index_of(const Json& value) {
  if (const int64_t* number = value.as_int()) return *number;
  const std::string* text = value.as_string();
  if (text == nullptr || text->empty() || text->size() > 6 ||
      text->find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(*text);
}

}  // namespace

Resolver::Handler Resolver::find_handler(std::string_view name) {
  static constexpr std::array kHandlers = std::to_array<std::pair<std::string_view, Handler>>({
      {"Ref", &Resolver::fn_ref},
      {"Fn::GetAtt", &Resolver::fn_get_att},
      {"Fn::Sub", &Resolver::fn_sub},
      {"Fn::Join", &Resolver::fn_join},
      {"Fn::Select", &Resolver::fn_select},
      {"Fn::Split", &Resolver::fn_split},
      {"Fn::FindInMap", &Resolver::fn_find_in_map},
      {"Fn::If", &Resolver::fn_if},
      {"Fn::Base64", &Resolver::fn_base64},
      {"Fn::GetAZs", &Resolver::fn_get_azs},
      {"Fn::ImportValue", &Resolver::fn_import_value},
      {"Fn::Cidr", &Resolver::fn_cidr},
      {"Fn::Length", &Resolver::fn_length},
      {"Fn::ToJsonString", &Resolver::fn_to_json_string},
  });
  for (const auto& [known, handler] : kHandlers) {
    if (known == name) return handler;
  }
  return nullptr;
}

Result<Resolver::Value> Resolver::resolve(const Json& value) {
  if (auto call = as_intrinsic(value)) return resolve_call(*call);
  if (const std::string* text = value.as_string()) {
    if (text->find("{{resolve:") == std::string::npos) return Value(value);
    MR_ASSIGN(std::string expanded, expand_dynamic(*text));
    return Value(Json(std::move(expanded)));
  }
  if (const Json::Array* array = value.as_array()) {
    Json out = Json::array();
    for (const Json& element : *array) {
      MR_ASSIGN(Value resolved, resolve(element));
      if (resolved) out.push(std::move(*resolved));
    }
    return Value(std::move(out));
  }
  if (const Json::Object* object = value.as_object()) {
    Json::Object out;
    for (const auto& [name, member] : *object) {
      MR_ASSIGN(Value resolved, resolve(member));
      if (resolved) out.emplace_back(name, std::move(*resolved));
    }
    return Value(Json(std::move(out)));
  }
  return Value(value);
}

Status Resolver::spend(size_t bytes) {
  spent_bytes_ += bytes;
  if (spent_bytes_ <= kResolvedBytesMax) return ok_status();
  return validation_error(fmt::format(
      "Template error: the template's functions give more than {} bytes", kResolvedBytesMax));
}

Status Resolver::spend_on(const Json& value) {
  if (const std::string* text = value.as_string()) return spend(text->size());
  MR_TRY(spend(sizeof(Json)));
  if (const Json::Array* array = value.as_array()) {
    for (const Json& element : *array)
      MR_TRY(spend_on(element));
  } else if (const Json::Object* object = value.as_object()) {
    for (const auto& [name, member] : *object) {
      MR_TRY(spend(name.size()));
      MR_TRY(spend_on(member));
    }
  }
  return ok_status();
}

Result<Resolver::Value> Resolver::resolve_call(const IntrinsicCall& call) {
  Handler handler = find_handler(call.name);
  if (handler == nullptr) {
    return validation_error(
        fmt::format("Template error: {} is not supported by Millrace", call.name));
  }
  MR_ASSIGN(Value value, (this->*handler)(*call.argument));
  if (value) MR_TRY(spend_on(*value));
  return value;
}

Result<Json> Resolver::resolve_properties(const Json& properties) {
  MR_ASSIGN(Value value, resolve(properties));
  if (!value) return Json::object();
  make_reachable(*value);
  return std::move(*value);
}

Result<Resolver::Value> Resolver::resolve_output(const Json& value) {
  MR_ASSIGN(Value resolved, resolve(value));
  if (resolved) make_reachable(*resolved);
  return resolved;
}

// Only in what is whole: a part may be joined to more.
void Resolver::make_reachable(Json& value) {
  if (std::string* text = value.as_string()) {
    *text = with_reachable_urls(std::move(*text));
  } else if (Json::Array* array = value.as_array()) {
    for (Json& element : *array)
      make_reachable(element);
  } else if (Json::Object* object = value.as_object()) {
    for (auto& [name, member] : *object)
      make_reachable(member);
  }
}

Result<std::string> Resolver::resolve_text(const Json& value) {
  MR_ASSIGN(Value resolved, resolve(value));
  auto text = resolved ? scalar(*resolved) : std::nullopt;
  if (!text) return validation_error("Template error: a string is needed where there is none");
  return std::move(*text);
}

Result<std::vector<Json>> Resolver::resolve_list(const Json& argument) {
  MR_ASSIGN(Value resolved, resolve(argument));
  if (!resolved || !resolved->is_array()) {
    return validation_error("Template error: a list is needed where there is none");
  }
  return std::move(*resolved->as_array());
}

Result<Resolver::Value> Resolver::fn_ref(const Json& argument) {
  const std::string& name = *argument.as_string();  // checked by Template::parse
  if (name == "AWS::NoValue") return Value();
  if (name == "AWS::AccountId") return Value(Json(environment_.account));
  if (name == "AWS::Region") return Value(Json(environment_.region));
  if (name == "AWS::StackId") return Value(Json(environment_.stack_id));
  if (name == "AWS::StackName") return Value(Json(environment_.stack_name));
  if (name == "AWS::Partition") return Value(Json("aws"));
  if (name == "AWS::URLSuffix") return Value(Json("amazonaws.com"));
  if (name == "AWS::NotificationARNs") {
    return Value(Json::array());  // none can be given (request.h)
  }
  if (name.starts_with("AWS::")) {
    return validation_error(
        fmt::format("Template format error: Unresolved resource dependencies [{}] in the Resources "
                    "block of the template",
                    name));
  }
  auto parameter = environment_.parameters.find(name);
  if (parameter != environment_.parameters.end()) return Value(parameter->second);
  MR_ASSIGN(Json value, source_.ref(name));
  return Value(std::move(value));
}

Result<Resolver::Value> Resolver::fn_get_att(const Json& argument) {
  ReferenceSource::Attribute attribute;
  if (const std::string* text = argument.as_string()) {
    size_t dot = text->find('.');
    attribute = {text->substr(0, dot), text->substr(dot + 1)};
  } else {
    const Json::Array& parts = *argument.as_array();
    MR_ASSIGN(std::string name, resolve_text(parts[1]));
    attribute = {*parts[0].as_string(), std::move(name)};
  }
  MR_ASSIGN(Json value, source_.attribute(attribute));
  return Value(std::move(value));
}

// `own`: what the function itself gives for the name, or null.
Result<std::string> Resolver::sub_value(const std::string& name, const Json* own) {
  if (own != nullptr) return resolve_text(*own);
  size_t dot = name.find('.');
  Value value;
  if (dot != std::string::npos) {
    MR_ASSIGN(Json attribute, source_.attribute({name.substr(0, dot), name.substr(dot + 1)}));
    value = std::move(attribute);
  } else {
    MR_ASSIGN(value, fn_ref(Json(name)));
  }
  auto text = value ? scalar(*value) : std::nullopt;
  if (!text) {
    return bad_arguments("Fn::Sub", fmt::format("variable {} does not resolve to a string", name));
  }
  return std::move(*text);
}

Result<Resolver::Value> Resolver::fn_sub(const Json& argument) {
  const Json::Array* parts = argument.as_array();
  const std::string& text = parts != nullptr ? *(*parts)[0].as_string() : *argument.as_string();
  std::map<std::string_view, const Json*> own;
  if (parts != nullptr) {
    for (const auto& [name, value] : *(*parts)[1].as_object())
      own[name] = &value;
  }
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    size_t open = text.find("${", at);
    size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) break;
    out.append(text, at, open - at);
    std::string inside = text.substr(open + 2, close - open - 2);
    at = close + 1;
    if (inside.starts_with('!')) {
      out += "${" + inside.substr(1) + "}";
      continue;
    }
    std::vector<std::string> names = sub_names("${" + inside + "}");
    if (names.empty()) continue;
    auto known = own.find(names.front());
    MR_ASSIGN(std::string value,
              sub_value(names.front(), known == own.end() ? nullptr : known->second));
    MR_TRY(spend(value.size()));
    out += value;
  }
  out.append(text, at);
  MR_ASSIGN(out, expand_dynamic(std::move(out)));
  return Value(Json(std::move(out)));
}

Result<Resolver::Value> Resolver::fn_join(const Json& argument) {
  const Json::Array* parts = argument.as_array();
  if (parts == nullptr || parts->size() != 2 || !(*parts)[0].is_string()) {
    return validation_error(
        "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and "
        "(2) a list of strings to be joined or a function that returns a list of strings (such as "
        "Fn::GetAZs) to be joined.");
  }
  MR_ASSIGN(Value list, resolve((*parts)[1]));
  if (list && list->is_string() && is_unknown(*list)) return list;
  if (!list || !list->is_array()) {
    return bad_arguments("Fn::Join", "needs a list of strings to be joined");
  }
  std::string out;
  bool first = true;
  for (const Json& element : *list->as_array()) {
    auto text = scalar(element);
    if (!text) return bad_arguments("Fn::Join", "joins strings only");
    MR_TRY(spend(text->size() + (*parts)[0].as_string()->size()));
    if (!first) out += *(*parts)[0].as_string();
    first = false;
    out += *text;
  }
  MR_ASSIGN(out, expand_dynamic(std::move(out)));
  return Value(Json(std::move(out)));
}

Result<Resolver::Value> Resolver::fn_select(const Json& argument) {
  const Json::Array* parts = argument.as_array();
  if (parts == nullptr || parts->size() != 2) {
    return validation_error(
        "Template error: Fn::Select requires a list argument with two elements: an integer index "
        "and a list");
  }
  MR_ASSIGN(Value index_value, resolve((*parts)[0]));
  MR_ASSIGN(Value list, resolve((*parts)[1]));
  if (list && is_unknown(*list)) return Value(Json(kKnownAfterApply));
  auto index = index_value ? index_of(*index_value) : std::nullopt;
  if (!index || !list || !list->is_array()) {
    return validation_error(
        "Template error: Fn::Select requires a list argument with two elements: an integer index "
        "and a list");
  }
  Json::Array& array = *list->as_array();
  if (*index < 0 || static_cast<size_t>(*index) >= array.size()) {
    return validation_error(fmt::format(
        "Template error: Fn::Select cannot select nonexistent value at index {}", *index));
  }
  return Value(std::move(array[static_cast<size_t>(*index)]));
}

Result<Resolver::Value> Resolver::fn_split(const Json& argument) {
  const Json::Array* parts = argument.as_array();
  if (parts == nullptr || parts->size() != 2 || !(*parts)[0].is_string() ||
      (*parts)[0].as_string()->empty()) {
    return validation_error(
        "Template error: every Fn::Split object requires two parameters, (1) a string delimiter "
        "and "
        "(2) a string to be split or a function that returns a string to be split.");
  }
  MR_ASSIGN(std::string text, resolve_text((*parts)[1]));
  if (is_unknown(Json(text))) return Value(Json(kKnownAfterApply));
  const std::string& delimiter = *(*parts)[0].as_string();
  Json out = Json::array();
  size_t start = 0;
  for (size_t at = text.find(delimiter); at != std::string::npos;
       at = text.find(delimiter, start)) {
    out.push(Json(text.substr(start, at - start)));
    start = at + delimiter.size();
  }
  out.push(Json(text.substr(start)));
  return Value(std::move(out));
}

Result<Resolver::Value> Resolver::fn_find_in_map(const Json& argument) {
  const Json::Array* parts = argument.as_array();
  bool has_default = parts != nullptr && parts->size() == 4 && (*parts)[3].find("DefaultValue");
  if (has_default) MR_TRY(need_extensions("The DefaultValue of Fn::FindInMap"));
  if (parts == nullptr || (parts->size() != 3 && !has_default)) {
    return validation_error(
        "Template error: every Fn::FindInMap object requires three parameters, the map name, map "
        "key and the attribute for return value");
  }
  std::array<std::string, 3> names;
  for (size_t i = 0; i < 3; ++i) {
    MR_ASSIGN(names[i], resolve_text((*parts)[i]));
  }
  const Json* map = template_.mappings.find(names[0]);
  const Json* in_map = map == nullptr ? nullptr : map->find(names[1]);
  if (in_map != nullptr) in_map = in_map->find(names[2]);
  if (in_map != nullptr) return Value(*in_map);
  if (has_default) return resolve(*(*parts)[3].find("DefaultValue"));
  if (map == nullptr) {
    return validation_error(
        fmt::format("Template error: Mapping named '{}' is not present in the "
                    "'Mappings' section of template.",
                    names[0]));
  }
  return validation_error(fmt::format("Template error: Unable to get mapping for {}::{}::{}",
                                      names[0], names[1], names[2]));
}

Result<Resolver::Value> Resolver::fn_if(const Json& argument) {
  const Json::Array* parts = argument.as_array();
  if (parts == nullptr || parts->size() != 3 || !(*parts)[0].is_string()) {
    return validation_error("Template error: Fn::If requires a list argument with three elements");
  }
  const std::string& name = *(*parts)[0].as_string();
  MR_ASSIGN(bool holds, named_condition(name));
  return resolve((*parts)[holds ? 1 : 2]);
}

Result<Resolver::Value> Resolver::fn_base64(const Json& argument) {
  MR_ASSIGN(std::string text, resolve_text(argument));
  return Value(Json(base64_encode(text)));
}

Result<Resolver::Value> Resolver::fn_get_azs(const Json& argument) {
  MR_ASSIGN(std::string region, resolve_text(argument));
  if (region.empty()) region = environment_.region;
  Json zones = Json::array();
  for (const char* letter : {"a", "b", "c"})
    zones.push(Json(region + letter));
  return Value(std::move(zones));
}

Result<Resolver::Value> Resolver::fn_import_value(const Json& argument) {
  MR_ASSIGN(std::string name, resolve_text(argument));
  MR_ASSIGN(std::string value, source_.import_value(name));
  return Value(Json(std::move(value)));
}

Result<Resolver::Value> Resolver::fn_cidr(const Json& argument) {
  const Json::Array* parts = argument.as_array();
  if (parts == nullptr || parts->size() < 2 || parts->size() > 3) {
    return validation_error(
        "Template error: every Fn::Cidr object requires two or three parameters, the ipBlock, the "
        "count and the cidrBits");
  }
  CidrRequest request;
  MR_ASSIGN(request.block, resolve_text((*parts)[0]));
  if (is_unknown(Json(request.block))) return Value(Json(kKnownAfterApply));
  MR_ASSIGN(std::string count, resolve_text((*parts)[1]));
  std::string bits = "0";
  if (parts->size() == 3) {
    MR_ASSIGN(bits, resolve_text((*parts)[2]));
  }
  request.count = static_cast<int>(index_of(Json(count)).value_or(-1));
  request.host_bits = static_cast<int>(index_of(Json(bits)).value_or(-1));
  MR_ASSIGN(auto blocks, cidr_blocks(request));
  Json out = Json::array();
  for (std::string& block : blocks)
    out.push(Json(std::move(block)));
  return Value(std::move(out));
}

Status Resolver::need_extensions(std::string_view function) const {
  const auto& transforms = template_.transforms;
  if (std::find(transforms.begin(), transforms.end(), kLanguageExtensions) != transforms.end()) {
    return ok_status();
  }
  return validation_error(
      fmt::format("Template error: {} needs the transform {}", function, kLanguageExtensions));
}

Result<Resolver::Value> Resolver::fn_length(const Json& argument) {
  MR_TRY(need_extensions("Fn::Length"));
  MR_ASSIGN(Value list, resolve(argument));
  if (list && is_unknown(*list)) return Value(Json(kKnownAfterApply));
  if (!list || !list->is_array()) return bad_arguments("Fn::Length", "requires a list");
  return Value(Json(static_cast<int64_t>(list->as_array()->size())));
}

Result<Resolver::Value> Resolver::fn_to_json_string(const Json& argument) {
  MR_TRY(need_extensions("Fn::ToJsonString"));
  MR_ASSIGN(Value value, resolve(argument));
  if (!value || (!value->is_object() && !value->is_array())) {
    return bad_arguments("Fn::ToJsonString", "requires an object or a list");
  }
  return Value(Json(value->dump()));
}

Result<std::string> Resolver::expand_dynamic(std::string text) {
  constexpr std::string_view kOpen = "{{resolve:";
  size_t at = text.find(kOpen);
  while (at != std::string::npos) {
    size_t close = text.find("}}", at);
    if (close == std::string::npos) break;
    if (++dynamic_references_ > kDynamicReferencesMax) {
      return validation_error(
          fmt::format("Template error: more than {} dynamic references", kDynamicReferencesMax));
    }
    std::string inside = text.substr(at + kOpen.size(), close - at - kOpen.size());
    MR_ASSIGN(std::string value, source_.dynamic_reference(inside));
    text.replace(at, close + 2 - at, value);
    at = text.find(kOpen, at + value.size());
  }
  return text;
}

// Every https://ID.execute-api.REGION.amazonaws.com/... in the text, to its end or the next white
// space.
std::string Resolver::with_reachable_urls(std::string text) {
  constexpr std::string_view kMiddle = ".execute-api.";
  std::string_view rest = text;
  std::string out;
  size_t middle = rest.find(kMiddle);
  while (middle != std::string_view::npos) {
    size_t slashes = rest.substr(0, middle).rfind("://");
    size_t suffix = rest.find(".amazonaws.com", middle);
    if (suffix == std::string_view::npos) break;
    size_t end = std::min(rest.find_first_of(" \t\r\n\"'<>", suffix), rest.size());
    size_t scheme = slashes == std::string_view::npos ? middle : slashes;
    while (scheme > 0 && std::isalpha(static_cast<unsigned char>(rest[scheme - 1])))
      --scheme;
    std::string_view name = rest.substr(scheme, slashes - scheme);
    bool http = slashes != std::string_view::npos && (name == "https" || name == "http");
    std::string_view id = http ? rest.substr(slashes + 3, middle - slashes - 3) : "";
    bool plain = !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c));
    });
    if (plain) {
      out += rest.substr(0, scheme);
      out += source_.reachable_url(std::string(rest.substr(scheme, end - scheme)));
    } else {
      out += rest.substr(0, end);
    }
    rest.remove_prefix(end);
    middle = rest.find(kMiddle);
  }
  if (out.empty()) return text;
  out += rest;
  return out;
}

}  // namespace millrace::cloudformation
