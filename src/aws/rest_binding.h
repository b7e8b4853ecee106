// Members of REST operations that travel outside the body: in the path, the query string, headers
// and the status code. Both directions; shared by restJson1 and restXml.
#pragma once

#include <string>
#include <string_view>

#include "aws/http_message.h"
#include "aws/read_state.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::aws {

// Values of a URI template's labels by name, decoded.
using Labels = std::vector<std::pair<std::string, std::string>>;

// Server: fills the located members of an input. Errors: SerializationException for a bad value.
Status read_request_bindings(const Shape& input, const RequestView& request, const Labels& labels,
                             void* structure, ReadState& state);
// Client: path, query string and headers from an input. Errors: ParamValidationError (400) when a
// label is empty.
Status write_request_bindings(const Operation& operation, const void* structure,
                              HttpRequest& request);

// Server: headers and status of an answer.
void write_response_bindings(const Shape& output, const void* structure, HttpResponse& response);
// Client: the located members of an output.
Status read_response_bindings(const Shape& output, const HttpResponse& response, void* structure,
                              ReadState& state);

}  // namespace millrace::aws
