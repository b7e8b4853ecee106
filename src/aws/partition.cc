#include "aws/partition.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::aws {
namespace {

constexpr Partition kPartitions[] = {
    {"aws", "amazonaws.com"},
    {"aws-cn", "amazonaws.com.cn"},
    {"aws-us-gov", "amazonaws.com"},
};

bool is_global_host(const Service& service) { return service.id == "iam"; }

}  // namespace

bool is_region_name(std::string_view name) {
  // Two or more words of letters with a dash between, then a dash and a number.
  int words = 0;
  while (true) {
    const size_t dash = name.find('-');
    const std::string_view word = name.substr(0, dash);
    if (dash == name.npos) {
      return words >= 2 && !word.empty() && word.size() <= 2 &&
             std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
    }
    const bool letters = !word.empty() && word.size() <= 16 &&
                         std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
    if (!letters || ++words > 4) return false;
    name.remove_prefix(dash + 1);
  }
}

const Partition& partition_of_region(std::string_view region) {
  if (region.starts_with("cn-")) return kPartitions[1];
  if (region.starts_with("us-gov-")) return kPartitions[2];
  return kPartitions[0];
}

std::string endpoint_host(const Service& service, std::string_view region) {
  const Partition& partition = partition_of_region(region);
  if (is_global_host(service) && partition.name == "aws") return "iam.amazonaws.com";
  return fmt::format("{}.{}.{}", service.endpoint_prefix, region, partition.dns_suffix);
}

std::string_view signing_region(const Service& service, std::string_view region) {
  if (!is_global_host(service)) return region;
  const Partition& partition = partition_of_region(region);
  if (partition.name == "aws-cn") return "cn-north-1";
  return partition.name == "aws-us-gov" ? "us-gov-west-1" : "us-east-1";
}

}  // namespace millrace::aws
