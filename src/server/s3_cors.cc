#include "server/s3_cors.h"

#include "svc/s3/cors.h"

namespace millrace::server {
namespace {

constexpr char kVary[] = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

void add_answer(const s3::CorsAnswer& answer, net::Response& response) {
  response.add("Access-Control-Allow-Origin", answer.allow_origin);
  response.add("Access-Control-Allow-Methods", answer.allow_methods);
  if (!answer.allow_headers.empty()) {
    response.add("Access-Control-Allow-Headers", answer.allow_headers);
  }
  if (!answer.expose_headers.empty()) {
    response.add("Access-Control-Expose-Headers", answer.expose_headers);
  }
  if (answer.max_age_s) response.add("Access-Control-Max-Age", std::to_string(*answer.max_age_s));
  if (answer.allow_credentials) response.add("Access-Control-Allow-Credentials", "true");
  response.add("Vary", kVary);
}

net::Response forbidden() {
  return net::Response(
      403,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessForbidden</Code>"
      "<Message>CORSResponse: This CORS request is not allowed. This is usually because the "
      "evalution of Origin, request method / Access-Control-Request-Method or "
      "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.</Message>"
      "</Error>",
      "application/xml");
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
net::Response S3Cors::preflight(const std::string& bucket, const net::RequestHead& head) {
  auto answer = s3::evaluate_cors(*store_.snapshot(), bucket,
                                  {.origin = head.header("origin"),
                                   .method = head.header("access-control-request-method"),
                                   .headers = head.header("access-control-request-headers")});
  if (!answer.ok() || !*answer) return forbidden();
  net::Response response(200);
  add_answer(**answer, response);
  return response;
}

void S3Cors::add_headers(const std::string& bucket, const net::RequestHead& head,
                         net::Response& response) {
  auto answer = s3::evaluate_cors(*store_.snapshot(), bucket,
                                  {.origin = head.header("origin"), .method = head.method});
  if (answer.ok() && *answer) add_answer(**answer, response);
}

bool S3Cors::admits(const std::string& bucket, const net::RequestHead& head) {
  auto answer = s3::evaluate_cors(*store_.snapshot(), bucket,
                                  {.origin = head.header("origin"), .method = head.method});
  return answer.ok() && answer->has_value();
}

}  // namespace millrace::server
