#include "aws/shape.h"

namespace millrace::aws {

const Member* Shape::find_member(std::string_view member_name) const {
  for (const Member& member : members) {
    if (member.name == member_name) return &member;
  }
  return nullptr;
}

const OperationName* Service::find_operation(std::string_view operation_name) const {
  for (const OperationName& entry : operations) {
    if (entry.name == operation_name) return &entry;
  }
  return nullptr;
}

const ErrorShape* Service::find_error(std::string_view error_code) const {
  for (const ErrorShape& entry : errors) {
    if (entry.code == error_code || entry.name == error_code) return &entry;
  }
  return nullptr;
}

}  // namespace millrace::aws
