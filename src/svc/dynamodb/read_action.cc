#include "svc/dynamodb/read_action.h"

#include "svc/dynamodb/legacy_read.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

Result<std::optional<expr::Projection>> parse_read(const ReadAction& action) {
  const bool legacy = action.attributes_to_get != nullptr && action.attributes_to_get->has_value();
  const ExpressionParameters parameters{
      .expressions = {{"ProjectionExpression", action.projection->has_value(), false}},
      .legacy = {{"AttributesToGet", legacy}},
      .names = action.names,
      .values = nullptr};
  if (action.key != nullptr) MR_TRY(check_values(*action.key, action.layer));
  MR_TRY(check_parameters(parameters));
  std::optional<expr::Projection> projection;
  if (legacy) {
    MR_ASSIGN(projection, read_attributes_to_get(**action.attributes_to_get));
    return projection;
  }
  if (!action.projection->has_value()) return projection;
  expr::Placeholders placeholders = placeholders_of(parameters);
  MR_ASSIGN(projection, expr::Projection::parse(**action.projection, placeholders));
  MR_TRY(placeholders.check_all_used());
  return projection;
}

Status check_read(const Table& table, const ReadAction& action,
                  const std::optional<expr::Projection>& projection) {
  if (action.key != nullptr) MR_TRY(check_key(table, *action.key));
  if (!projection) return ok_status();
  for (const expr::Path& path : projection->paths())
    MR_TRY(check_no_path_into_key(table, path));
  return ok_status();
}

}  // namespace millrace::dynamodb
