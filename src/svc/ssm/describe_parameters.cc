#include <algorithm>

#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {

Result<wire::DescribeParametersResult> describe_parameters(
    Context& ctx, const wire::DescribeParametersRequest& in) {
  if (in.filters && !in.filters->empty()) return invalid("Filters is not supported by Millrace");
  MR_ASSIGN(auto all, scan(ctx, ""));
  for (const auto& filter :
       in.parameter_filters.value_or(decltype(in.parameter_filters)::value_type())) {
    std::string option = filter.option.value_or("Equals");
    if (filter.key != "Name" || !filter.values || (option != "Equals" && option != "BeginsWith")) {
      return invalid("The filter " + filter.key + " is not supported by Millrace");
    }
    std::erase_if(all, [&](const ParameterRecord& record) {
      return std::none_of(filter.values->begin(), filter.values->end(), [&](const auto& value) {
        return option == "Equals" ? record.name == value : record.name.starts_with(value);
      });
    });
  }
  wire::DescribeParametersResult out;
  out.parameters.emplace();
  MR_TRY(fill_page(
      all, in.next_token, static_cast<size_t>(in.max_results.value_or(50)), *out.parameters,
      out.next_token, [&](const ParameterRecord& record) -> Result<wire::ParameterMetadata> {
        wire::ParameterMetadata one{.name = record.name, .type = record.current().type};
        one.arn = arn_of(ctx, record.name);
        if (one.type == "SecureString") one.key_id = record.key_id;
        one.last_modified_date = record.current().time;
        if (!record.description.empty()) one.description = record.description;
        if (!record.allowed_pattern.empty()) one.allowed_pattern = record.allowed_pattern;
        one.version = record.current().number;
        one.tier = record.tier;
        one.data_type = record.data_type;
        return one;
      }));
  return out;
}

}  // namespace millrace::ssm
