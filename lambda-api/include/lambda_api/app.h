// App: a function made of routes.
//
//   int main() {
//     lambda_api::App app;
//     app.get("/notes/{id}", [](const lambda_api::Request& request) -> lambda_api::Result<Response>
//     {...}); return app.run();
//   }
//
// Patterns: "/a/b" matches itself; "{name}" one segment; "{name+}" as the last segment the rest, at
// least one segment. Of several patterns that match, the one that is more literal from the left
// wins, in whatever order they were added. A path that matches with another method answers 405 with
// `Allow`; HEAD is answered by GET's handler. GET /health answers {"status":"ok"} unless set
// otherwise.
//
// Threads: one. The service never gives an environment a second event before the first is answered.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lambda_api/context.h"
#include "lambda_api/error.h"
#include "lambda_api/http.h"
#include "lambda_api/json.h"

namespace lambda_api {

class App {
 public:
  using Handler = std::function<Result<Response>(const Request&)>;
  using ContextHandler = std::function<Result<Response>(const Request&, const Context&)>;
  using EventHandler = std::function<Result<Json>(const Json& event, const Context&)>;
  // An Error makes the health route answer with it (503 is usual).
  using HealthCheck = std::function<Result<Json>()>;

  App();

  App& get(std::string_view pattern, Handler handler) {
    return route("GET", pattern, std::move(handler));
  }
  App& post(std::string_view pattern, Handler handler) {
    return route("POST", pattern, std::move(handler));
  }
  App& put(std::string_view pattern, Handler handler) {
    return route("PUT", pattern, std::move(handler));
  }
  App& patch(std::string_view pattern, Handler handler) {
    return route("PATCH", pattern, std::move(handler));
  }
  App& del(std::string_view pattern, Handler handler) {
    return route("DELETE", pattern, std::move(handler));
  }
  // Any method that has no handler of its own for this pattern.
  App& any(std::string_view pattern, Handler handler) {
    return route("", pattern, std::move(handler));
  }

  // REQUIRES: the pattern is well formed and new for this method; ends the program with a message
  // if not.
  App& route(std::string_view method, std::string_view pattern, Handler handler);
  App& route_with_context(std::string_view method, std::string_view pattern,
                          ContextHandler handler);

  // Takes events that are no HTTP request: a schedule, a queue, a stream, a direct invocation.
  // Without it such an event is an error of the invocation.
  App& on_event(EventHandler handler);

  // Moves the health route, and says what is to be checked; an empty path takes it away.
  App& health(std::string_view path, HealthCheck check = {});

  // One invocation as a plain call. An Error is a failed invocation: HTTP requests never give one,
  // their errors are answers. An exception that leaves a handler counts as status 500, or as a
  // failed invocation.
  Result<Json> handle(const Json& event, const Context& context) const;

  // Serves invocations until the environment is shut down. Returns the exit code for main().
  int run() const;

 private:
  struct Route;

  Response respond(Request& request, const Context& context) const;
  Result<Response> call(const Route& route, const Request& request, const Context& context) const;

  std::vector<std::shared_ptr<const Route>> routes_;  // most literal first
  std::string health_path_ = "/health";
  HealthCheck health_check_;
  EventHandler event_handler_;
};

}  // namespace lambda_api
