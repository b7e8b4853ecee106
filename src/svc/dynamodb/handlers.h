// The operations of DynamoDB and DynamoDB Streams: one function each, in the file of its name.
#pragma once

#include "aws/dynamodb.h"
#include "aws/dynamodbstreams.h"
#include "svc/dynamodb/access.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

namespace api = aws::dynamodb;
namespace streams_api = aws::dynamodbstreams;

// Tables.
Result<api::CreateTableOutput> create_table(svc::Context& ctx, const api::CreateTableInput& in);
Result<api::DescribeTableOutput> describe_table(svc::Context& ctx,
                                                const api::DescribeTableInput& in);
Result<api::ListTablesOutput> list_tables(svc::Context& ctx, const api::ListTablesInput& in);
Result<api::UpdateTableOutput> update_table(svc::Context& ctx, const api::UpdateTableInput& in);
Result<api::DeleteTableOutput> delete_table(svc::Context& ctx, const api::DeleteTableInput& in);
Result<api::DescribeTimeToLiveOutput> describe_time_to_live(svc::Context& ctx,
                                                            const api::DescribeTimeToLiveInput& in);
Result<api::UpdateTimeToLiveOutput> update_time_to_live(svc::Context& ctx,
                                                        const api::UpdateTimeToLiveInput& in);
Result<api::TagResource::Output> tag_resource(svc::Context& ctx, const api::TagResourceInput& in);
Result<api::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                  const api::UntagResourceInput& in);
Result<api::ListTagsOfResourceOutput> list_tags_of_resource(svc::Context& ctx,
                                                            const api::ListTagsOfResourceInput& in);
Result<api::DescribeLimitsOutput> describe_limits(svc::Context& ctx,
                                                  const api::DescribeLimitsInput& in);
Result<api::DescribeEndpointsResponse> describe_endpoints(svc::Context& ctx,
                                                          const api::DescribeEndpointsRequest& in);
Result<api::DescribeContinuousBackupsOutput> describe_continuous_backups(
    svc::Context& ctx, const api::DescribeContinuousBackupsInput& in);

// Items.
Result<api::GetItemOutput> get_item(svc::Context& ctx, const api::GetItemInput& in);
Result<api::PutItemOutput> put_item(svc::Context& ctx, const api::PutItemInput& in);
Result<api::UpdateItemOutput> update_item(svc::Context& ctx, const api::UpdateItemInput& in);
Result<api::DeleteItemOutput> delete_item(svc::Context& ctx, const api::DeleteItemInput& in);
Result<api::QueryOutput> query(svc::Context& ctx, const api::QueryInput& in);
Result<api::ScanOutput> scan(svc::Context& ctx, const api::ScanInput& in);
Result<api::BatchGetItemOutput> batch_get_item(svc::Context& ctx, const api::BatchGetItemInput& in);
Result<api::BatchWriteItemOutput> batch_write_item(svc::Context& ctx,
                                                   const api::BatchWriteItemInput& in);
Result<api::TransactGetItemsOutput> transact_get_items(svc::Context& ctx,
                                                       const api::TransactGetItemsInput& in);
Result<api::TransactWriteItemsOutput> transact_write_items(svc::Context& ctx,
                                                           const api::TransactWriteItemsInput& in);
Result<AccessList> batch_write_item_access(svc::Context& ctx, const api::BatchWriteItemInput& in);
Result<AccessList> batch_get_item_access(svc::Context& ctx, const api::BatchGetItemInput& in);
Result<AccessList> transact_get_items_access(svc::Context& ctx,
                                             const api::TransactGetItemsInput& in);
Result<AccessList> transact_write_items_access(svc::Context& ctx,
                                               const api::TransactWriteItemsInput& in);
Result<AccessList> query_access(svc::Context& ctx, const api::QueryInput& in);

// PartiQL.
Result<api::ExecuteStatementOutput> execute_statement(svc::Context& ctx,
                                                      const api::ExecuteStatementInput& in);
Result<api::BatchExecuteStatementOutput> batch_execute_statement(
    svc::Context& ctx, const api::BatchExecuteStatementInput& in);
Result<api::ExecuteTransactionOutput> execute_transaction(svc::Context& ctx,
                                                          const api::ExecuteTransactionInput& in);
Result<AccessList> execute_statement_access(svc::Context& ctx,
                                            const api::ExecuteStatementInput& in);
Result<AccessList> batch_execute_statement_access(svc::Context& ctx,
                                                  const api::BatchExecuteStatementInput& in);
Result<AccessList> execute_transaction_access(svc::Context& ctx,
                                              const api::ExecuteTransactionInput& in);

// Streams.
Result<streams_api::ListStreamsOutput> list_streams(svc::Context& ctx,
                                                    const streams_api::ListStreamsInput& in);
Result<streams_api::DescribeStreamOutput> describe_stream(
    svc::Context& ctx, const streams_api::DescribeStreamInput& in);
Result<streams_api::GetShardIteratorOutput> get_shard_iterator(
    svc::Context& ctx, const streams_api::GetShardIteratorInput& in);
Result<streams_api::GetRecordsOutput> get_records(svc::Context& ctx,
                                                  const streams_api::GetRecordsInput& in);
Result<AccessList> get_records_access(svc::Context& ctx, const streams_api::GetRecordsInput& in);

}  // namespace millrace::dynamodb
