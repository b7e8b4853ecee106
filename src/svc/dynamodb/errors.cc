#include "svc/dynamodb/errors.h"

#include <fmt/format.h>

namespace millrace::dynamodb {

Error validation(std::string message) {
  return Error("ValidationException", 400, std::move(message));
}

Error invalid_parameters(std::string_view message) {
  return validation(fmt::format("One or more parameter values were invalid: {}", message));
}

Error not_supported(std::string_view parameter) {
  return validation(fmt::format("The parameter {} is not supported by Millrace", parameter));
}

Error resource_not_found(std::string message) {
  return Error("ResourceNotFoundException", 400, std::move(message));
}

Error table_not_found(std::string_view table_name) {
  return resource_not_found(
      fmt::format("Requested resource not found: Table: {} not found", table_name));
}

Error resource_in_use(std::string message) {
  return Error("ResourceInUseException", 400, std::move(message));
}

Error limit_exceeded(std::string message) {
  return Error("LimitExceededException", 400, std::move(message));
}

Error invalid_value(const codec::InvalidValue& fault, ValueLayer layer) {
  return validation(layer == ValueLayer::kCurrent ? fault.current : fault.older);
}

Error worded(Error error, Wording wording) {
  if (wording == Wording::kBare || error.code() != "ValidationException") return error;
  // These families stay bare in every operation.
  if (error.message().starts_with("Supplied AttributeValue")) return error;
  if (error.message().starts_with("Item size")) return error;
  return std::move(error).prefixed("1 validation error detected: ");
}

Status worded(Status status, Wording wording) {
  if (status.ok()) return status;
  return worded(std::move(status).error(), wording);
}

}  // namespace millrace::dynamodb
