#include <algorithm>

#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {
namespace {

constexpr size_t kPageMax = 10;

}  // namespace

Result<wire::GetParametersByPathResult> get_parameters_by_path(
    Context& ctx, const wire::GetParametersByPathRequest& in) {
  if (in.parameter_filters && !in.parameter_filters->empty()) {
    return invalid("ParameterFilters are not supported by Millrace");
  }
  if (!in.path.starts_with('/')) {
    return invalid(
        "The parameter doesn't meet the parameter name requirements. The parameter name "
        "must begin with a forward slash \"/\".");
  }
  std::string prefix = in.path.ends_with('/') ? in.path : in.path + "/";
  MR_ASSIGN(auto all, scan(ctx, prefix));
  if (!in.recursive.value_or(false)) {
    std::erase_if(all, [&](const auto& record) {
      return record.name.find('/', prefix.size()) != std::string::npos;
    });
  }
  Decryption decryption = decryption_of(in.with_decryption);
  wire::GetParametersByPathResult out;
  out.parameters.emplace();
  MR_TRY(fill_page(all, in.next_token, static_cast<size_t>(in.max_results.value_or(kPageMax)),
                   *out.parameters, out.next_token, [&](const ParameterRecord& record) {
                     return to_wire(ctx, record, record.current(), decryption);
                   }));
  return out;
}

}  // namespace millrace::ssm
