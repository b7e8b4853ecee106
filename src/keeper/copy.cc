#include "keeper/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "codec/attribute_value_json.h"
#include "keeper/parked.h"

namespace millrace::keeper {
namespace {

using aws::dynamodb::Scan;
using aws::dynamodb::TransactWriteItem;
using aws::dynamodb::TransactWriteItems;
using aws::dynamodb::TransactWriteItemsInput;
using codec::Item;

constexpr size_t kItemsPerTransactionMax = 99;

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

codec::Item key_of(const WorkerContext& context, const Item& item) {
  codec::Item key;
  for (const std::string& name : context.key_names)
    key[name] = *item.get(name);
  return key;
}

TransactWriteItem check_absent(const WorkerContext& context, const Item& key) {
  Expression expression;
  aws::dynamodb::ConditionCheck check{.key = key, .table_name = context.config.target_table};
  check.condition_expression =
      fmt::format("attribute_not_exists({})", expression.name(context.key_names.front()));
  check.expression_attribute_names = expression.names;
  return {.condition_check = std::move(check)};
}

// After a refusal of the segment's row. True: it stands at `next`, by a request of ours.
Flow<Result<bool>> row_refused(Io& io, WorkerContext& context, const SegmentRow& row,
                               std::optional<SegmentRow> next) {
  CO_ASSIGN(const bool moved, co_await recheck(io, context, row, next.value_or(row)));
  if (!next && !moved) co_return Error("InvariantBroken", 500, "a segment moved without us");
  co_return next&& moved;
}

// Parks the key of an item that the target refuses for ever, unless the tail has dealt with it.
Flow<Status> park_item(Io& io, WorkerContext& context, const SegmentRow& row, Item item,
                       std::string error) {
  const ParkedRow parked{key_of(context, item), "", std::move(error)};
  // Noted first: what the tail sends from here on takes the row along.
  CO_TRY(park(context, parked));
  for (int attempt = 1;; ++attempt) {
    TransactWriteItemsInput input;
    input.transact_items.push_back(check_of_segment(context, row));
    input.transact_items.push_back(check_absent(context, parked.key));
    input.transact_items.push_back(put_parked(context, parked));
    auto written = co_await io.call<TransactWriteItems>(Side::kTarget, std::move(input));
    if (written.ok()) co_return ok_status();
    const auto codes = cancellation_codes(written.error());
    if (!codes.empty() && codes[0] == "ConditionalCheckFailed") {
      CO_ASSIGN(const bool moved, co_await row_refused(io, context, row, std::nullopt));
      (void)moved;
    } else if (codes.size() > 1 && codes[1] == "ConditionalCheckFailed") {
      // After an answer that was lost the row may be there: then it waits for the key's next change
      // or the next worker.
      if (attempt == 1) unpark(context, parked_key(parked.key));
      co_return ok_status();
    } else if (!is_passing(written.error())) {
      co_return written.error();
    }
    co_await io.sleep(pause_ms(io, attempt));
  }
}

// Parks those of `items` that `error` names; no code an item: the only one there is.
Flow<Status> park_refused(Io& io, WorkerContext& context, const SegmentRow& row,
                          std::vector<Item>& items, Error error) {
  const auto codes = cancellation_codes(error);
  for (size_t i = items.size(); i-- > 0;) {
    if (!codes.empty() && (i + 1 >= codes.size() || codes[i + 1] != "ValidationError")) continue;
    CO_TRY(co_await park_item(io, context, row, std::move(items[i]), refusal_of(error, i + 1)));
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
  }
  co_return ok_status();
}

// Keys that the target has already are the tail's, or our own from a lost answer.
void drop_present(std::vector<Item>& items, const std::vector<std::string>& codes) {
  for (size_t i = codes.size(); i-- > 1;) {
    if (codes[i] == "ConditionalCheckFailed") {
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(i - 1));
    }
  }
}

bool has(const std::vector<std::string>& codes, std::string_view code) {
  return std::ranges::find(codes, code) != codes.end();
}

// Writes items; with `next`, moves the segment on in the same transaction.
Flow<Status> write_group(Io& io, WorkerContext& context, const SegmentRow& row,
                         std::vector<Item> items, std::optional<SegmentRow> next) {
  for (int attempt = 1; next || !items.empty(); ++attempt) {
    TransactWriteItemsInput input;
    input.transact_items.push_back(next ? update_of_segment(context, row, *next)
                                        : check_of_segment(context, row));
    for (const Item& item : items)
      input.transact_items.push_back(put_if_absent(context, item));
    auto written = co_await io.call<TransactWriteItems>(Side::kTarget, std::move(input));
    if (written.ok()) co_return ok_status();
    const auto codes = cancellation_codes(written.error());
    if (!codes.empty() && codes.front() == "ConditionalCheckFailed") {
      CO_ASSIGN(const bool moved, co_await row_refused(io, context, row, next));
      if (moved) co_return ok_status();
    } else if (has(codes, "ValidationError")) {
      CO_TRY(co_await park_refused(io, context, row, items, written.error()));
      continue;
    } else if (has(codes, "ConditionalCheckFailed")) {
      drop_present(items, codes);
      continue;
    } else if (written.error().code() == "ValidationException" && !items.empty()) {
      // It does not say which: each alone.
      if (items.size() == 1) {
        CO_TRY(co_await park_refused(io, context, row, items, written.error()));
        continue;
      }
      for (Item& item : std::exchange(items, {}))
        CO_TRY(co_await write_group(io, context, row, {std::move(item)}, std::nullopt));
      continue;
    } else if (is_passing(written.error())) {
      context.copy_rate = std::max(10.0, context.copy_rate * 0.7);
    } else {
      co_return written.error();
    }
    co_await io.sleep(pause_ms(io, attempt));
  }
  co_return ok_status();
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
  const auto pause = static_cast<int64_t>(static_cast<double>(items) * 1000.0 / share);
  if (pause == 0) co_return ok_status();  // the rate holds nothing back: it proves nothing
  co_await io.sleep(pause);
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
