// From an answer as aws/ renders it to one that net/ sends, with what belongs to every answer: CORS
// headers for browsers, compression where it was asked for.
#pragma once

#include "aws/http_message.h"
#include "aws/shape.h"
#include "base/clock.h"
#include "net/http_message.h"

namespace millrace::server {

// `service` may be null (nobody's request). `runner` reads what lies in several files; it may be
// null where the answer is none of an object.
net::Response to_net_response(aws::HttpResponse response, const net::RequestHead& head,
                              const aws::Service* service, TaskRunner* runner = nullptr);

// The answer to a CORS preflight of every service but S3: AWS's front ends let all origins in.
net::Response preflight_response(const net::RequestHead& head);

}  // namespace millrace::server
