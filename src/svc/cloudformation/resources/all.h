// Every resource type that Millrace has, one file each beside this one.
#pragma once

#include <span>

#include "svc/cloudformation/resource_type.h"

namespace millrace::cloudformation {

extern const ResourceType kApiGatewayAccount;
extern const ResourceType kApiGatewayDeployment;
extern const ResourceType kApiGatewayMethod;
extern const ResourceType kApiGatewayResource;
extern const ResourceType kApiGatewayRestApi;
extern const ResourceType kApiGatewayStage;
extern const ResourceType kApiGatewayV2Api;
extern const ResourceType kApiGatewayV2Deployment;
extern const ResourceType kApiGatewayV2Integration;
extern const ResourceType kApiGatewayV2Route;
extern const ResourceType kApiGatewayV2Stage;
extern const ResourceType kCdkMetadata;
extern const ResourceType kCloudFormationWaitConditionHandle;
extern const ResourceType kDynamoDbTable;
extern const ResourceType kEventsRule;
extern const ResourceType kIamManagedPolicy;
extern const ResourceType kIamPolicy;
extern const ResourceType kIamRole;
extern const ResourceType kLambdaAlias;
extern const ResourceType kLambdaEventInvokeConfig;
extern const ResourceType kLambdaEventSourceMapping;
extern const ResourceType kLambdaFunction;
extern const ResourceType kLambdaLayerVersion;
extern const ResourceType kLambdaPermission;
extern const ResourceType kLambdaUrl;
extern const ResourceType kLambdaVersion;
extern const ResourceType kLogsLogGroup;
extern const ResourceType kS3Bucket;
extern const ResourceType kS3BucketPolicy;
extern const ResourceType kSesEmailIdentity;
extern const ResourceType kSsmParameter;

std::span<const ResourceType* const> all_resource_types();

}  // namespace millrace::cloudformation
