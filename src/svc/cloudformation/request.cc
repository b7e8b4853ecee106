#include "svc/cloudformation/request.h"

#include <fmt/format.h>

#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Error unsupported(std::string_view what) {
  return validation_error(fmt::format("{} is not supported by Millrace", what));
}

Status check_rollback_configuration(
    const std::optional<wire::RollbackConfiguration>& configuration) {
  if (!configuration) return ok_status();
  bool triggers = configuration->rollback_triggers && !configuration->rollback_triggers->empty();
  if (triggers) return unsupported("RollbackConfiguration.RollbackTriggers");
  if (configuration->monitoring_time_in_minutes.value_or(0) > 0) {
    return unsupported("RollbackConfiguration.MonitoringTimeInMinutes");
  }
  return ok_status();
}

Status check_notification_arns(const std::optional<std::vector<std::string>>& arns) {
  if (!arns || arns->empty()) return ok_status();
  return unsupported("NotificationARNs");
}

}  // namespace millrace::cloudformation
