#include "svc/ssm/operations.h"

namespace millrace::ssm {
namespace {

// Without version, and not as an ARN.
std::string plain_name(const std::string& name) {
  auto selector = parse_selector(name);
  return selector.ok() ? std::move(selector->name) : name;
}

template <class Op>
Result<std::vector<svc::Access>> access(Context& ctx, const typename Op::Input& in) {
  std::string action = "ssm:" + std::string(Op::kDescription.name);
  std::vector<svc::Access> out;
  auto need = [&](std::string resource) {
    out.push_back({.action = action, .resource = std::move(resource)});
  };
  if constexpr (requires { in.names; }) {
    for (const std::string& name : in.names)
      need(arn_of(ctx, plain_name(name)));
  } else if constexpr (requires { in.name; }) {
    need(arn_of(ctx, plain_name(in.name)));
  } else if constexpr (requires { in.path; }) {
    need(arn_of(ctx, in.path));
  } else if constexpr (requires { in.resource_id; }) {
    need(arn_of(ctx, in.resource_id));
  } else {
    need("*");
  }
  return out;
}

}  // namespace

void register_operations(svc::Registry& r) {
  r.add<wire::PutParameter>({.run = put_parameter, .access = access<wire::PutParameter>});
  r.add<wire::GetParameter>({.run = get_parameter, .access = access<wire::GetParameter>});
  r.add<wire::GetParameters>({.run = get_parameters, .access = access<wire::GetParameters>});
  r.add<wire::GetParametersByPath>({.run = get_parameters_by_path,
                                    .access = access<wire::GetParametersByPath>,
                                    .blocking = true});
  r.add<wire::DescribeParameters>(
      {.run = describe_parameters, .access = access<wire::DescribeParameters>, .blocking = true});
  r.add<wire::DeleteParameter>({.run = delete_parameter, .access = access<wire::DeleteParameter>});
  r.add<wire::DeleteParameters>(
      {.run = delete_parameters, .access = access<wire::DeleteParameters>});
  r.add<wire::AddTagsToResource>(
      {.run = add_tags_to_resource, .access = access<wire::AddTagsToResource>});
  r.add<wire::RemoveTagsFromResource>(
      {.run = remove_tags_from_resource, .access = access<wire::RemoveTagsFromResource>});
  r.add<wire::ListTagsForResource>(
      {.run = list_tags_for_resource, .access = access<wire::ListTagsForResource>});
}

}  // namespace millrace::ssm
