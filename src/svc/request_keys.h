// The condition keys that every request has, whatever it is for.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
// Pure; free-threaded.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/shape.h"
#include "svc/operation.h"

namespace millrace::svc {

// aws:SourceIp, aws:SecureTransport, aws:UserAgent and aws:RequestedRegion. A request that one of
// our services makes by itself came from nowhere and has none but the last.
void add_request_keys(const Scope& scope, const RequestInfo& request, Access& access);

// aws:RequestTag/KEY and aws:TagKeys of an input with a member "Tags": a list of keys and values,
// or a map.
std::map<std::string, std::vector<std::string>> request_tags(const aws::Shape& shape,
                                                             const void* input);

}  // namespace millrace::svc
