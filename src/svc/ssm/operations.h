// The operations of SSM's parameters: one function each, in the file of its name.
#pragma once

#include "svc/ssm/parameter.h"

namespace millrace::ssm {

Result<wire::PutParameterResult> put_parameter(Context& ctx, const wire::PutParameterRequest& in);
Result<wire::GetParameterResult> get_parameter(Context& ctx, const wire::GetParameterRequest& in);
Result<wire::GetParametersResult> get_parameters(Context& ctx,
                                                 const wire::GetParametersRequest& in);
Result<wire::GetParametersByPathResult> get_parameters_by_path(
    Context& ctx, const wire::GetParametersByPathRequest& in);
Result<wire::DescribeParametersResult> describe_parameters(
    Context& ctx, const wire::DescribeParametersRequest& in);
Result<wire::DeleteParameter::Output> delete_parameter(Context& ctx,
                                                       const wire::DeleteParameterRequest& in);
Result<wire::DeleteParametersResult> delete_parameters(Context& ctx,
                                                       const wire::DeleteParametersRequest& in);
Result<wire::AddTagsToResource::Output> add_tags_to_resource(
    Context& ctx, const wire::AddTagsToResourceRequest& in);
Result<wire::RemoveTagsFromResource::Output> remove_tags_from_resource(
    Context& ctx, const wire::RemoveTagsFromResourceRequest& in);
Result<wire::ListTagsForResourceResult> list_tags_for_resource(
    Context& ctx, const wire::ListTagsForResourceRequest& in);

void register_operations(svc::Registry& registry);

}  // namespace millrace::ssm
