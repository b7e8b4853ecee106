#include "lambda_api/runtime.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "http_connection.h"
#include "lambda_api/log.h"

namespace lambda_api {

namespace {

constexpr std::string_view kRoot = "/2018-06-01/runtime/";

class HttpRuntimeApi : public RuntimeApi {
 public:
  explicit HttpRuntimeApi(std::string_view address) : connection_(address) {}

  Result<Invocation> next() override {
    auto answer = connection_.get(std::string(kRoot) + "invocation/next");
    if (!answer) return Failure(answer.error());
    if (answer->status != 200) return failure(answer->status, "RuntimeApi", answer->body);
    auto header = [&](std::string_view name) {
      return std::string(answer->headers.get(name).value_or(""));
    };
    Invocation invocation;
    Context& context = invocation.context;
    context.request_id = header("lambda-runtime-aws-request-id");
    context.invoked_function_arn = header("lambda-runtime-invoked-function-arn");
    context.trace_id = header("lambda-runtime-trace-id");
    context.client_context = header("lambda-runtime-client-context");
    context.cognito_identity = header("lambda-runtime-cognito-identity");
    const std::string deadline = header("lambda-runtime-deadline-ms");
    int64_t ms = 0;
    std::from_chars(deadline.data(), deadline.data() + deadline.size(), ms);
    context.deadline = std::chrono::system_clock::time_point(std::chrono::milliseconds(ms));
    invocation.event = std::move(answer->body);
    return invocation;
  }

  Result<void> respond(std::string_view request_id, std::string_view body) override {
    return post("invocation/" + std::string(request_id) + "/response", {}, body);
  }

  Result<void> fail(std::string_view request_id, const Error& error) override {
    return post_error("invocation/" + std::string(request_id) + "/error", error);
  }

  Result<void> fail_to_start(const Error& error) override {
    return post_error("init/error", error);
  }

 private:
  Result<void> post_error(const std::string& path, const Error& error) {
    const Json body = Json::object({{"errorMessage", error.message},
                                    {"errorType", error.code},
                                    {"stackTrace", Json::array()}});
    return post(
        path,
        {{"Lambda-Runtime-Function-Error-Type", error.code}, {"Content-Type", "application/json"}},
        body.dump());
  }

  Result<void> post(const std::string& path, const Headers& headers, std::string_view body) {
    auto answer = connection_.post(std::string(kRoot) + path, headers, body);
    if (!answer) return Failure(answer.error());
    if (answer->status / 100 != 2) return failure(answer->status, "RuntimeApi", answer->body);
    return {};
  }

  HttpConnection connection_;
};

Result<std::string> call(const RawHandler& handler, const Invocation& invocation) {
  try {
    return handler(invocation.event, invocation.context);
  } catch (const std::exception& exception) {
    return internal_error(exception.what());
  }
}

// Whether the loop can go on.
Result<void> serve_one(RuntimeApi& api, const RawHandler& handler, const Invocation& invocation) {
  const std::string& id = invocation.context.request_id;
  Result<std::string> answer = call(handler, invocation);
  if (!answer) {
    log::error(answer.error().message, {{"errorType", answer.error().code}});
    return api.fail(id, answer.error());
  }
  Result<void> sent = api.respond(id, *answer);
  if (!sent && sent.error().status == 413) {
    return api.fail(id, {413, "ResponseTooLarge", "the answer is larger than Lambda allows"});
  }
  return sent;
}

}  // namespace

std::unique_ptr<RuntimeApi> make_http_runtime_api(std::string_view address) {
  return std::make_unique<HttpRuntimeApi>(address);
}

int serve(RuntimeApi& api, const RawHandler& handler) {
  while (true) {
    Result<Invocation> invocation = api.next();
    if (!invocation) {
      std::fprintf(stderr, "lambda-api: no next invocation: %s\n",
                   invocation.error().message.c_str());
      return 1;
    }
    log::set_request_id(invocation->context.request_id);
    // Where the X-Ray SDKs, and HTTP clients that pass the trace on, look.
    ::setenv("_X_AMZN_TRACE_ID", invocation->context.trace_id.c_str(), 1);
    const Result<void> served = serve_one(api, handler, *invocation);
    log::set_request_id("");
    // An answer that came too late is refused with 400; the next event is what matters then.
    if (!served && served.error().status >= 500) {
      std::fprintf(stderr, "lambda-api: cannot answer: %s\n", served.error().message.c_str());
      return 1;
    }
  }
}

int serve(const RawHandler& handler) {
  const char* address = std::getenv("AWS_LAMBDA_RUNTIME_API");
  if (!address) {
    std::fprintf(
        stderr,
        "lambda-api: AWS_LAMBDA_RUNTIME_API is not set; this program runs as a Lambda function\n");
    return 1;
  }
  return serve(*make_http_runtime_api(address), handler);
}

}  // namespace lambda_api
