// The permission that a control-plane operation needs: API Gateway's IAM actions are HTTP methods,
// its resources are the paths of its API:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-resource.html
#pragma once

#include <string>
#include <vector>

#include "aws/shape.h"
#include "svc/operation.h"

namespace millrace::apigateway {

// "apigateway:PATCH" on "arn:aws:apigateway:REGION::/restapis/ID/stages/dev".
svc::Access path_access(const svc::Context& ctx, const aws::Operation& operation,
                        const void* input);

template <class Op>
Result<std::vector<svc::Access>> operation_access(svc::Context& ctx,
                                                  const typename Op::Input& input) {
  return std::vector<svc::Access>{path_access(ctx, Op::kDescription, &input)};
}

}  // namespace millrace::apigateway
