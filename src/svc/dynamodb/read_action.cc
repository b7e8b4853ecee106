#include "svc/dynamodb/read_action.h"

#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

Result<std::optional<expr::Projection>> parse_read(const ReadAction& action,
                                                   ExpressionParameters::Legacy attributes_to_get) {
  const ExpressionParameters parameters{
      .expressions = {{"ProjectionExpression", action.projection->has_value(), false}},
      .legacy = {attributes_to_get},
      .names = action.names,
      .values = nullptr};
  if (action.key != nullptr) MR_TRY(check_values(*action.key));
  MR_TRY(check_parameters(parameters));
  std::optional<expr::Projection> projection;
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
