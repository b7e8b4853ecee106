#include "keeper/tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/hash.h"
#include "client/retry.h"
#include "keeper/parked.h"

namespace millrace::keeper {
namespace {

using aws::dynamodb::TransactWriteItem;
using aws::dynamodb::TransactWriteItems;
using aws::dynamodb::TransactWriteItemsInput;
using aws::dynamodbstreams::GetRecords;
using aws::dynamodbstreams::GetRecordsInput;
using aws::dynamodbstreams::Record;
using codec::Item;

constexpr size_t kActionsPerTransactionMax = 100;
constexpr size_t kKeysPerTransactionMax = 99;    // with the shard's row
constexpr size_t kKeysWithParkedMax = 49;        // each may take its row along
constexpr int64_t kTrimRiskMs = 23 * 3'600'000;  // records live for 24 hours
constexpr int kEmptyPollsForWatermark = 2;

// One key's last image in a group; no image: deleted.
struct Change {
  Item key;
  std::optional<Item> image;
  std::optional<std::string> refusal;  // of this image by the target: the key is parked instead
};
struct Group {
  std::vector<Change> changes;
  std::string last_sequence;
  int64_t watermark_ms = 0;
  size_t records = 0;
};

// The longest prefix of records[from..] that fits one transaction and changes few enough keys.
Result<Group> next_group(const std::vector<Record>& records, size_t from, std::string after,
                         size_t keys_max) {
  Group group;
  group.last_sequence = std::move(after);
  size_t bytes = 0;
  for (size_t i = from; i < records.size(); ++i) {
    const auto& change = records[i].dynamodb;
    if (!change || !change->keys || !change->sequence_number) {
      return Error("InvalidRecord", 500, "a stream record has no keys or no sequence number");
    }
    if (group.last_sequence != kTrimHorizon &&
        !sequence_less(group.last_sequence, *change->sequence_number)) {
      return Error("InvalidRecord", 500,
                   fmt::format("sequence numbers go back: {} after {}", *change->sequence_number,
                               group.last_sequence));
    }
    const bool removed = records[i].event_name == "REMOVE";
    if (!removed && !change->new_image) {
      return refused("the source's stream carries no new images");
    }
    const size_t size = removed ? 1024 : codec::size_bytes(*change->new_image);
    const auto same = std::ranges::find_if(
        group.changes, [&](const Change& known) { return known.key == *change->keys; });
    const bool is_new = same == group.changes.end();
    if (group.records > 0 &&
        ((is_new && group.changes.size() == keys_max) || bytes + size > kBytesPerTransactionMax)) {
      break;
    }
    bytes += size;
    Change entry{*change->keys, removed ? std::nullopt : change->new_image, std::nullopt};
    if (is_new) {
      group.changes.push_back(std::move(entry));
    } else {
      *same = std::move(entry);
    }
    group.last_sequence = *change->sequence_number;
    if (change->approximate_creation_date_time) {
      group.watermark_ms = change->approximate_creation_date_time->ms();
    }
    ++group.records;
  }
  return group;
}

std::string shard_condition(const WorkerContext& context, const ShardRow& row,
                            Expression& expression) {
  const Protections& on = context.config.protections;
  std::string out = fmt::format("attribute_exists({})", expression.name("k"));
  if (on.shard_fence) out += " AND " + expression.equals("fence", number(context.fence));
  if (on.shard_phase) out += " AND " + expression.equals("ph", text(phase_text(row.phase)));
  if (on.shard_checkpoint) out += " AND " + expression.equals("ckpt", text(row.checkpoint));
  return out;
}

TransactWriteItem update_of_shard(const WorkerContext& context, const ShardRow& row,
                                  const ShardRow& next) {
  Expression expression;
  aws::dynamodb::Update update;
  update.table_name = context.coordination.table();
  update.key = context.coordination.key(Coordination::shard_key(row.shard));
  update.condition_expression = shard_condition(context, row, expression);
  update.update_expression = fmt::format(
      "SET {}, {}, {}", expression.set("ckpt", text(next.checkpoint)),
      expression.set("wm", number(next.watermark_ms)), expression.set("state", text(next.state)));
  update.expression_attribute_names = expression.names;
  update.expression_attribute_values = expression.values;
  return {.update = std::move(update)};
}

std::string token_of(const WorkerContext& context, const ShardRow& row, std::string_view to,
                     std::string_view parking) {
  return hex_encode(
             sha256(fmt::format("{}|{}|{}|{}|{}|{}|{}", context.config.id(), row.shard,
                                row.checkpoint, to, context.fence, phase_text(row.phase), parking)))
      .substr(0, 36);
}

// A group's transaction, and the parked keys that it frees.
struct Applying {
  TransactWriteItemsInput input;
  std::set<std::string> freed;
};

Applying transaction_of(const WorkerContext& context, const ShardRow& row, const ShardRow& next,
                        const Group& group) {
  Applying out;
  auto& actions = out.input.transact_items;
  actions.push_back(update_of_shard(context, row, next));
  std::string parking;  // what a repetition of the group may do differently
  for (const Change& change : group.changes) {
    if (change.refusal) {
      const ParkedRow parked{change.key, group.last_sequence, *change.refusal};
      actions.push_back(put_parked(context, parked));
      parking += "+" + parked_key(change.key);
    } else {
      actions.push_back(write_of(context, change.key, change.image, row.phase));
    }
  }
  for (const Change& change : group.changes) {
    if (context.parked.empty() || change.refusal) continue;
    if (!context.config.protections.parked_freed) continue;
    const std::string parked = parked_key(change.key);
    if (!context.parked.contains(parked) || actions.size() == kActionsPerTransactionMax) continue;
    actions.push_back(erase_parked(context, parked));
    parking += "-" + parked;
    out.freed.insert(parked);
  }
  out.input.client_request_token = token_of(context, row, group.last_sequence, parking);
  return out;
}

// The row as it stands now, or the reason to stop.
Flow<Result<ShardRow>> read_shard(Io& io, WorkerContext& context, std::string shard) {
  aws::dynamodb::GetItemInput input;
  input.table_name = context.coordination.table();
  input.key = context.coordination.key(Coordination::shard_key(shard));
  input.consistent_read = true;
  for (int attempt = 1;; ++attempt) {
    auto got = co_await io.call<aws::dynamodb::GetItem>(Side::kTarget, input);
    if (got.ok()) {
      if (!got->item) co_return lost_ownership();
      co_return shard_from(*got->item);
    }
    if (!is_passing(got.error())) co_return got.error();
    co_await io.sleep(pause_ms(io, attempt));
  }
}

// After a refusal of the shard's row: brings `row` up to date. True when `done_at` has been
// reached, by a request of ours whose answer was lost.
Flow<Result<bool>> recheck(Io& io, WorkerContext& context, ShardRow& row, std::string done_at) {
  auto current = co_await read_shard(io, context, row.shard);
  if (!current.ok()) co_return current.error();
  if (current->fence != context.fence) co_return lost_ownership();
  row.phase = current->phase;
  if (current->checkpoint == done_at) {
    row = *current;
    co_return true;
  }
  if (current->checkpoint != row.checkpoint) {
    co_return Error("InvariantBroken", 500,
                    fmt::format("shard {} stands at {}, neither at {} nor at {}", row.shard,
                                current->checkpoint, row.checkpoint, done_at));
  }
  co_return false;
}

// Marks the change that the target refuses for ever. False: it does not say which one it is.
bool mark_refused(Group& group, const std::vector<std::string>& codes, const Error& error) {
  bool marked = false;
  for (size_t i = 1; i < codes.size() && i <= group.changes.size(); ++i) {
    if (codes[i] != "ValidationError") continue;
    group.changes[i - 1].refusal = refusal_of(error, i);
    marked = true;
  }
  if (!marked && codes.empty() && group.changes.size() == 1 && !group.changes[0].refusal) {
    group.changes[0].refusal = error.message();
    marked = true;
  }
  return marked;
}

// Takes note of what an applied group has parked and freed.
Status note_parking(WorkerContext& context, const Group& group,
                    const std::set<std::string>& freed) {
  for (const std::string& row_key : freed)
    unpark(context, row_key);
  for (const Change& change : group.changes) {
    if (change.refusal) {
      MR_TRY(park(context, {change.key, group.last_sequence, *change.refusal}));
    }
  }
  return ok_status();
}

// Applies one group; true when it is in effect. False: the target refuses one of its changes and
// does not say which: they have to be tried alone.
Flow<Result<bool>> apply_group(Io& io, WorkerContext& context, ShardRow& row, Group group) {
  for (int attempt = 1;; ++attempt) {
    ShardRow next = row;
    next.checkpoint = group.last_sequence;
    next.watermark_ms = std::max(row.watermark_ms, group.watermark_ms);
    Applying applying = transaction_of(context, row, next, group);
    auto written = co_await io.call<TransactWriteItems>(Side::kTarget, std::move(applying.input));
    bool done = written.ok();
    if (done) row = next;
    const auto codes = done ? std::vector<std::string>() : cancellation_codes(written.error());
    if (!codes.empty() && codes.front() == "ConditionalCheckFailed") {
      CO_ASSIGN(done, co_await recheck(io, context, row, group.last_sequence));
    } else if (!done && !is_passing(written.error())) {
      const bool invalid = std::ranges::find(codes, "ValidationError") != codes.end() ||
                           written.error().code() == "ValidationException";
      if (!invalid) co_return written.error();
      if (mark_refused(group, codes, written.error())) continue;
      if (group.changes.size() == 1) co_return written.error();
      co_return false;
    }
    if (done) {
      CO_TRY(note_parking(context, group, applying.freed));
      break;
    }
    co_await io.sleep(pause_ms(io, attempt));
  }
  context.progress.applied += static_cast<int64_t>(group.records);
  co_return true;
}

Flow<Result<std::string>> open_iterator(Io& io, WorkerContext& context, const ShardRow& row) {
  const bool from_start = row.checkpoint == kTrimHorizon;
  // Where nothing was applied yet, records may have been trimmed without a sign.
  if (from_start && io.now().ms() - row.made_ms > kTrimRiskMs) {
    co_return gap(fmt::format("shard {} was not read for more than 23 hours", row.shard));
  }
  aws::dynamodbstreams::GetShardIteratorInput input;
  input.stream_arn = context.stream_arn;
  input.shard_id = row.shard;
  input.shard_iterator_type = from_start ? kTrimHorizon : "AFTER_SEQUENCE_NUMBER";
  if (!from_start) input.sequence_number = row.checkpoint;
  for (int attempt = 1;; ++attempt) {
    auto got = co_await io.call<aws::dynamodbstreams::GetShardIterator>(Side::kSource, input);
    if (got.ok()) co_return got->shard_iterator.value_or("");
    const std::string& code = got.error().code();
    if (code == "TrimmedDataAccessException" || code == "ResourceNotFoundException") {
      co_return gap(fmt::format("records behind {} of shard {} are gone: {}", row.checkpoint,
                                row.shard, got.error().message()));
    }
    if (!is_passing(got.error())) co_return got.error();
    co_await io.sleep(pause_ms(io, attempt));
  }
}

TransactWriteItem put_child(const WorkerContext& context, const ShardRow& child) {
  Expression expression;
  aws::dynamodb::Put put;
  put.table_name = context.coordination.table();
  put.item = item_of(child, context.coordination.key(Coordination::shard_key(child.shard)));
  put.condition_expression = fmt::format("attribute_not_exists({}) OR {}", expression.name("k"),
                                         expression.equals("state", text("PENDING")));
  put.expression_attribute_names = expression.names;
  put.expression_attribute_values = expression.values;
  return {.put = std::move(put)};
}

// In its parent's phase and as new as its parent was.
ShardRow ready_child(Io& io, const WorkerContext& context, std::string shard,
                     const ShardRow& parent) {
  return {.shard = std::move(shard),
          .fence = context.fence,
          .phase = parent.phase,
          .checkpoint = kTrimHorizon,
          .state = "READY",
          .made_ms = io.now().ms(),
          .watermark_ms = parent.watermark_ms,
          .parent = parent.shard};
}

Flow<Result<std::vector<std::string>>> children_of(Io& io, WorkerContext& context,
                                                   std::string shard) {
  // A closed shard's children may show up a moment after its end; a shard that was closed with its
  // stream has none. Whoever shows up later is adopted by discover_shards().
  constexpr int kLooks = 6;
  std::vector<std::string> out;
  for (int look = 1; look <= kLooks && out.empty(); ++look) {
    auto shards = co_await list_shards(io, context);
    if (!shards.ok()) co_return shards.error();
    for (const auto& candidate : *shards) {
      if (candidate.parent_shard_id == shard) out.push_back(candidate.shard_id.value_or(""));
    }
    if (out.empty()) co_await io.sleep(25LL << look);
  }
  co_return out;
}

void start_child(WorkerContext& context, ShardRow child) {
  context.shard_watermarks_ms.erase(child.parent);
  context.shard_watermarks_ms[child.shard] = child.watermark_ms;
  context.follow(std::move(child));
}

// Marks the shard as read to its end and makes its children readable, in one transaction.
Flow<Status> finish_shard(Io& io, WorkerContext& context, ShardRow row) {
  CO_ASSIGN(std::vector<std::string> names, co_await children_of(io, context, row.shard));
  const bool has_children = !names.empty();
  std::vector<ShardRow> children;
  for (int attempt = 1;; ++attempt) {
    ShardRow next = row;
    next.checkpoint = kShardEnd;
    next.state = "DONE";
    children.clear();
    TransactWriteItemsInput input;
    input.transact_items.push_back(update_of_shard(context, row, next));
    for (const std::string& name : names) {
      children.push_back(ready_child(io, context, name, row));
      input.transact_items.push_back(put_child(context, children.back()));
    }
    auto written = co_await io.call<TransactWriteItems>(Side::kTarget, std::move(input));
    if (written.ok()) break;
    const auto codes = cancellation_codes(written.error());
    if (!codes.empty() && codes.front() == "ConditionalCheckFailed") {
      CO_ASSIGN(const bool reached, co_await recheck(io, context, row, kShardEnd));
      if (reached) break;
    } else if (std::ranges::find(codes, "ConditionalCheckFailed") != codes.end()) {
      // A child that is there already: adopted by somebody, no longer ours to make.
      for (size_t i = codes.size(); i-- > 1;) {
        if (codes[i] == "ConditionalCheckFailed") {
          names.erase(names.begin() + static_cast<std::ptrdiff_t>(i - 1));
        }
      }
      continue;
    } else if (!is_passing(written.error())) {
      co_return written.error();
    }
    co_await io.sleep(pause_ms(io, attempt));
  }
  // Without a child yet, the shard holds the watermark back until there is one.
  if (has_children) context.shard_watermarks_ms.erase(row.shard);
  for (ShardRow& child : children)
    start_child(context, std::move(child));
  co_return ok_status();
}

// What one GetRecords brought, applied. The iterator becomes empty when it must be opened anew.
struct Reading {
  std::string iterator;
  int empty_polls = 0;
  bool ended = false;
};

Flow<Status> read_once(Io& io, WorkerContext& context, ShardRow& row, Reading& reading) {
  const int64_t asked_ms = io.now().ms();
  auto got = co_await io.call<GetRecords>(
      Side::kSource, GetRecordsInput{.shard_iterator = reading.iterator, .limit = 1000});
  if (!got.ok()) {
    const std::string& code = got.error().code();
    if (code == "TrimmedDataAccessException") {
      co_return gap(
          fmt::format("records behind {} of shard {} were trimmed", row.checkpoint, row.shard));
    }
    if (code == "ExpiredIteratorException") {
      reading.iterator.clear();
      co_return ok_status();
    }
    if (!is_passing(got.error())) co_return got.error();
    co_await io.sleep(pause_ms(io, 3));
    co_return ok_status();
  }
  const std::vector<Record> records = std::move(got->records).value_or(std::vector<Record>());
  size_t keys_max = kKeysPerTransactionMax;
  for (size_t done = 0; done < records.size();) {
    if (!context.parked.empty()) keys_max = std::min(keys_max, kKeysWithParkedMax);
    CO_ASSIGN(Group group, next_group(records, done, row.checkpoint, keys_max));
    const size_t count = group.records;
    CO_ASSIGN(const bool applied, co_await apply_group(io, context, row, std::move(group)));
    if (applied) {
      done += count;
    } else {
      keys_max = 1;
    }
  }
  reading.empty_polls = records.empty() ? reading.empty_polls + 1 : 0;
  if (reading.empty_polls >= kEmptyPollsForWatermark) {
    row.watermark_ms = std::max(row.watermark_ms, asked_ms);
  }
  context.shard_watermarks_ms[row.shard] = row.watermark_ms;
  reading.iterator = got->next_shard_iterator.value_or("");
  reading.ended = reading.iterator.empty();
  if (records.empty() && !reading.ended) co_await io.sleep(context.config.poll_ms);
  co_return ok_status();
}

}  // namespace

bool sequence_less(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

Flow<Status> follow_shard(Io& io, WorkerContext& context, ShardRow row) {
  context.shard_watermarks_ms.try_emplace(row.shard, row.watermark_ms);
  Reading reading;
  while (!reading.ended) {
    if (reading.iterator.empty()) {
      CO_ASSIGN(reading.iterator, co_await open_iterator(io, context, row));
    }
    CO_TRY(co_await read_once(io, context, row, reading));
  }
  co_return co_await finish_shard(io, context, row);
}

Flow<Result<std::vector<aws::dynamodbstreams::Shard>>> list_shards(Io& io, WorkerContext& context) {
  std::vector<aws::dynamodbstreams::Shard> out;
  aws::dynamodbstreams::DescribeStreamInput input;
  input.stream_arn = context.stream_arn;
  for (int attempt = 1;;) {
    auto page = co_await io.call<aws::dynamodbstreams::DescribeStream>(Side::kSource, input);
    if (!page.ok()) {
      if (page.error().code() == "ResourceNotFoundException") {
        co_return gap("the source's stream is gone: " + context.stream_arn);
      }
      if (!is_passing(page.error())) co_return page.error();
      co_await io.sleep(pause_ms(io, attempt++));
      continue;
    }
    if (!page->stream_description) co_return out;
    auto& description = *page->stream_description;
    for (auto& shard : description.shards.value_or(std::vector<aws::dynamodbstreams::Shard>())) {
      out.push_back(shard);
    }
    if (!description.last_evaluated_shard_id) co_return out;
    input.exclusive_start_shard_id = description.last_evaluated_shard_id;
  }
}

namespace {

// Makes a shard's row unless it is there; only the owner may, and only for the phase that the task
// and the shard's parent are in.
Flow<Status> adopt(Io& io, WorkerContext& context, ShardRow child) {
  TransactWriteItemsInput input;
  input.transact_items.push_back(check_of_owner(context, child.phase));
  if (!child.parent.empty()) {
    Expression parent;
    std::string condition = parent.equals("ckpt", text(kShardEnd));
    condition += " AND " + parent.equals("ph", text(phase_text(child.phase)));
    input.transact_items.push_back(
        {.condition_check = aws::dynamodb::ConditionCheck{
             .key = context.coordination.key(Coordination::shard_key(child.parent)),
             .table_name = context.coordination.table(),
             .condition_expression = condition,
             .expression_attribute_names = parent.names,
             .expression_attribute_values = parent.values}});
  }
  input.transact_items.push_back(put_child(context, child));
  auto written = co_await io.call<TransactWriteItems>(Side::kTarget, std::move(input));
  if (written.ok()) start_child(context, std::move(child));
  // Whatever stood in the way will be looked at again at the next discovery.
  co_return ok_status();
}

}  // namespace

Flow<Status> discover_shards(Io& io, WorkerContext& context) {
  while (true) {
    co_await io.sleep(context.config.discovery_ms);
    CO_ASSIGN(const auto shards, co_await list_shards(io, context));
    CO_ASSIGN(const Rows rows, co_await context.coordination.read(io));
    if (!rows.meta || rows.meta->fence != context.fence) co_return lost_ownership();
    const auto row_of = [&](std::string_view name) -> const ShardRow* {
      const auto found = std::ranges::find(rows.shards, name, &ShardRow::shard);
      return found == rows.shards.end() ? nullptr : &*found;
    };
    for (const auto& shard : shards) {
      const std::string name = shard.shard_id.value_or("");
      const ShardRow* row = row_of(name);
      if (row != nullptr && row->state != "PENDING") continue;
      const std::string parent_name = shard.parent_shard_id.value_or("");
      const ShardRow* parent = row_of(parent_name);
      const bool parent_listed = std::ranges::any_of(
          shards, [&](const auto& other) { return other.shard_id == parent_name; });
      if (parent == nullptr && parent_listed) continue;  // made when its own parent ends
      if (!parent_name.empty() && parent == nullptr) {
        co_return gap(fmt::format("shard {} follows {}, which was never read", name, parent_name));
      }
      if (parent != nullptr && parent->checkpoint != kShardEnd) continue;
      const ShardRow none{.phase = context.phase};
      const ShardRow& before = parent != nullptr ? *parent : none;
      CO_TRY(co_await adopt(io, context, ready_child(io, context, name, before)));
    }
  }
}

}  // namespace millrace::keeper
