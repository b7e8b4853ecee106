#include "keeper/seal.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::keeper {
namespace {

using aws::dynamodb::UpdateItem;
using aws::dynamodb::UpdateItemInput;

// An update that is repeated until it is certain; a refused condition is an outcome, not an error.
Flow<Result<bool>> update(Io& io, UpdateItemInput input) {
  for (int attempt = 1;; ++attempt) {
    auto done = co_await io.call<UpdateItem>(Side::kTarget, input);
    if (done.ok()) co_return true;
    if (done.error().code() == "ConditionalCheckFailedException") co_return false;
    if (!is_passing(done.error())) co_return done.error();
    co_await io.sleep(pause_ms(io, attempt));
  }
}

UpdateItemInput turn_live(const WorkerContext& context, const ShardRow& row) {
  Expression expression;
  UpdateItemInput input;
  input.table_name = context.coordination.table();
  input.key = context.coordination.key(Coordination::shard_key(row.shard));
  input.update_expression = "SET " + expression.set("ph", text(phase_text(Phase::kLive)));
  // Rows of finished shards keep the fence of whoever finished them.
  input.condition_expression = expression.equals("fence", number(row.fence));
  input.expression_attribute_names = expression.names;
  input.expression_attribute_values = expression.values;
  return input;
}

// Turns rows until a strongly consistent look finds all of them LIVE: a child is made in its
// parent's phase, so no COPY row can appear after that.
Flow<Status> turn_shards(Io& io, WorkerContext& context) {
  while (true) {
    CO_ASSIGN(const Rows rows, co_await context.coordination.read(io));
    if (!rows.meta || rows.meta->fence != context.fence) co_return lost_ownership();
    bool all_live = true;
    for (const ShardRow& row : rows.shards) {
      if (row.phase == Phase::kLive) continue;
      if (row.fence != context.fence && row.state != "DONE") co_return lost_ownership();
      all_live = false;
      CO_TRY(co_await update(io, turn_live(context, row)));
    }
    if (all_live) co_return ok_status();
  }
}

Flow<Status> sweep_tombstones(Io& io, WorkerContext& context) {
  Expression expression;
  aws::dynamodb::ScanInput input;
  input.table_name = context.config.target_table;
  input.consistent_read = true;
  input.filter_expression =
      fmt::format("attribute_exists({})", expression.name(kTombstoneAttribute));
  input.expression_attribute_names = expression.names;
  for (int attempt = 1;;) {
    auto page = co_await io.call<aws::dynamodb::Scan>(Side::kTarget, input);
    if (!page.ok()) {
      if (!is_passing(page.error())) co_return page.error();
      co_await io.sleep(pause_ms(io, attempt++));
      continue;
    }
    const auto tombstones = std::move(page->items).value_or(std::vector<codec::Item>());
    for (const codec::Item& item : tombstones) {
      aws::dynamodb::DeleteItemInput erase;
      erase.table_name = context.config.target_table;
      for (const std::string& name : context.key_names)
        erase.key[name] = *item.get(name);
      erase.condition_expression = input.filter_expression;
      erase.expression_attribute_names = expression.names;
      for (int tries = 1;; ++tries) {
        auto erased = co_await io.call<aws::dynamodb::DeleteItem>(Side::kTarget, erase);
        // A refusal: the tail has written the key meanwhile.
        if (erased.ok() || erased.error().code() == "ConditionalCheckFailedException") break;
        if (!is_passing(erased.error())) co_return erased.error();
        co_await io.sleep(pause_ms(io, tries));
      }
    }
    if (!page->last_evaluated_key || page->last_evaluated_key->empty()) co_return ok_status();
    input.exclusive_start_key = page->last_evaluated_key;
  }
}

// Sets one attribute of META, as its owner.
Flow<Status> update_meta(Io& io, WorkerContext& context, std::string attribute, std::string value) {
  Expression expression;
  UpdateItemInput input;
  input.table_name = context.coordination.table();
  input.key = context.coordination.key("META");
  input.update_expression = "SET " + expression.set(attribute, text(value));
  input.condition_expression = expression.equals("fence", number(context.fence));
  input.expression_attribute_names = expression.names;
  input.expression_attribute_values = expression.values;
  CO_ASSIGN(const bool ours, co_await update(io, std::move(input)));
  if (!ours) co_return lost_ownership();
  co_return ok_status();
}

}  // namespace

Flow<Status> seal(Io& io, WorkerContext& context) {
  context.progress.state = "sealing";
  // First the task, so that no row can be made for the copy any more, then the rows that are there.
  CO_TRY(co_await update_meta(io, context, "ph", std::string(phase_text(Phase::kLive))));
  context.phase = Phase::kLive;
  CO_TRY(co_await turn_shards(io, context));
  CO_TRY(co_await sweep_tombstones(io, context));
  CO_TRY(co_await update_meta(io, context, "state", "LIVE"));
  context.progress.state = "live";
  co_return ok_status();
}

}  // namespace millrace::keeper
