// The meters that `millrace cost` prices: what AWS would bill. Names are keys of the price file.
#pragma once

namespace millrace::svc::meters {

inline constexpr char kLambdaRequests[] = "lambda.requests";
inline constexpr char kLambdaGbSeconds[] = "lambda.gb_seconds";  // billed ms x memory
inline constexpr char kRestApiRequests[] = "apigateway.rest_requests";
inline constexpr char kHttpApiRequests[] = "apigateway.http_requests";
inline constexpr char kDynamoDbReadUnits[] = "dynamodb.read_request_units";
inline constexpr char kDynamoDbWriteUnits[] = "dynamodb.write_request_units";
inline constexpr char kDynamoDbStreamReads[] = "dynamodb.stream_read_requests";
inline constexpr char kS3Writes[] = "s3.put_requests";  // PUT, COPY, POST, LIST
inline constexpr char kS3Reads[] = "s3.get_requests";
inline constexpr char kEventsPublished[] = "events.events";
inline constexpr char kSesMails[] = "ses.mails";

}  // namespace millrace::svc::meters
