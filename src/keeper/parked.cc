#include "keeper/parked.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "codec/attribute_value_disk.h"
#include "codec/attribute_value_json.h"
#include "keeper/tail.h"

namespace millrace::keeper {
namespace {

using aws::dynamodb::TransactWriteItems;
using aws::dynamodb::TransactWriteItemsInput;

constexpr int64_t kRecordTimeMs = 1'000;  // records carry whole seconds, rounded down
constexpr size_t kDigestLength = 32;      // hex digits of a row's name

// The source's item, once the tail has passed the moment of the look.
Flow<Result<std::optional<codec::Item>>> read_settled(Io& io, WorkerContext& context,
                                                      codec::Item key) {
  aws::dynamodb::GetItemInput input;
  input.table_name = context.config.source_table;
  input.key = std::move(key);
  input.consistent_read = true;
  for (int attempt = 1;; ++attempt) {
    auto got = co_await io.call<aws::dynamodb::GetItem>(Side::kSource, input);
    if (!got.ok()) {
      if (!is_passing(got.error())) co_return got.error();
      co_await io.sleep(pause_ms(io, attempt));
      continue;
    }
    const int64_t settled_ms = io.now().ms() + kRecordTimeMs;
    while (context.watermark_ms() < settled_ms)
      co_await io.sleep(context.config.poll_ms);
    co_return std::move(got->item);
  }
}

aws::dynamodb::TransactWriteItem take_row(const WorkerContext& context, const ParkedRow& row) {
  Expression expression;
  auto erase = erase_parked(context, parked_key(row.key));
  if (!context.config.protections.parked_unchanged) return erase;
  erase.delete_->condition_expression = expression.equals("seq", text(row.sequence));
  erase.delete_->expression_attribute_names = expression.names;
  erase.delete_->expression_attribute_values = expression.values;
  return erase;
}

Flow<Status> retry_one(Io& io, WorkerContext& context, ParkedRow row) {
  const std::string row_key = parked_key(row.key);
  CO_ASSIGN(const std::optional<codec::Item> item, co_await read_settled(io, context, row.key));
  for (int attempt = 1;; ++attempt) {
    const Phase phase = context.phase;
    TransactWriteItemsInput input;
    input.transact_items.push_back(check_of_owner(context, phase));
    input.transact_items.push_back(take_row(context, row));
    input.transact_items.push_back(write_of(context, row.key, item, phase));
    auto written = co_await io.call<TransactWriteItems>(Side::kTarget, std::move(input));
    if (!written.ok() && is_passing(written.error())) {
      co_await io.sleep(pause_ms(io, attempt));
      continue;
    }
    const auto codes =
        written.ok() ? std::vector<std::string>() : cancellation_codes(written.error());
    if (!codes.empty() && codes[0] == "ConditionalCheckFailed") {
      if (phase != context.phase) continue;
      co_await io.sleep(pause_ms(io, attempt));
      CO_ASSIGN(const Rows rows, co_await context.coordination.read(io));
      if (!rows.meta || rows.meta->fence != context.fence) co_return lost_ownership();
      continue;
    }
    const bool taken = codes.size() > 1 && codes[1] == "ConditionalCheckFailed";
    if (written.ok() || taken) {
      // Taken by a later change, which has told the others itself, or by a request of ours whose
      // answer was lost.
      const auto known = context.parked.find(row_key);
      if (known != context.parked.end() && known->second.sequence == row.sequence) {
        unpark(context, row_key);
      }
    }
    co_return ok_status();  // or refused again: it stays parked
  }
}

}  // namespace

std::string parked_key(const codec::Item& key) {
  return "P#" + hex_encode(sha256(codec::encode_item(key))).substr(0, kDigestLength);
}

aws::dynamodb::TransactWriteItem put_parked(const WorkerContext& context, const ParkedRow& row) {
  return {
      .put = aws::dynamodb::Put{.item = item_of(row, context.coordination.key(parked_key(row.key))),
                                .table_name = context.coordination.table()}};
}

aws::dynamodb::TransactWriteItem erase_parked(const WorkerContext& context,
                                              const std::string& row_key) {
  return {.delete_ = aws::dynamodb::Delete{.key = context.coordination.key(row_key),
                                           .table_name = context.coordination.table()}};
}

Status park(WorkerContext& context, ParkedRow row) {
  std::string key;
  codec::append_json(key, row.key);
  std::string note = fmt::format(
      "the target refuses {}: {}. The key is parked; all others go on, and it is tried again with "
      "its next change and when replicate starts again",
      key, row.error);
  context.parked[parked_key(row.key)] = std::move(row);
  context.progress.parked = static_cast<int64_t>(context.parked.size());
  if (context.parked.size() > kParkedMax) {
    return Error(kParkedCode, 409,
                 fmt::format("more than {} keys are parked; the last one: {}", kParkedMax, note));
  }
  context.notes.push_back(std::move(note));
  return ok_status();
}

void unpark(WorkerContext& context, const std::string& row_key) {
  context.parked.erase(row_key);
  context.progress.parked = static_cast<int64_t>(context.parked.size());
}

Flow<Status> retry_parked(Io& io, WorkerContext& context, std::vector<ParkedRow> rows) {
  for (ParkedRow& row : rows)
    CO_TRY(co_await retry_one(io, context, std::move(row)));
  co_return ok_status();
}

}  // namespace millrace::keeper
