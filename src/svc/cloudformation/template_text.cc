#include "svc/cloudformation/template_text.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace millrace::cloudformation {
namespace {

using codec::Json;

// Thrown through yaml-cpp by our own handler and caught below: its parser knows no other way to
// stop.
struct Refused {
  std::string message;
};

Refused refuse(const YAML::Mark& mark, std::string_view message) {
  return Refused{
      fmt::format("Template format error: YAML not well-formed. (line {}, column {}): {}",
                  mark.line + 1, mark.column + 1, message)};
}

// "!Sub" -> "Fn::Sub"; Ref and Condition have no prefix.
std::optional<std::string> long_name(std::string_view tag) {
  static constexpr std::array kTags = std::to_array<std::string_view>(
      {"And",          "Base64",       "Cidr",    "Equals",      "FindInMap",
       "GetAtt",       "GetAZs",       "If",      "ImportValue", "Join",
       "Not",          "Or",           "Select",  "Split",       "Sub",
       "Transform",    "ToJsonString", "Length",  "Contains",    "EachMemberEquals",
       "EachMemberIn", "RefAll",       "ValueOf", "ValueOfAll"});
  if (!tag.starts_with('!')) return std::nullopt;
  tag.remove_prefix(1);
  if (tag == "Ref" || tag == "Condition") return std::string(tag);
  for (std::string_view known : kTags) {
    if (known == tag) return fmt::format("Fn::{}", tag);
  }
  return std::nullopt;
}

// YAML 1.1 core schema of plain scalars, as far as templates use it. Version dates stay text.
Json plain_scalar(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE" || text == "yes" || text == "Yes" ||
      text == "on" || text == "On") {
    return Json(true);
  }
  if (text == "false" || text == "False" || text == "FALSE" || text == "no" || text == "No" ||
      text == "off" || text == "Off") {
    return Json(false);
  }
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return Json();
  }
  bool zero_led = text.size() > 1 && text[0] == '0' && text[1] != '.';  // "0123" is an identifier
  if (zero_led) return Json(text);
  const char* end = text.data() + text.size();
  int64_t whole = 0;
  if (auto r = std::from_chars(text.data(), end, whole); r.ec == std::errc() && r.ptr == end) {
    return Json(whole);
  }
  bool numeric = text.find_first_not_of("0123456789.eE+-") == std::string::npos &&
                 text.find_first_of("0123456789") != std::string::npos;
  double real = 0;
  if (numeric) {
    auto r = std::from_chars(text.data(), end, real);
    if (r.ec == std::errc() && r.ptr == end) return Json(real);
  }
  return Json(text);
}

class Builder final : public YAML::EventHandler {
 public:
  Json take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(mark, Json()); }
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {
    throw Refused{"Template error: YAML aliases are not allowed in CloudFormation templates"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (is_key()) {  // keys are text, whatever they look like
      keep_key(mark, value);
      return;
    }
    if (tag.empty() || tag == "?") return add(mark, plain_scalar(value));
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return add(mark, Json(value));
    if (tag.starts_with("tag:yaml.org,2002:")) return add(mark, plain_scalar(value));
    auto name = long_name(tag);
    if (!name) throw refuse(mark, fmt::format("unknown tag {}", tag));
    Json argument(value);
    if (*name == "Fn::GetAtt") {
      size_t dot = value.find('.');
      if (dot == std::string::npos) throw refuse(mark, "!GetAtt needs \"resource.attribute\"");
      argument = Json::Array{Json(value.substr(0, dot)), Json(value.substr(dot + 1))};
    }
    Json call = Json::object();
    call.set(*name, std::move(argument));
    add(mark, std::move(call));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, Json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Json value;
    std::optional<std::string> wrapper;  // the long name of the tag it had
    std::optional<std::string> key;      // of a map: read, its value still to come
    YAML::Mark mark;
  };

  bool is_key() const {
    return !levels_.empty() && levels_.back().value.is_object() && !levels_.back().key;
  }
  void keep_key(const YAML::Mark& mark, const std::string& key) {
    if (key == "<<") throw refuse(mark, "merge keys are not supported");
    if (levels_.back().value.find(key) != nullptr) {
      throw refuse(mark, fmt::format("duplicate key {}", key));
    }
    levels_.back().key = key;
  }
  void open(const YAML::Mark& mark, const std::string& tag, Json empty) {
    if (is_key()) throw refuse(mark, "a key must be text");
    if (levels_.size() >= kTemplateDepthMax) throw refuse(mark, "nested too deep");
    Level level{.value = std::move(empty), .mark = mark};
    bool plain = tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:");
    if (!plain) {
      level.wrapper = long_name(tag);
      if (!level.wrapper) throw refuse(mark, fmt::format("unknown tag {}", tag));
    }
    levels_.push_back(std::move(level));
  }
  void close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    if (level.wrapper) {
      Json call = Json::object();
      call.set(*level.wrapper, std::move(level.value));
      level.value = std::move(call);
    }
    add(level.mark, std::move(level.value));
  }
  void add(const YAML::Mark& mark, Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& top = levels_.back();
    if (top.value.is_array()) {
      top.value.push(std::move(value));
      return;
    }
    if (!top.key) throw refuse(mark, "a key must be text");
    top.value.as_object()->emplace_back(std::move(*top.key), std::move(value));
    top.key.reset();
  }

  std::vector<Level> levels_;
  Json root_;
};

Result<Json> parse_yaml(std::string_view text) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder;
    if (!parser.HandleNextDocument(builder)) return Json();
    return builder.take();
  } catch (const Refused& refused) {
    return validation_error(refused.message);
  } catch (const YAML::Exception& error) {
    return validation_error(
        fmt::format("Template format error: YAML not well-formed. (line {}, column {})",
                    error.mark.line + 1, error.mark.column + 1));
  } catch (const std::exception&) {
    return validation_error("Template format error: YAML not well-formed.");
  }
}

}  // namespace

Error validation_error(std::string message) {
  return Error("ValidationError", 400, std::move(message));
}

Result<Json> parse_template_text(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  bool looks_like_json = first != std::string_view::npos && text[first] == '{';
  Json root;
  if (looks_like_json) {
    auto json = Json::parse(text, kTemplateDepthMax);
    if (json.ok()) {
      root = std::move(*json);
    } else {  // a YAML flow mapping also begins with a brace
      auto yaml = parse_yaml(text);
      if (!yaml.ok()) {
        return validation_error("Template format error: JSON not well-formed.");
      }
      root = std::move(*yaml);
    }
  } else {
    MR_ASSIGN(root, parse_yaml(text));
  }
  if (!root.is_object()) {
    return validation_error("Template format error: unsupported structure.");
  }
  return root;
}

}  // namespace millrace::cloudformation
