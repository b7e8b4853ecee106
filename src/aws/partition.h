// Regions and partitions: which names are regions, and which hosts AWS's own endpoints have.
// Constant.
#pragma once

#include <string>
#include <string_view>

#include "aws/shape.h"

namespace millrace::aws {

// "us-east-1", "eu-central-2", "us-gov-west-1", "cn-north-1": by their form, so that regions
// younger than this program work. Our server also takes "local".
bool is_region_name(std::string_view name);

struct Partition {
  std::string_view name;        // "aws"
  std::string_view dns_suffix;  // "amazonaws.com"
};
const Partition& partition_of_region(std::string_view region);

// The host of AWS's own endpoint: "dynamodb.eu-west-1.amazonaws.com"; global services have one
// host.
std::string endpoint_host(const Service& service, std::string_view region);
// The region that requests to a global service are signed for.
std::string_view signing_region(const Service& service, std::string_view region);

}  // namespace millrace::aws
