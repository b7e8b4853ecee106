// The five protocols of AWS, written once for both sides of the wire. Each function walks the
// Shapes of an operation and never knows a struct's type.
//
// Server: parse_input() fills the input struct and says which required members were absent
// (aws/validate.h reports those together with the other constraints, in AWS's order);
// render_output() and render_error() (aws/wire_error.h) make the answer. Client: render_input()
// makes an unsigned request; parse_output() reads a success, parse_error() a failure.
//
// Unknown members are ignored, as AWS ignores them. Free-threaded.
#pragma once

#include <string_view>

#include "aws/http_message.h"
#include "aws/read_state.h"
#include "aws/rest_binding.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::aws {

// Whether the body of the request (the answer) is one streaming member: it may be spooled to a file
// instead of being held in memory.
bool streams_input(const Operation& operation);
bool streams_output(const Operation& operation);

// `labels` are those of the URI (REST protocols; aws/rest_router.h). REQUIRES: `body` is in memory
// unless streams_input(). Errors: SerializationException and its kin, status 400.
Status parse_input(const Operation& operation, Protocol protocol, const RequestView& request,
                   const Labels& labels, Body body, void* input, MissingMembers& missing);
// The body of a streaming output is moved out of `output`. DynamoDB's answers carry x-amz-crc32 of
// the body as it is here: whoever compresses it must drop or renew that header.
HttpResponse render_output(const Operation& operation, Protocol protocol, void* output,
                           std::string_view request_id);

// The request lacks only host and signature. Errors: ParamValidationError.
Result<HttpRequest> render_input(const Operation& operation, Protocol protocol, const void* input);
// REQUIRES: a 2xx answer. S3's late failures (200 with an <Error> body) come back as errors.
Status parse_output(const Operation& operation, Protocol protocol, HttpResponse response,
                    void* output);

}  // namespace millrace::aws
