#include "keeper/setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "keeper/tail.h"

namespace millrace::keeper {
namespace {

using aws::dynamodb::CreateTable;
using aws::dynamodb::CreateTableInput;
using aws::dynamodb::DescribeTable;
using aws::dynamodb::TableDescription;
using aws::dynamodb::TransactWriteItems;
using aws::dynamodb::TransactWriteItemsInput;
using aws::dynamodb::UpdateItem;
using aws::dynamodb::UpdateItemInput;

constexpr int64_t kStatusPollMs = 500;

Flow<Status> create_table(Io& io, CreateTableInput input) {
  const std::string name = input.table_name;
  for (int attempt = 1;; ++attempt) {
    auto created = co_await io.call<CreateTable>(Side::kTarget, input);
    // In use: made by a request of ours whose answer was lost.
    if (created.ok() || created.error().code() == "ResourceInUseException") break;
    if (!is_passing(created.error()) && created.error().code() != "LimitExceededException") {
      co_return created.error();
    }
    co_await io.sleep(pause_ms(io, attempt));
  }
  CO_ASSIGN(const TableDescription ready, co_await describe_active(io, Side::kTarget, name));
  (void)ready;
  co_return ok_status();
}

bool carries_new_images(const aws::dynamodb::StreamSpecification& stream) {
  return stream.stream_view_type == "NEW_IMAGE" || stream.stream_view_type == "NEW_AND_OLD_IMAGES";
}

Flow<Result<TableDescription>> ensure_stream(Io& io, const TaskConfig& config) {
  for (int attempt = 1;; ++attempt) {
    auto table = co_await describe_active(io, Side::kSource, config.source_table);
    if (!table.ok()) {
      if (table.error().code() == "ResourceNotFoundException") {
        co_return refused(
            fmt::format("there is no table {} in {}", config.source_table, config.source_region));
      }
      co_return table.error();
    }
    const bool enabled = table->stream_specification && table->stream_specification->stream_enabled;
    if (enabled && table->latest_stream_arn) {
      if (carries_new_images(*table->stream_specification)) co_return std::move(table);
      co_return refused(fmt::format(
          "the stream of {} carries {}; replication needs NEW_IMAGE or NEW_AND_OLD_IMAGES, which "
          "only "
          "a new stream can have",
          config.source_table, table->stream_specification->stream_view_type.value_or("nothing")));
    }
    if (!enabled) {
      aws::dynamodb::UpdateTableInput input;
      input.table_name = config.source_table;
      input.stream_specification = aws::dynamodb::StreamSpecification{
          .stream_enabled = true, .stream_view_type = "NEW_AND_OLD_IMAGES"};
      auto updated = co_await io.call<aws::dynamodb::UpdateTable>(Side::kSource, input);
      const bool again = !updated.ok() && (is_passing(updated.error()) ||
                                           updated.error().code() == "ResourceInUseException" ||
                                           updated.error().code() == "ValidationException");
      if (!updated.ok() && (!again || attempt > 20)) co_return updated.error();
    }
    co_await io.sleep(kStatusPollMs);
  }
}

bool same_keys(const TableDescription& a, const TableDescription& b) {
  const auto schema = [](const TableDescription& table) {
    std::map<std::string, std::string> out;
    for (const auto& element :
         table.key_schema.value_or(std::vector<aws::dynamodb::KeySchemaElement>())) {
      out[element.attribute_name] = element.key_type;
    }
    std::map<std::string, std::string> types;
    for (const auto& definition :
         table.attribute_definitions.value_or(std::vector<aws::dynamodb::AttributeDefinition>())) {
      types[definition.attribute_name] = definition.attribute_type;
    }
    for (auto& [name, role] : out)
      role += types[name];
    return out;
  };
  return schema(a) == schema(b);
}

Flow<Status> require_empty(Io& io, const TaskConfig& config) {
  aws::dynamodb::ScanInput input;
  input.table_name = config.target_table;
  input.limit = 1;
  input.consistent_read = true;
  CO_ASSIGN(const auto page, co_await io.call<aws::dynamodb::Scan>(Side::kTarget, input));
  if (page.items && !page.items->empty()) {
    co_return refused(
        fmt::format("the table {} in {} is not empty and no replication of ours wrote it: give "
                    "another name, or "
                    "empty it",
                    config.target_table, config.target_region));
  }
  co_return ok_status();
}

Flow<Status> ensure_target(Io& io, const TaskConfig& config, const TableDescription& source,
                           const Rows& rows) {
  auto target = co_await describe_active(io, Side::kTarget, config.target_table);
  if (target.ok()) {
    if (!same_keys(source, *target)) {
      co_return refused(
          fmt::format("the keys of {} and {} differ", config.source_table, config.target_table));
    }
    if (!rows.meta) CO_TRY(co_await require_empty(io, config));
    co_return ok_status();
  }
  if (target.error().code() != "ResourceNotFoundException") co_return target.error();
  if (rows.meta) {
    co_return refused(fmt::format(
        "the table {} in {} has been deleted under a running replication: delete the rows of {} in "
        "{} "
        "to begin anew",
        config.target_table, config.target_region, config.id(), config.coordination_table));
  }
  co_return co_await create_table(io, create_like(source, config.target_table));
}

// Waits to see whether another owner still beats.
Flow<Result<Rows>> wait_for_lease(Io& io, WorkerContext& context) {
  CO_ASSIGN(Rows rows, co_await context.coordination.read(io));
  if (!rows.meta || rows.meta->owner == context.config.owner) co_return rows;
  const int64_t beat = rows.meta->beat;
  co_await io.sleep(context.config.lease_ms);
  CO_ASSIGN(rows, co_await context.coordination.read(io));
  if (rows.meta && rows.meta->beat != beat) {
    co_return refused("another worker runs this replication (its heartbeat moves)");
  }
  co_return rows;
}

// One attempt to become the owner; true when META says that we are.
Flow<Result<bool>> claim(Io& io, WorkerContext& context, const std::optional<MetaRow>& meta,
                         std::string worker) {
  Expression expression;
  UpdateItemInput input;
  input.table_name = context.coordination.table();
  input.key = context.coordination.key("META");
  const int64_t fence = meta ? meta->fence + 1 : 1;
  std::string set = "SET " + expression.set("fence", number(fence)) + ", " +
                    expression.set("owner", text(context.config.owner)) + ", " +
                    expression.set("worker", text(worker));
  if (meta) {
    input.condition_expression = expression.equals("fence", number(meta->fence));
  } else {
    set += ", " + expression.set("state", text("ANCHOR")) + ", " +
           expression.set("ph", text(phase_text(Phase::kCopy))) + ", " +
           expression.set("stream", text(context.stream_arn)) + ", " +
           expression.set("segments", number(context.config.segments)) + ", " +
           expression.set("beat", number(0)) + ", " + expression.set("wm", number(0));
    input.condition_expression = fmt::format("attribute_not_exists({})", expression.name("k"));
  }
  input.update_expression = set;
  input.expression_attribute_names = expression.names;
  input.expression_attribute_values = expression.values;
  auto done = co_await io.call<UpdateItem>(Side::kTarget, std::move(input));
  if (!done.ok() && !is_passing(done.error()) &&
      done.error().code() != "ConditionalCheckFailedException") {
    co_return done.error();
  }
  // Answer or none, what counts is what stands there.
  CO_ASSIGN(const Rows now, co_await context.coordination.read(io));
  context.fence = fence;
  co_return now.meta&& now.meta->fence == fence&& now.meta->worker == worker;
}

UpdateItemInput raise_fence(const WorkerContext& context, std::string row_key, int64_t old_fence) {
  Expression expression;
  UpdateItemInput input;
  input.table_name = context.coordination.table();
  input.key = context.coordination.key(std::move(row_key));
  input.update_expression = "SET " + expression.set("fence", number(context.fence));
  input.condition_expression = expression.equals("fence", number(old_fence));
  input.expression_attribute_names = expression.names;
  input.expression_attribute_values = expression.values;
  return input;
}

// Puts our fence into every row that may still be written through, until a look finds no other.
Flow<Result<Rows>> raise_fences(Io& io, WorkerContext& context) {
  while (true) {
    CO_ASSIGN(Rows rows, co_await context.coordination.read(io));
    if (!rows.meta || rows.meta->fence != context.fence) co_return lost_ownership();
    std::vector<UpdateItemInput> updates;
    for (const ShardRow& row : rows.shards) {
      if (row.state != "DONE" && row.fence != context.fence) {
        updates.push_back(raise_fence(context, Coordination::shard_key(row.shard), row.fence));
      }
    }
    for (const SegmentRow& row : rows.segments) {
      if (row.state != "DONE" && row.fence != context.fence) {
        updates.push_back(raise_fence(context, Coordination::segment_key(row.segment), row.fence));
      }
    }
    if (updates.empty()) co_return rows;
    for (UpdateItemInput& update : updates) {
      auto done = co_await io.call<UpdateItem>(Side::kTarget, std::move(update));
      if (!done.ok() && !is_passing(done.error()) &&
          done.error().code() != "ConditionalCheckFailedException") {
        co_return done.error();
      }
    }
  }
}

// Makes a row as the owner, unless it is there.
Flow<Status> make_row(Io& io, WorkerContext& context, codec::Item item) {
  Expression expression;
  TransactWriteItemsInput input;
  input.transact_items.push_back(check_of_owner(context, Phase::kCopy));
  input.transact_items.push_back(
      {.put = aws::dynamodb::Put{
           .item = std::move(item),
           .table_name = context.coordination.table(),
           .condition_expression = fmt::format("attribute_not_exists({})", expression.name("k")),
           .expression_attribute_names = expression.names}});
  for (int attempt = 1;; ++attempt) {
    auto written = co_await io.call<TransactWriteItems>(Side::kTarget, input);
    if (written.ok()) co_return ok_status();
    const auto codes = cancellation_codes(written.error());
    if (!codes.empty() && codes.front() == "ConditionalCheckFailed") co_return lost_ownership();
    if (std::ranges::find(codes, "ConditionalCheckFailed") != codes.end()) co_return ok_status();
    if (!is_passing(written.error())) co_return written.error();
    co_await io.sleep(pause_ms(io, attempt));
  }
}

// The anchor: a row for every shard and segment, all of them before the first item is copied.
// Whatever changes from here on is in the stream, or is seen by the copy.
Flow<Status> anchor(Io& io, WorkerContext& context) {
  CO_ASSIGN(const auto shards, co_await list_shards(io, context));
  for (const auto& shard : shards) {
    const std::string parent = shard.parent_shard_id.value_or("");
    const bool parent_listed = std::ranges::any_of(
        shards, [&](const auto& other) { return other.shard_id == shard.parent_shard_id; });
    const bool waits = parent_listed && context.config.protections.parent_first;
    const ShardRow row{.shard = shard.shard_id.value_or(""),
                       .fence = context.fence,
                       .phase = Phase::kCopy,
                       .checkpoint = kTrimHorizon,
                       .state = waits ? "PENDING" : "READY",
                       .made_ms = io.now().ms(),
                       .watermark_ms = 0,
                       .parent = parent_listed ? parent : ""};
    CO_TRY(co_await make_row(
        io, context, item_of(row, context.coordination.key(Coordination::shard_key(row.shard)))));
  }
  for (int64_t segment = 0; segment < context.config.segments; ++segment) {
    const SegmentRow row{.segment = segment, .fence = context.fence, .state = "RUN"};
    CO_TRY(co_await make_row(
        io, context, item_of(row, context.coordination.key(Coordination::segment_key(segment)))));
  }
  Expression expression;
  UpdateItemInput input;
  input.table_name = context.coordination.table();
  input.key = context.coordination.key("META");
  input.update_expression = "SET " + expression.set("state", text("COPY"));
  input.condition_expression = expression.equals("fence", number(context.fence));
  input.expression_attribute_names = expression.names;
  input.expression_attribute_values = expression.values;
  for (int attempt = 1;; ++attempt) {
    auto done = co_await io.call<UpdateItem>(Side::kTarget, input);
    if (done.ok()) co_return ok_status();
    if (done.error().code() == "ConditionalCheckFailedException") co_return lost_ownership();
    if (!is_passing(done.error())) co_return done.error();
    co_await io.sleep(pause_ms(io, attempt));
  }
}

aws::dynamodb::ProvisionedThroughput throughput_of(
    const std::optional<aws::dynamodb::ProvisionedThroughputDescription>& description) {
  return {.read_capacity_units = description ? description->read_capacity_units.value_or(5) : 5,
          .write_capacity_units = description ? description->write_capacity_units.value_or(5) : 5};
}

}  // namespace

Flow<Result<TableDescription>> describe_active(Io& io, Side side, std::string table) {
  for (int attempt = 1;;) {
    auto described = co_await io.call<DescribeTable>(
        side, aws::dynamodb::DescribeTableInput{.table_name = table});
    if (!described.ok()) {
      if (!is_passing(described.error())) co_return described.error();
      co_await io.sleep(pause_ms(io, attempt++));
      continue;
    }
    const std::string status = described->table->table_status.value_or("ACTIVE");
    if (status == "DELETING") {
      co_return Error("ResourceNotFoundException", 400, "the table is being deleted: " + table);
    }
    if (status == "ACTIVE" || status == "UPDATING") co_return std::move(*described->table);
    co_await io.sleep(kStatusPollMs);
  }
}

std::vector<std::string> key_names_of(const TableDescription& table) {
  std::vector<std::string> out;
  for (const auto& element :
       table.key_schema.value_or(std::vector<aws::dynamodb::KeySchemaElement>())) {
    out.push_back(element.attribute_name);
  }
  return out;
}

CreateTableInput create_like(const TableDescription& source, std::string name) {
  CreateTableInput out;
  out.table_name = std::move(name);
  out.attribute_definitions = source.attribute_definitions;
  out.key_schema = source.key_schema;
  const bool on_demand =
      source.billing_mode_summary && source.billing_mode_summary->billing_mode == "PAY_PER_REQUEST";
  out.billing_mode = on_demand ? "PAY_PER_REQUEST" : "PROVISIONED";
  if (!on_demand) out.provisioned_throughput = throughput_of(source.provisioned_throughput);
  if (source.local_secondary_indexes) {
    for (const auto& index : *source.local_secondary_indexes) {
      if (!out.local_secondary_indexes) out.local_secondary_indexes.emplace();
      out.local_secondary_indexes->push_back({.index_name = index.index_name.value_or(""),
                                              .key_schema = *index.key_schema,
                                              .projection = *index.projection});
    }
  }
  if (source.global_secondary_indexes) {
    for (const auto& index : *source.global_secondary_indexes) {
      if (!out.global_secondary_indexes) out.global_secondary_indexes.emplace();
      auto& made = out.global_secondary_indexes->emplace_back();
      made.index_name = index.index_name.value_or("");
      made.key_schema = *index.key_schema;
      made.projection = *index.projection;
      if (!on_demand) made.provisioned_throughput = throughput_of(index.provisioned_throughput);
    }
  }
  return out;
}

Flow<Status> ensure_coordination_table(Io& io, std::string table) {
  auto described = co_await describe_active(io, Side::kTarget, table);
  if (described.ok()) {
    if (key_names_of(*described) == std::vector<std::string>{"t", "k"}) co_return ok_status();
    co_return refused(fmt::format("the table {} is no coordination table of ours", table));
  }
  if (described.error().code() != "ResourceNotFoundException") co_return described.error();
  CreateTableInput input;
  input.table_name = table;
  input.billing_mode = "PAY_PER_REQUEST";
  input.attribute_definitions = {{.attribute_name = "t", .attribute_type = "S"},
                                 {.attribute_name = "k", .attribute_type = "S"}};
  input.key_schema = {{.attribute_name = "t", .key_type = "HASH"},
                      {.attribute_name = "k", .key_type = "RANGE"}};
  co_return co_await create_table(io, std::move(input));
}

Flow<Status> prepare_tables(Io& io, WorkerContext& context) {
  context.progress.state = "preparing";
  CO_ASSIGN(const TableDescription source, co_await ensure_stream(io, context.config));
  context.stream_arn = source.latest_stream_arn.value_or("");
  context.key_names = key_names_of(source);
  context.progress.source_items = source.item_count.value_or(0);
  CO_TRY(co_await ensure_coordination_table(io, context.config.coordination_table));
  CO_ASSIGN(const Rows rows, co_await context.coordination.read(io));
  if (rows.meta && rows.meta->stream != context.stream_arn) {
    co_return gap(fmt::format("the source's stream is a new one ({}); this replication followed {}",
                              context.stream_arn, rows.meta->stream));
  }
  co_return co_await ensure_target(io, context.config, source, rows);
}

Flow<Result<Rows>> take_over(Io& io, WorkerContext& context) {
  context.progress.state = "taking over";
  CO_ASSIGN(Rows rows, co_await wait_for_lease(io, context));
  const std::string worker = random_uuid(io.rng());
  for (int attempt = 1;; ++attempt) {
    CO_ASSIGN(const bool ours, co_await claim(io, context, rows.meta, worker));
    if (ours) break;
    co_await io.sleep(pause_ms(io, attempt));
    CO_ASSIGN(rows, co_await context.coordination.read(io));
  }
  CO_ASSIGN(rows, co_await raise_fences(io, context));
  if (rows.meta->state == "ANCHOR") {
    context.config.segments = static_cast<int>(rows.meta->segments);
    CO_TRY(co_await anchor(io, context));
    CO_ASSIGN(rows, co_await context.coordination.read(io));
    if (!rows.meta || rows.meta->fence != context.fence) co_return lost_ownership();
  }
  context.config.segments = static_cast<int>(rows.meta->segments);
  context.phase = rows.meta->phase;
  co_return rows;
}

}  // namespace millrace::keeper
