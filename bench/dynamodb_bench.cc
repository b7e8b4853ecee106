// What DynamoDB's operations cost by themselves: a call of the handler on an in-memory store,
// without the network, the wire format and the commit.
#include <benchmark/benchmark.h>

#include "codec/attribute_value_json.h"
#include "svc/dynamodb/dynamodb.h"
#include "svc/dynamodb/handlers.h"
#include "svc/testing/harness.h"

namespace millrace::dynamodb {
namespace {

codec::Item item_of(int i) {
  return *codec::item_from_json_text(
      R"({"pk":{"S":"user#)" + std::to_string(i % 1000) + R"("},"sk":{"N":")" + std::to_string(i) +
      R"("},"name":{"S":"Ada Lovelace"},"email":{"S":"ada@example.com"},"age":{"N":"36"},)"
      R"("score":{"N":"1999.99"},"active":{"BOOL":true},"tags":{"SS":["a","b","c"]},)"
      R"("address":{"M":{"city":{"S":"London"},"zip":{"S":"W1"}}},"bio":{"S":")" +
      std::string(200, 'x') + R"("}})");
}

codec::Item key_of(const codec::Item& item) {
  return {{"pk", *item.get("pk")}, {"sk", *item.get("sk")}};
}

// A table of 10,000 items.
struct World {
  World() {
    api::CreateTableInput table{.table_name = "bench", .billing_mode = "PAY_PER_REQUEST"};
    table.attribute_definitions = std::vector<api::AttributeDefinition>{{"pk", "S"}, {"sk", "N"}};
    table.key_schema = std::vector<api::KeySchemaElement>{{"pk", "HASH"}, {"sk", "RANGE"}};
    CHECK(harness.call<api::CreateTable>(table).ok());
    harness.runner.advance_ms(10);
    for (int i = 0; i < 10'000; ++i) {
      items.push_back(item_of(i));
      (void)store::transact(*harness.store, [&](store::Txn& txn) -> Status {
        svc::Context ctx(call, harness.ports, harness.registry, txn);
        return put_item(ctx, {.table_name = "bench", .item = items.back()}).ok()
                   ? ok_status()
                   : Error::internal("put failed");
      });
    }
  }

  // Runs `handler` as the executor does, but does not commit.
  template <class Op>
  void run(benchmark::State& state, const typename Op::Input& input) {
    const auto* entry = harness.registry.find(Op::kDescription);
    auto txn = harness.store->begin();
    svc::Context ctx(call, harness.ports, harness.registry, *txn);
    auto access = entry->access(ctx, &input);
    auto output = entry->run(ctx, &input);
    if (!access.ok() || !output.ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(output);
  }

  svc::testing::Harness harness{register_operations};
  svc::Call call = svc::testing::Harness::root_call();
  std::vector<codec::Item> items;
};

World& world() {
  static World instance;
  return instance;
}

void bm_get_item(benchmark::State& state) {
  size_t i = 0;
  for (auto _ : state) {
    world().run<api::GetItem>(
        state, {.table_name = "bench", .key = key_of(world().items[i++ * 7919 % 10'000])});
  }
}
BENCHMARK(bm_get_item);

void bm_put_item(benchmark::State& state) {
  size_t i = 0;
  for (auto _ : state) {
    world().run<api::PutItem>(state,
                              {.table_name = "bench", .item = world().items[i++ * 7919 % 10'000]});
  }
}
BENCHMARK(bm_put_item);

void bm_put_new_item(benchmark::State& state) {
  int i = 1'000'000;
  for (auto _ : state) {
    world().run<api::PutItem>(state, {.table_name = "bench", .item = item_of(i++)});
  }
}
BENCHMARK(bm_put_new_item);

void bm_update_item(benchmark::State& state) {
  size_t i = 0;
  for (auto _ : state) {
    world().run<api::UpdateItem>(
        state, {.table_name = "bench",
                .key = key_of(world().items[i++ * 7919 % 10'000]),
                .update_expression = "SET age = age + :one, email = :mail",
                .expression_attribute_values =
                    codec::Item{{":one", codec::AttributeValue::of_n(codec::Decimal(1))},
                                {":mail", codec::AttributeValue::of_s("x@example.com")}}});
  }
}
BENCHMARK(bm_update_item);

void bm_query_of_10(benchmark::State& state) {
  size_t i = 0;
  for (auto _ : state) {
    world().run<api::Query>(
        state, {.table_name = "bench",
                .key_condition_expression = "pk = :p",
                .expression_attribute_values = codec::Item{
                    {":p", codec::AttributeValue::of_s("user#" + std::to_string(i++ % 1000))}}});
  }
}
BENCHMARK(bm_query_of_10);

void bm_item_to_json(benchmark::State& state) {
  const codec::Item item = item_of(1);
  std::string out;
  for (auto _ : state) {
    out.clear();
    codec::append_json(out, item);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(bm_item_to_json);

void bm_item_from_json(benchmark::State& state) {
  std::string json;
  codec::append_json(json, item_of(1));
  simdjson::dom::parser parser;
  for (auto _ : state) {
    auto item = codec::item_from_json(parser.parse(json).value());
    benchmark::DoNotOptimize(item);
  }
}
BENCHMARK(bm_item_from_json);

}  // namespace
}  // namespace millrace::dynamodb

BENCHMARK_MAIN();
