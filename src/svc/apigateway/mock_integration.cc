#include "svc/apigateway/mock_integration.h"

#include <algorithm>

#include "base/encoding.h"
#include "svc/apigateway/context_variables.h"
#include "svc/apigateway/request_parts.h"

namespace millrace::apigateway {
namespace {

expr::TemplateInput template_input(const Exchange& exchange) {
  expr::TemplateInput input;
  input.header = [&exchange](std::string_view name) {
    // Headers are told apart by case here, as on AWS: that is why tools ask for both spellings.
    for (const auto& [each, value] : exchange.request.headers) {
      if (each == name) return value;
    }
    return std::string();
  };
  // $input.params(x): the path first, then the query string, then the headers.
  input.parameter = [&exchange, header = input.header](std::string_view name) {
    for (const auto& [each, value] : exchange.path_parameters) {
      if (each == name) return percent_decode(value);
    }
    for (const auto& [each, values] : parse_query(exchange.request.query)) {
      if (each == name) return values.back();
    }
    return header(name);
  };
  input.context = [&exchange](std::string_view name) { return context_variable(exchange, name); };
  input.stage_variable = [&exchange](std::string_view name) -> std::optional<std::string> {
    auto it = exchange.stage->variables.find(std::string(name));
    if (it == exchange.stage->variables.end()) return std::nullopt;
    return it->second;
  };
  return input;
}

const expr::MappingTemplate* template_for(
    const std::map<std::string, expr::MappingTemplate>& templates,
    const std::string* content_type) {
  std::string type = content_type == nullptr ? "application/json" : ascii_lower(*content_type);
  type = type.substr(0, type.find(';'));
  auto it = templates.find(type);
  return it == templates.end() ? nullptr : &it->second;
}

// {"statusCode": 200}, also with the name unquoted, as deploy tools write it.
std::optional<int> status_in(std::string_view text) {
  constexpr std::string_view kName = "statusCode";
  auto skip = [&](std::string_view characters) {
    while (!text.empty() && characters.find(text[0]) != std::string_view::npos)
      text.remove_prefix(1);
  };
  skip(" \t\r\n");
  if (!text.starts_with('{')) return std::nullopt;
  size_t at = text.find(kName);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + kName.size());
  skip("\"'");
  skip(" \t\r\n");
  if (!text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  skip(" \t\r\n\"'");
  int status = 0;
  size_t digits = 0;
  while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9') {
    status = status * 10 + (text[digits++] - '0');
  }
  if (digits != 3) return std::nullopt;
  return status;
}

const CompiledMock::Response* response_for(const CompiledMock& mock, int status) {
  const CompiledMock::Response* fallback = nullptr;
  std::string text = std::to_string(status);
  for (const auto& response : mock.responses) {
    if (!response.pattern)
      fallback = &response;
    else if (response.pattern->matches(text))
      return &response;
  }
  // Without a pattern the status itself chooses, then the default response.
  for (const auto& response : mock.responses) {
    if (!response.pattern && response.status_text == text) return &response;
  }
  return fallback;
}

std::string mapped_value(const Exchange& exchange, const std::string& expression) {
  if (expression.starts_with('\'')) return expression.substr(1, expression.size() - 2);
  if (expression.starts_with("context.")) {
    return context_variable(exchange, std::string_view(expression).substr(8)).value_or("");
  }
  constexpr std::string_view kVariables = "stageVariables.";
  if (expression.starts_with(kVariables)) {
    auto it = exchange.stage->variables.find(expression.substr(kVariables.size()));
    return it == exchange.stage->variables.end() ? std::string() : it->second;
  }
  return {};  // integration.response.header.*: a mock has none
}

void set_header(HeaderList& headers, const std::string& name, std::string value) {
  for (auto& [each, current] : headers) {
    if (ascii_iequals(each, name)) {
      current = std::move(value);
      return;
    }
  }
  headers.emplace_back(name, std::move(value));
}

}  // namespace

std::optional<ApiResponse> mock_answer(const Exchange& exchange) {
  const CompiledMock& mock = *exchange.method->mock;
  expr::TemplateInput input = template_input(exchange);
  std::string request;
  if (auto* request_template =
          template_for(mock.request_templates, exchange.header("Content-Type"))) {
    request = request_template->render(input).text;
  } else if (mock.passes_unmatched) {
    request = exchange.request.body;
  } else {
    return std::nullopt;
  }
  auto status = status_in(request);
  if (!status) return std::nullopt;
  const CompiledMock::Response* chosen = response_for(mock, *status);
  if (chosen == nullptr) return std::nullopt;
  ApiResponse response{.status = chosen->status};
  response.headers.emplace_back("Content-Type", "application/json");
  for (const auto& [name, expression] : chosen->headers) {
    std::string value = mapped_value(exchange, expression);
    if (!value.empty()) set_header(response.headers, name, std::move(value));
  }
  const std::string json = "application/json";
  if (auto* response_template = template_for(chosen->templates, &json)) {
    expr::TemplateOutput output = response_template->render(input);
    response.body = std::move(output.text);
    for (auto& [name, value] : output.header_overrides)
      set_header(response.headers, name, value);
    if (output.status_override) response.status = *output.status_override;
  }
  return response;
}

}  // namespace millrace::apigateway
