#include <fmt/format.h>

#include "base/encoding.h"
#include "svc/lambda/operations.h"
#include "svc/lambda/settings.h"
#include "svc/request_keys.h"

namespace millrace::lambda {
namespace {

using InvokeDone = std::function<void(Answer<api::Invoke>)>;

Error bad_payload(const Error& why) {
  return api::errors::invalid_request_content_exception("Could not parse request body into json: " +
                                                        why.message());
}

void invoke_now(const svc::Ports& ports, svc::FunctionCall call, bool wants_tail, InvokeDone done) {
  ports.functions->invoke(std::move(call),
                          [wants_tail, done = std::move(done)](Result<svc::FunctionAnswer> answer) {
                            if (!answer.ok()) return done(std::move(answer).error());
                            api::Invoke::Output out;
                            out.status_code = 200;
                            out.executed_version = std::move(answer->executed_version);
                            if (!answer->function_error.empty())
                              out.function_error = std::move(answer->function_error);
                            if (wants_tail) out.log_result = base64_encode(answer->log_tail);
                            out.payload = std::move(answer->payload);
                            done(std::move(out));
                          });
}

}  // namespace

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
void invoke(const svc::Call& call, const svc::Ports& ports,
            std::shared_ptr<const api::Invoke::Input> in, InvokeDone done) {
  if (in->durable_execution_name) return done(unsupported("DurableExecutionName"));
  if (in->tenant_id) return done(unsupported("TenantId"));
  svc::FunctionCall function{.scope = call.scope,
                             .function_arn = in->function_name,
                             .payload = in->payload.value_or(""),
                             .caller = call.caller,
                             .request_id = call.request.request_id};
  svc::Access asked;
  svc::add_request_keys(call.scope, call.request, asked);
  function.context = std::move(asked.context);
  auto ref = parse_function_name(call.scope, in->function_name, in->qualifier);
  if (!ref.ok()) return done(std::move(ref).error());
  function.function_arn = function_arn(*ref);
  if (!function.payload.empty()) {
    auto json = codec::Json::parse(function.payload);
    if (!json.ok()) return done(bad_payload(json.error()));
  }
  if (in->client_context) {
    auto context = base64_decode(*in->client_context);
    auto json =
        context ? codec::Json::parse(*context) : Result<codec::Json>(Error("", 400, "not base64"));
    if (!json.ok()) {
      return done(api::errors::invalid_request_content_exception(
          "Client context must be a valid Base64-encoded JSON object."));
    }
    function.client_context = *context;
  }
  std::string type = in->invocation_type.value_or("RequestResponse");
  if (type == "Event") {
    return ports.functions->invoke_async(std::move(function), [done](Status accepted) {
      if (!accepted.ok()) return done(std::move(accepted).error());
      done(api::Invoke::Output{.status_code = 202, .payload = ""});
    });
  }
  if (type == "DryRun") {
    return ports.functions->check(std::move(function), [done](Status allowed) {
      if (!allowed.ok()) return done(std::move(allowed).error());
      done(api::Invoke::Output{.status_code = 204, .payload = ""});
    });
  }
  bool wants_tail = in->log_type.value_or("None") == "Tail";
  invoke_now(ports, std::move(function), wants_tail, std::move(done));
}

}  // namespace millrace::lambda
