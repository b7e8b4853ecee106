// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
#include <fmt/format.h>

#include "svc/dynamodb/expressions.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/item_key.h"
#include "svc/dynamodb/legacy_read.h"
#include "svc/dynamodb/page.h"
#include "svc/dynamodb/store_keys.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

namespace {

struct ParsedScan {
  std::optional<expr::Condition> filter;
  std::optional<expr::Projection> projection;
};

Status check_segments(const api::ScanInput& in) {
  if (in.segment && !in.total_segments) {
    return validation(
        "The TotalSegments parameter is required but was not present in the request when Segment "
        "parameter is present");
  }
  if (in.total_segments && !in.segment) {
    return validation(
        "The Segment parameter is required but was not present in the request when parameter "
        "TotalSegments is present");
  }
  if (in.segment && *in.segment >= *in.total_segments) {
    return validation(
        fmt::format("The Segment parameter is zero-based and must be less than parameter "
                    "TotalSegments: Segment: "
                    "{} is not less than TotalSegments: {}",
                    *in.segment, *in.total_segments));
  }
  return ok_status();
}

Result<ParsedScan> parse_scan(const api::ScanInput& in) {
  const ExpressionParameters parameters{
      .expressions = {{"ProjectionExpression", in.projection_expression.has_value(), false},
                      {"FilterExpression", in.filter_expression.has_value(), true}},
      .legacy = {legacy("AttributesToGet", in.attributes_to_get),
                 legacy("ScanFilter", in.scan_filter),
                 legacy("ConditionalOperator", in.conditional_operator)},
      .names = &in.expression_attribute_names,
      .values = &in.expression_attribute_values,
      .layer = ValueLayer::kOlder};
  MR_TRY(check_parameters(parameters));
  MR_TRY(check_conditional_operator(in.conditional_operator,
                                    in.scan_filter ? in.scan_filter->size() : 0));
  ParsedScan parsed;
  if (in.attributes_to_get) {
    MR_ASSIGN(parsed.projection, read_attributes_to_get(*in.attributes_to_get));
  }
  if (in.scan_filter) {
    MR_ASSIGN(parsed.filter,
              read_filter(*in.scan_filter, in.conditional_operator, ValueLayer::kOlder));
  }
  if (in.exclusive_start_key) {
    MR_TRY(check_start_key_values(*in.exclusive_start_key, ValueLayer::kOlder));
  }
  MR_TRY(check_select({in.select,
                       in.projection_expression ? "ProjectionExpression"
                       : in.attributes_to_get   ? "AttributesToGet"
                                                : "",
                       in.index_name.has_value()}));
  MR_TRY(check_segments(in));
  expr::Placeholders placeholders = placeholders_of(parameters);
  if (in.filter_expression) {
    MR_ASSIGN(parsed.filter,
              expr::parse_condition("FilterExpression", *in.filter_expression, placeholders));
  }
  if (in.projection_expression) {
    MR_ASSIGN(parsed.projection, expr::Projection::parse(*in.projection_expression, placeholders));
  }
  MR_TRY(placeholders.check_all_used());
  return parsed;
}

// Segments are equal parts of the 2^32 places over which partitions are spread.
store::KeyRange segment_range(const std::string& prefix, const api::ScanInput& in) {
  store::KeyRange range = store::prefix_range(prefix);
  if (!in.total_segments) return range;
  constexpr uint64_t kPlaces = uint64_t{1} << 32;
  const auto total = static_cast<uint64_t>(*in.total_segments);
  const auto segment = static_cast<uint64_t>(*in.segment);
  const uint64_t first = kPlaces / total * segment;
  range.start = prefix;
  append_partition_place(range.start, static_cast<uint32_t>(first));
  if (segment + 1 < total) {
    range.end = prefix;
    append_partition_place(range.end, static_cast<uint32_t>(kPlaces / total * (segment + 1)));
  }
  return range;
}

Status check_paths(const Table& table, const ParsedScan& parsed) {
  Status status;
  const auto check = [&](const expr::Path& path) {
    if (status.ok()) status = check_no_path_into_key(table, path);
  };
  if (parsed.projection) {
    for (const auto& path : parsed.projection->paths())
      check(path);
  }
  if (parsed.filter) expr::for_each_path(*parsed.filter, check);
  return status;
}

}  // namespace

Result<api::ScanOutput> scan(svc::Context& ctx, const api::ScanInput& in) {
  MR_ASSIGN(ParsedScan parsed, parse_scan(in));
  MR_ASSIGN(TablePtr table, active_table(ctx, in.table_name));
  const PageParameters parameters{in.index_name, in.select, in.consistent_read.value_or(false),
                                  in.exclusive_start_key};
  MR_ASSIGN(const Index* index, index_of(*table, parameters));
  MR_TRY(check_paths(*table, parsed));
  MR_ASSIGN(Selection selection,
            selection_of(*table, index, in.select, std::move(parsed.projection)));

  const std::string prefix = index != nullptr ? table->index_prefix(*index) : table->items_prefix;
  Walk walk{.table = *table,
            .index = index,
            .range = segment_range(prefix, in),
            .limit = in.limit,
            .filter = parsed.filter ? &*parsed.filter : nullptr,
            .selection = selection,
            .consistency =
                parameters.consistent_read ? ReadConsistency::kStrong : ReadConsistency::kEventual};
  if (in.exclusive_start_key) {
    MR_ASSIGN(std::string start, start_key_of(*table, index, *in.exclusive_start_key));
    if (start < walk.range.start || start >= walk.range.end) {
      return validation(
          fmt::format("The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                      "ExclusiveStartKey with correct Segment. TotalSegments: {} Segment: {}",
                      in.total_segments.value_or(1), in.segment.value_or(0)));
    }
    walk.range.start = start + '\0';
  }
  MR_ASSIGN(Page page, read_page(ctx, walk));
  count_units(ctx, CapacityKind::kRead, page.consumed.total());

  api::ScanOutput out;
  if (!selection.count_only) out.items = std::move(page.items);
  out.count = page.count;
  out.scanned_count = page.scanned_count;
  out.last_evaluated_key = std::move(page.last_evaluated_key);
  out.consumed_capacity = report(in.return_consumed_capacity, table->name, page.consumed);
  return out;
}

}  // namespace millrace::dynamodb
