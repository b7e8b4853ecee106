#include "aws/apigatewayv2.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-integration.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateIntegration::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "IntegrationType", .operation = kCreate, .need = Need::kRequired},
    {.name = "IntegrationUri", .operation = kCreate},
    {.name = "IntegrationMethod", .operation = kCreate},
    {.name = "IntegrationSubtype", .operation = kCreate},
    {.name = "PayloadFormatVersion", .operation = kCreate, .unset = R"("1.0")"},
    {.name = "TimeoutInMillis", .operation = kCreate, .unset = "30000"},
    {.name = "ConnectionType", .operation = kCreate, .unset = R"("INTERNET")"},
    {.name = "Description", .operation = kCreate, .unset = R"("")"},
};
constexpr std::string_view kAttributes[] = {"IntegrationId"};

}  // namespace

const ResourceType kApiGatewayV2Integration = {
    .name = "AWS::ApiGatewayV2::Integration",
    .properties = kProperties,
    .attributes = kAttributes,
    .create = create_by<api::CreateIntegration, &api::CreateIntegration::Output::integration_id,
                        kAttributes>,
    .update = update_by<api::UpdateIntegration, &api::UpdateIntegration::Input::integration_id>,
    .remove = remove_by<api::DeleteIntegration, &api::DeleteIntegration::Input::integration_id>};

}  // namespace millrace::cloudformation
