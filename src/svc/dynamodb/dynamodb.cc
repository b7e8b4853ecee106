#include "svc/dynamodb/dynamodb.h"

#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/work.h"

namespace millrace::dynamodb {

namespace {

template <class Input>
Result<AccessList> on_table(svc::Context& ctx, const Input& in, std::string_view action) {
  return AccessList{table_access(ctx, action, in.table_name)};
}

// Registers an operation whose permission is its own name on its table.
#define MR_ON_TABLE(Operation, handler)                                                   \
  registry.add<api::Operation>(                                                           \
      {.run = handler, .access = [](svc::Context& ctx, const api::Operation::Input& in) { \
         return on_table(ctx, in, #Operation);                                            \
       }})

void register_tables(svc::Registry& registry) {
  MR_ON_TABLE(CreateTable, create_table);
  MR_ON_TABLE(DescribeTable, describe_table);
  MR_ON_TABLE(UpdateTable, update_table);
  MR_ON_TABLE(DeleteTable, delete_table);
  MR_ON_TABLE(DescribeTimeToLive, describe_time_to_live);
  MR_ON_TABLE(UpdateTimeToLive, update_time_to_live);
  MR_ON_TABLE(DescribeContinuousBackups, describe_continuous_backups);
  registry.add<api::ListTables>(
      {.run = list_tables, .access = [](svc::Context& ctx, const api::ListTablesInput&) {
         return Result<AccessList>(
             AccessList{arn_access("ListTables", ctx.arn("dynamodb", "table/*"))});
       }});
  registry.add<api::DescribeLimits>(
      {.run = describe_limits, .access = [](svc::Context&, const api::DescribeLimitsInput&) {
         return Result<AccessList>(AccessList{account_access("DescribeLimits")});
       }});
  registry.add<api::DescribeEndpoints>({.run = describe_endpoints});
  registry.add<api::TagResource>(
      {.run = tag_resource, .access = [](svc::Context&, const api::TagResourceInput& in) {
         return Result<AccessList>(AccessList{arn_access("TagResource", in.resource_arn)});
       }});
  registry.add<api::UntagResource>(
      {.run = untag_resource, .access = [](svc::Context&, const api::UntagResourceInput& in) {
         return Result<AccessList>(AccessList{arn_access("UntagResource", in.resource_arn)});
       }});
  registry.add<api::ListTagsOfResource>(
      {.run = list_tags_of_resource,
       .access = [](svc::Context&, const api::ListTagsOfResourceInput& in) {
         return Result<AccessList>(AccessList{arn_access("ListTagsOfResource", in.resource_arn)});
       }});
}

#undef MR_ON_TABLE

Result<AccessList> on_item(svc::Context& ctx, std::string_view action, std::string_view table,
                           const codec::Item& item) {
  MR_ASSIGN(svc::Access access, item_access(ctx, action, table, {&item}));
  return AccessList{std::move(access)};
}

void register_items(svc::Registry& registry) {
  registry.add<api::GetItem>(
      {.run = get_item, .access = [](svc::Context& ctx, const api::GetItemInput& in) {
         return on_item(ctx, "GetItem", in.table_name, in.key);
       }});
  registry.add<api::PutItem>(
      {.run = put_item, .access = [](svc::Context& ctx, const api::PutItemInput& in) {
         return on_item(ctx, "PutItem", in.table_name, in.item);
       }});
  registry.add<api::UpdateItem>(
      {.run = update_item, .access = [](svc::Context& ctx, const api::UpdateItemInput& in) {
         return on_item(ctx, "UpdateItem", in.table_name, in.key);
       }});
  registry.add<api::DeleteItem>(
      {.run = delete_item, .access = [](svc::Context& ctx, const api::DeleteItemInput& in) {
         return on_item(ctx, "DeleteItem", in.table_name, in.key);
       }});
  registry.add<api::Query>({.run = query, .access = query_access, .blocking = true});
  registry.add<api::Scan>(
      {.run = scan,
       .access =
           [](svc::Context& ctx, const api::ScanInput& in) {
             return Result<AccessList>(
                 AccessList{in.index_name ? index_access(ctx, "Scan", in.table_name, *in.index_name)
                                          : table_access(ctx, "Scan", in.table_name)});
           },
       .blocking = true});
  registry.add<api::BatchGetItem>(
      {.run = batch_get_item, .access = batch_get_item_access, .blocking = true});
  registry.add<api::BatchWriteItem>({.run = batch_write_item, .access = batch_write_item_access});
  registry.add<api::TransactGetItems>(
      {.run = transact_get_items, .access = transact_get_items_access, .blocking = true});
  registry.add<api::TransactWriteItems>(
      {.run = transact_write_items, .access = transact_write_items_access});
}

void register_partiql(svc::Registry& registry) {
  registry.add<api::ExecuteStatement>(
      {.run = execute_statement, .access = execute_statement_access, .blocking = true});
  registry.add<api::BatchExecuteStatement>(
      {.run = batch_execute_statement, .access = batch_execute_statement_access, .blocking = true});
  registry.add<api::ExecuteTransaction>(
      {.run = execute_transaction, .access = execute_transaction_access, .blocking = true});
}

void register_streams(svc::Registry& registry) {
  registry.add<streams_api::ListStreams>(
      {.run = list_streams, .access = [](svc::Context&, const streams_api::ListStreamsInput&) {
         return Result<AccessList>(AccessList{account_access("ListStreams")});
       }});
  registry.add<streams_api::DescribeStream>(
      {.run = describe_stream,
       .access = [](svc::Context&, const streams_api::DescribeStreamInput& in) {
         return Result<AccessList>(AccessList{arn_access("DescribeStream", in.stream_arn)});
       }});
  registry.add<streams_api::GetShardIterator>(
      {.run = get_shard_iterator,
       .access = [](svc::Context&, const streams_api::GetShardIteratorInput& in) {
         return Result<AccessList>(AccessList{arn_access("GetShardIterator", in.stream_arn)});
       }});
  registry.add<streams_api::GetRecords>(
      {.run = get_records, .access = get_records_access, .blocking = true});
}

}  // namespace

void register_operations(svc::Registry& registry) {
  register_tables(registry);
  register_items(registry);
  register_partiql(registry);
  register_streams(registry);
}

void start_background(const svc::Ports& ports) { start_work(ports); }

}  // namespace millrace::dynamodb
