#include "keeper/model_dynamodb.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/attribute_value_json.h"
#include "keeper/coordination.h"

namespace millrace::keeper {

using namespace aws::dynamodb;         // NOLINT: a test's model of these services
using namespace aws::dynamodbstreams;  // NOLINT
using codec::Item;
using Names = std::optional<std::map<std::string, std::string>>;
namespace ddb = aws::dynamodb;

namespace {

constexpr char kStream[] = "arn:aws:dynamodb:us-east-1:000000000000:table/source/stream/1";

std::string json(const Item& item) {
  std::string out;
  codec::append_json(out, item);
  return out;
}

Error condition_failed() {
  return Error("ConditionalCheckFailedException", 400, "The conditional request failed");
}

std::string resolve(std::string_view placeholder, const Names& names) {
  const auto found = names->find(std::string(placeholder));
  CHECK(found != names->end());
  return found->second;
}

// "attribute_exists(#a)", "attribute_not_exists(#a)" or "#a = :a".
bool holds_term(std::string_view term, const Item* item, const Names& names,
                const std::optional<Item>& values) {
  const auto argument = [&] {
    const size_t open = term.find('(');
    return resolve(term.substr(open + 1, term.size() - open - 2), names);
  };
  if (term.starts_with("attribute_exists")) return item != nullptr && item->contains(argument());
  if (term.starts_with("attribute_not_exists")) {
    return item == nullptr || !item->contains(argument());
  }
  const size_t equals = term.find(" = ");
  CHECK(equals != term.npos);
  const std::string name = resolve(term.substr(0, equals), names);
  const codec::AttributeValue* wanted = values->get(term.substr(equals + 3));
  CHECK(wanted != nullptr);
  const codec::AttributeValue* value = item == nullptr ? nullptr : item->get(name);
  return value != nullptr && *value == *wanted;
}

template <class Visit>
bool any_part(std::string_view text, std::string_view separator, Visit visit) {
  while (true) {
    const size_t end = text.find(separator);
    if (visit(text.substr(0, end))) return true;
    if (end == text.npos) return false;
    text.remove_prefix(end + separator.size());
  }
}

bool holds(std::string_view condition, const Item* item, const Names& names,
           const std::optional<Item>& values) {
  return any_part(condition, " OR ", [&](std::string_view clause) {
    return !any_part(clause, " AND ",
                     [&](std::string_view term) { return !holds_term(term, item, names, values); });
  });
}

void apply_set(std::string_view expression, Item& item, const Names& names,
               const std::optional<Item>& values) {
  CHECK(expression.starts_with("SET "));
  any_part(expression.substr(4), ", ", [&](std::string_view assignment) {
    const size_t equals = assignment.find(" = ");
    item[resolve(assignment.substr(0, equals), names)] =
        *values->get(assignment.substr(equals + 3));
    return false;
  });
}

uint32_t hash_of(std::string_view text) {
  uint32_t hash = 2166136261u;
  for (unsigned char c : text)
    hash = (hash ^ c) * 16777619u;
  return hash ^ hash >> 13;
}

}  // namespace

std::string ModelDynamoDb::key_of(const Table& table, const Item& item) const {
  Item key;
  for (const auto& element : *table.description.key_schema) {
    key[element.attribute_name] = *item.get(element.attribute_name);
  }
  return json(key);
}

const ModelDynamoDb::Table* ModelDynamoDb::table(const std::string& name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second;
}

void ModelDynamoDb::make_table(const std::string& name, const std::vector<std::string>& keys) {
  Table& made = tables_[name];
  made.description.table_name = name;
  made.description.table_status = "ACTIVE";
  made.description.key_schema.emplace();
  made.description.attribute_definitions.emplace();
  for (const std::string& key : keys) {
    made.description.key_schema->push_back(
        {.attribute_name = key, .key_type = key == keys.front() ? "HASH" : "RANGE"});
    made.description.attribute_definitions->push_back(
        {.attribute_name = key, .attribute_type = "S"});
  }
  made.description.billing_mode_summary.emplace().billing_mode = "PAY_PER_REQUEST";
}

void ModelDynamoDb::start_stream() {
  shards_.push_back({.id = "shard-0", .bits = 1, .value = 0});
  shards_.push_back({.id = "shard-1", .bits = 1, .value = 1});
}

ModelDynamoDb::Shard* ModelDynamoDb::shard(const std::string& id) {
  const auto found = std::ranges::find(shards_, id, &Shard::id);
  return found == shards_.end() ? nullptr : &*found;
}

void ModelDynamoDb::roll_shards(Rng& rng) {
  const size_t count = shards_.size();
  for (size_t i = 0; i < count; ++i) {
    if (!shards_[i].open) continue;
    shards_[i].open = false;
    const Shard parent{.id = shards_[i].id,
                       .bits = shards_[i].bits,
                       .value = shards_[i].value,
                       .listed_from_us = shards_[i].listed_from_us};
    const bool split = rng.next() % 3 == 0 && parent.bits < 4;
    const int64_t delay_us = rng.next() % 4 == 0 ? static_cast<int64_t>(rng.next() % 3'000'000) : 0;
    for (uint32_t half = 0; half < (split ? 2u : 1u); ++half) {
      shards_.push_back(
          {.id = fmt::format("shard-{}", shards_.size()),
           .parent = parent.id,
           .bits = parent.bits + (split ? 1 : 0),
           .value = split ? parent.value | half << parent.bits : parent.value,
           .listed_from_us = std::max(parent.listed_from_us, clock_.monotonic_us() + delay_us)});
    }
  }
}

void ModelDynamoDb::record(const std::string& key_text, const Item& key,
                           const std::optional<Item>& before, const std::optional<Item>& after) {
  const uint32_t hash = hash_of(key_text);
  for (Shard& shard : shards_) {
    if (!shard.open || (hash & ((1u << shard.bits) - 1)) != shard.value) continue;
    aws::dynamodbstreams::Record entry;
    entry.event_name = !after ? "REMOVE" : before ? "MODIFY" : "INSERT";
    auto& change = entry.dynamodb.emplace();
    change.keys = key;
    change.new_image = after;
    change.sequence_number = fmt::format("{}", ++sequence_);
    // Rounded down to the second, as AWS does.
    change.approximate_creation_date_time = Instant::from_seconds(clock_.now().seconds());
    shard.records.push_back(std::move(entry));
    return;
  }
}

void ModelDynamoDb::write(const std::string& table_name, Table& table, const Item& key,
                          std::optional<Item> image) {
  const std::string key_text = key_of(table, key);
  const auto found = table.items.find(key_text);
  std::optional<Item> before;
  if (found != table.items.end()) before = found->second;
  if (before == image) return;
  if (image) {
    table.items[key_text] = *image;
  } else {
    table.items.erase(found);
  }
  if (on_change) on_change(table_name, key_text, image);
  if (table_name != stream_table_) return;
  Item only_key;
  for (const auto& element : *table.description.key_schema) {
    only_key[element.attribute_name] = *key.get(element.attribute_name);
  }
  record(key_text, only_key, before, image);
}

void ModelDynamoDb::put(const std::string& name, Item item) {
  Table& table = tables_.at(name);
  const Item copy = item;
  write(name, table, copy, std::move(item));
}

void ModelDynamoDb::erase(const std::string& name, const Item& key) {
  Table& table = tables_.at(name);
  if (table.items.contains(key_of(table, key))) write(name, table, key, std::nullopt);
}

Status ModelDynamoDb::check(const Table& table, const Item& key,
                            const std::optional<std::string>& condition, const Names& names,
                            const std::optional<Item>& values) const {
  if (!condition) return ok_status();
  const auto found = table.items.find(key_of(table, key));
  const Item* item = found == table.items.end() ? nullptr : &found->second;
  if (holds(*condition, item, names, values)) return ok_status();
  return condition_failed();
}

template <>
Result<DescribeTable::Output> ModelDynamoDb::on<DescribeTable>(const DescribeTable::Input& input) {
  const Table* found = table(input.table_name);
  if (found == nullptr) return Error("ResourceNotFoundException", 400, "no such table");
  return DescribeTable::Output{.table = found->description};
}

template <>
Result<CreateTable::Output> ModelDynamoDb::on<CreateTable>(const CreateTable::Input& input) {
  if (table(input.table_name) != nullptr) return Error("ResourceInUseException", 400, "exists");
  std::vector<std::string> keys;
  for (const auto& element : *input.key_schema)
    keys.push_back(element.attribute_name);
  make_table(input.table_name, keys);
  return CreateTable::Output{};
}

template <>
Result<UpdateTable::Output> ModelDynamoDb::on<UpdateTable>(const UpdateTable::Input& input) {
  Table& changed = tables_.at(input.table_name);
  if (changed.description.latest_stream_arn) return Error("ValidationException", 400, "enabled");
  changed.description.stream_specification = input.stream_specification;
  changed.description.latest_stream_arn = kStream;
  stream_table_ = input.table_name;
  start_stream();
  return UpdateTable::Output{};
}

template <>
Result<GetItem::Output> ModelDynamoDb::on<GetItem>(const GetItem::Input& input) {
  GetItem::Output output;
  const Table& found = tables_.at(input.table_name);
  const auto item = found.items.find(key_of(found, input.key));
  if (item != found.items.end()) output.item = item->second;
  return output;
}

template <>
Result<Query::Output> ModelDynamoDb::on<Query>(const Query::Input& input) {
  Query::Output output;
  output.items.emplace();
  for (const auto& [key, item] : tables_.at(input.table_name).items) {
    if (holds(*input.key_condition_expression, &item, input.expression_attribute_names,
              input.expression_attribute_values)) {
      output.items->push_back(item);
    }
  }
  return output;
}

template <>
Result<Scan::Output> ModelDynamoDb::on<Scan>(const Scan::Input& input) {
  constexpr size_t kPage = 3;  // small, so that pages are many
  Scan::Output output;
  output.items.emplace();
  const Table& scanned = tables_.at(input.table_name);
  const std::string from =
      input.exclusive_start_key ? key_of(scanned, *input.exclusive_start_key) : "";
  size_t looked_at = 0;
  for (const auto& [key, item] : scanned.items) {
    if (input.exclusive_start_key && key <= from) continue;
    if (input.total_segments &&
        hash_of(key) % *input.total_segments != static_cast<uint64_t>(*input.segment)) {
      continue;
    }
    if (!input.filter_expression ||
        holds(*input.filter_expression, &item, input.expression_attribute_names, std::nullopt)) {
      output.items->push_back(item);
    }
    if (++looked_at == kPage) {
      Item last;
      for (const auto& element : *scanned.description.key_schema) {
        last[element.attribute_name] = *item.get(element.attribute_name);
      }
      output.last_evaluated_key = last;
      break;
    }
  }
  return output;
}

template <>
Result<UpdateItem::Output> ModelDynamoDb::on<UpdateItem>(const UpdateItem::Input& input) {
  Table& changed = tables_.at(input.table_name);
  MR_TRY(check(changed, input.key, input.condition_expression, input.expression_attribute_names,
               input.expression_attribute_values));
  const auto found = changed.items.find(key_of(changed, input.key));
  Item item = found == changed.items.end() ? input.key : found->second;
  apply_set(*input.update_expression, item, input.expression_attribute_names,
            input.expression_attribute_values);
  write(input.table_name, changed, input.key, std::move(item));
  return UpdateItem::Output{};
}

template <>
Result<DeleteItem::Output> ModelDynamoDb::on<DeleteItem>(const DeleteItem::Input& input) {
  Table& changed = tables_.at(input.table_name);
  MR_TRY(check(changed, input.key, input.condition_expression, input.expression_attribute_names,
               input.expression_attribute_values));
  if (changed.items.contains(key_of(changed, input.key))) {
    write(input.table_name, changed, input.key, std::nullopt);
  }
  return DeleteItem::Output{};
}

template <>
Result<TransactWriteItems::Output> ModelDynamoDb::on<TransactWriteItems>(
    const TransactWriteItems::Input& input) {
  const std::string token = input.client_request_token.value_or("");
  if (honours_tokens && !token.empty() && tokens_.contains(token)) {
    return TransactWriteItems::Output{};
  }
  std::string reasons;
  bool failed = false;
  for (const auto& action : input.transact_items) {
    const auto check_one = [&](const auto& part, const Item& key) {
      return check(tables_.at(part.table_name), key, part.condition_expression,
                   part.expression_attribute_names, part.expression_attribute_values);
    };
    Status status = ok_status();
    if (action.condition_check) {
      const auto& part = *action.condition_check;
      status = check(tables_.at(part.table_name), part.key, part.condition_expression,
                     part.expression_attribute_names, part.expression_attribute_values);
    }
    if (action.put) status = check_one(*action.put, action.put->item);
    if (action.delete_) status = check_one(*action.delete_, action.delete_->key);
    if (action.update) status = check_one(*action.update, action.update->key);
    std::string_view code = status.ok() ? "None" : "ConditionalCheckFailed";
    if (action.put && refuses && refuses(action.put->table_name, action.put->item)) {
      if (!names_refused) return Error("ValidationException", 400, "an item is not valid");
      code = "ValidationError";
    }
    failed = failed || code != "None";
    reasons += fmt::format("{}{{\"Code\":\"{}\"}}", reasons.empty() ? "" : ",", code);
  }
  if (failed) {
    return Error("TransactionCanceledException", 400, "cancelled")
        .with_member("CancellationReasons", "[" + reasons + "]");
  }
  for (const auto& action : input.transact_items) {
    if (action.put) {
      write(action.put->table_name, tables_.at(action.put->table_name), action.put->item,
            action.put->item);
    }
    if (action.delete_) {
      Table& changed = tables_.at(action.delete_->table_name);
      if (changed.items.contains(key_of(changed, action.delete_->key))) {
        write(action.delete_->table_name, changed, action.delete_->key, std::nullopt);
      }
    }
    if (action.update) {
      Table& changed = tables_.at(action.update->table_name);
      const auto found = changed.items.find(key_of(changed, action.update->key));
      Item item = found == changed.items.end() ? action.update->key : found->second;
      apply_set(action.update->update_expression, item, action.update->expression_attribute_names,
                action.update->expression_attribute_values);
      write(action.update->table_name, changed, action.update->key, std::move(item));
    }
  }
  if (!token.empty()) tokens_.insert(token);
  return TransactWriteItems::Output{};
}

template <>
Result<DescribeStream::Output> ModelDynamoDb::on<DescribeStream>(const DescribeStream::Input&) {
  DescribeStream::Output output;
  auto& description = output.stream_description.emplace();
  description.stream_status = "ENABLED";
  description.shards.emplace();
  for (const Shard& shard : shards_) {
    if (shard.listed_from_us > clock_.monotonic_us()) continue;
    auto& listed = description.shards->emplace_back();
    listed.shard_id = shard.id;
    if (!shard.parent.empty()) listed.parent_shard_id = shard.parent;
  }
  return output;
}

template <>
Result<GetShardIterator::Output> ModelDynamoDb::on<GetShardIterator>(
    const GetShardIterator::Input& input) {
  const Shard* found = shard(input.shard_id);
  CHECK(found != nullptr);
  size_t position = 0;
  if (input.shard_iterator_type == "AFTER_SEQUENCE_NUMBER") {
    while (position < found->records.size() &&
           std::stoull(*found->records[position].dynamodb->sequence_number) <=
               std::stoull(*input.sequence_number)) {
      ++position;
    }
  }
  return GetShardIterator::Output{.shard_iterator = fmt::format("{}|{}", found->id, position)};
}

template <>
Result<GetRecords::Output> ModelDynamoDb::on<GetRecords>(const GetRecords::Input& input) {
  constexpr size_t kPage = 4;
  const size_t bar = input.shard_iterator.find('|');
  const Shard* found = shard(input.shard_iterator.substr(0, bar));
  CHECK(found != nullptr);
  size_t position = std::stoull(input.shard_iterator.substr(bar + 1));
  GetRecords::Output output;
  output.records.emplace();
  while (position < found->records.size() && output.records->size() < kPage) {
    output.records->push_back(found->records[position++]);
  }
  if (found->open || position < found->records.size()) {
    output.next_shard_iterator = fmt::format("{}|{}", found->id, position);
  }
  return output;
}

Result<std::shared_ptr<void>> ModelDynamoDb::handle(const Request& request) {
  std::optional<Result<std::shared_ptr<void>>> out;
  const auto attempt = [&]<class Op>(std::type_identity<Op>) {
    if (request.operation != &Op::kDescription) return;
    auto done = on<Op>(*static_cast<const typename Op::Input*>(request.input.get()));
    if (!done.ok()) {
      out.emplace(std::move(done).error());
    } else {
      out.emplace(
          std::shared_ptr<void>(std::make_shared<typename Op::Output>(std::move(done).value())));
    }
  };
  attempt(std::type_identity<DescribeTable>());
  attempt(std::type_identity<CreateTable>());
  attempt(std::type_identity<UpdateTable>());
  attempt(std::type_identity<GetItem>());
  attempt(std::type_identity<Query>());
  attempt(std::type_identity<Scan>());
  attempt(std::type_identity<UpdateItem>());
  attempt(std::type_identity<DeleteItem>());
  attempt(std::type_identity<TransactWriteItems>());
  attempt(std::type_identity<DescribeStream>());
  attempt(std::type_identity<GetShardIterator>());
  attempt(std::type_identity<GetRecords>());
  CHECK(out.has_value());  // the keeper uses an operation that the model lacks
  return std::move(*out);
}

}  // namespace millrace::keeper
