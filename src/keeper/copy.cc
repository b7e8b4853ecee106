#include "keeper/copy.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/attribute_value_json.h"

namespace millrace::keeper {
namespace {

using aws::dynamodb::Scan;
using aws::dynamodb::TransactWriteItem;
using aws::dynamodb::TransactWriteItems;
using aws::dynamodb::TransactWriteItemsInput;
using codec::Item;

constexpr size_t kItemsPerTransactionMax = 99;
constexpr size_t kBytesPerTransactionMax = 3'500'000;

std::string segment_condition(const WorkerContext& context, const SegmentRow& row,
                              Expression& expression) {
  std::string out = fmt::format("attribute_exists({})", expression.name("k"));
  if (context.config.protections.copy_fence) {
    out += " AND " + expression.equals("fence", number(context.fence));
    out += " AND " + expression.equals("state", text("RUN"));
    out += " AND " + expression.equals("page", number(row.page));
  }
  return out;
}

TransactWriteItem check_of_segment(const WorkerContext& context, const SegmentRow& row) {
  Expression expression;
  aws::dynamodb::ConditionCheck check;
  check.table_name = context.coordination.table();
  check.key = context.coordination.key(Coordination::segment_key(row.segment));
  check.condition_expression = segment_condition(context, row, expression);
  check.expression_attribute_names = expression.names;
  check.expression_attribute_values = expression.values;
  return {.condition_check = std::move(check)};
}

TransactWriteItem update_of_segment(const WorkerContext& context, const SegmentRow& row,
                                    const SegmentRow& next) {
  Expression expression;
  aws::dynamodb::Update update;
  update.table_name = context.coordination.table();
  update.key = context.coordination.key(Coordination::segment_key(row.segment));
  update.condition_expression = segment_condition(context, row, expression);
  update.update_expression = fmt::format(
      "SET {}, {}, {}, {}", expression.set("state", text(next.state)),
      expression.set("page", number(next.page)), expression.set("lek", text(next.last_key)),
      expression.set("n", number(next.count)));
  update.expression_attribute_names = expression.names;
  update.expression_attribute_values = expression.values;
  return {.update = std::move(update)};
}

TransactWriteItem put_if_absent(const WorkerContext& context, const Item& item) {
  Expression expression;
  aws::dynamodb::Put put{.item = item, .table_name = context.config.target_table};
  if (context.config.protections.copy_if_absent) {
    put.condition_expression =
        fmt::format("attribute_not_exists({})", expression.name(context.key_names.front()));
    put.expression_attribute_names = expression.names;
  }
  return {.put = std::move(put)};
}

// Whether the refused segment row has moved on to `next` by a request of ours.
Flow<Result<bool>> recheck(Io& io, WorkerContext& context, const SegmentRow& row,
                           const SegmentRow& next) {
  CO_ASSIGN(const Rows rows, co_await context.coordination.read(io));
  for (const SegmentRow& current : rows.segments) {
    if (current.segment != row.segment) continue;
    if (current.fence != context.fence) co_return lost_ownership();
    co_return current.page == next.page;
  }
  co_return lost_ownership();
}

// Writes items[from..to); with `next`, moves the segment on in the same transaction.
Flow<Status> write_group(Io& io, WorkerContext& context, const SegmentRow& row,
                         std::vector<Item> items, std::optional<SegmentRow> next) {
  for (int attempt = 1;; ++attempt) {
    TransactWriteItemsInput input;
    input.transact_items.push_back(next ? update_of_segment(context, row, *next)
                                        : check_of_segment(context, row));
    for (const Item& item : items)
      input.transact_items.push_back(put_if_absent(context, item));
    auto written = co_await io.call<TransactWriteItems>(Side::kTarget, std::move(input));
    if (written.ok()) co_return ok_status();
    const auto codes = cancellation_codes(written.error());
    const bool refused_some = std::ranges::find(codes, "ConditionalCheckFailed") != codes.end();
    if (refused_some && codes.front() == "ConditionalCheckFailed") {
      if (!next) {
        CO_ASSIGN(const bool moved, co_await recheck(io, context, row, row));
        if (!moved) co_return Error("InvariantBroken", 500, "a segment moved without us");
      } else {
        CO_ASSIGN(const bool moved, co_await recheck(io, context, row, *next));
        if (moved) co_return ok_status();
      }
    } else if (refused_some) {
      // Keys that the target has already: the tail's, or our own from a lost answer.
      for (size_t i = codes.size(); i-- > 1;) {
        if (codes[i] == "ConditionalCheckFailed") {
          items.erase(items.begin() + static_cast<std::ptrdiff_t>(i - 1));
        }
      }
      if (items.empty() && !next) co_return ok_status();
      continue;
    } else if (!is_passing(written.error())) {
      if (written.error().code() == "ValidationException" || !codes.empty()) {
        co_return Error(
            kParkedCode, 409,
            "the target refuses an item of the copy for ever: " + written.error().message());
      }
      co_return written.error();
    } else {
      context.copy_rate = std::max(10.0, context.copy_rate * 0.7);
    }
    co_await io.sleep(pause_ms(io, attempt));
  }
}

Flow<Result<aws::dynamodb::ScanOutput>> read_page(Io& io, WorkerContext& context,
                                                  const SegmentRow& row) {
  aws::dynamodb::ScanInput input;
  input.table_name = context.config.source_table;
  input.consistent_read = true;
  input.segment = row.segment;
  input.total_segments = context.config.segments;
  input.limit = static_cast<int64_t>(kItemsPerTransactionMax) * 5;
  if (!row.last_key.empty()) {
    CO_ASSIGN(input.exclusive_start_key, codec::item_from_json_text(row.last_key));
  }
  for (int attempt = 1;; ++attempt) {
    auto page = co_await io.call<Scan>(Side::kSource, input);
    if (page.ok() || !is_passing(page.error())) co_return std::move(page);
    co_await io.sleep(pause_ms(io, attempt));
  }
}

// Keeps to the rate that the target bears, and raises it while nothing is throttled.
Flow<Status> pace(Io& io, WorkerContext& context, size_t items) {
  const double share = std::max(1.0, context.copy_rate / std::max(1, context.config.segments));
  co_await io.sleep(static_cast<int64_t>(static_cast<double>(items) * 1000.0 / share));
  context.copy_rate *= 1.05;
  co_return ok_status();
}

}  // namespace

Flow<Status> copy_segment(Io& io, WorkerContext& context, SegmentRow row) {
  while (row.state != "DONE") {
    CO_ASSIGN(aws::dynamodb::ScanOutput page, co_await read_page(io, context, row));
    std::vector<Item> items = std::move(page.items).value_or(std::vector<Item>());
    SegmentRow next = row;
    next.count += static_cast<int64_t>(items.size());
    next.page += 1;
    next.last_key.clear();
    if (page.last_evaluated_key && !page.last_evaluated_key->empty()) {
      codec::append_json(next.last_key, *page.last_evaluated_key);
    } else {
      next.state = "DONE";
    }
    size_t from = 0;
    do {
      std::vector<Item> group;
      size_t bytes = 0;
      while (from < items.size() && group.size() < kItemsPerTransactionMax) {
        const size_t size = codec::size_bytes(items[from]);
        if (!group.empty() && bytes + size > kBytesPerTransactionMax) break;
        bytes += size;
        group.push_back(std::move(items[from++]));
      }
      const size_t count = group.size();
      const bool last = from == items.size();
      CO_TRY(co_await write_group(io, context, row, std::move(group),
                                  last ? std::optional(next) : std::nullopt));
      context.progress.copied += static_cast<int64_t>(count);
      CO_TRY(co_await pace(io, context, count));
    } while (from < items.size());
    row = next;
  }
  ++context.progress.segments_done;
  co_return ok_status();
}

}  // namespace millrace::keeper
