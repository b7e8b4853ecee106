#include "lambda_api/app.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "lambda_api/log.h"
#include "lambda_api/runtime.h"
#include "route.h"

namespace lambda_api {

struct App::Route {
  std::string method;  // empty: any
  Pattern pattern;
  ContextHandler handler;
};

namespace {

[[noreturn]] void author_error(const std::string& what) {
  std::fprintf(stderr, "lambda-api: %s\n", what.c_str());
  std::abort();
}

bool answers(std::string_view route_method, std::string_view method) {
  return route_method.empty() || route_method == method ||
         (method == "HEAD" && route_method == "GET");
}

}  // namespace

App::App() = default;

App& App::route(std::string_view method, std::string_view pattern, Handler handler) {
  return route_with_context(method, pattern,
                            [handler = std::move(handler)](const Request& request, const Context&) {
                              return handler(request);
                            });
}

App& App::route_with_context(std::string_view method, std::string_view pattern,
                             ContextHandler handler) {
  Result<Pattern> parsed = Pattern::parse(pattern);
  if (!parsed) author_error(parsed.error().message);
  auto route = std::make_shared<Route>(std::string(method), std::move(*parsed), std::move(handler));
  for (const auto& other : routes_) {
    if (other->method == route->method && other->pattern.matches_the_same_as(route->pattern)) {
      author_error("two handlers for " + route->method + " " + route->pattern.text());
    }
  }
  // Before the first that is less literal; of equals, a route for one method before one for any.
  auto place = std::ranges::find_if(routes_, [&](const auto& other) {
    if (route->pattern.is_more_literal_than(other->pattern)) return true;
    return !other->pattern.is_more_literal_than(route->pattern) && other->method.empty();
  });
  routes_.insert(place, std::move(route));
  return *this;
}

App& App::on_event(EventHandler handler) {
  event_handler_ = std::move(handler);
  return *this;
}

App& App::health(std::string_view path, HealthCheck check) {
  health_path_ = path;
  health_check_ = std::move(check);
  return *this;
}

Result<Json> App::handle(const Json& event, const Context& context) const {
  if (Result<Request> request = to_request(event)) {
    const Payload payload = request->payload;
    return to_event(respond(*request, context), payload);
  }
  if (!event_handler_) {
    return failure(500, "NoEventHandler", "this function answers HTTP requests only");
  }
  try {
    return event_handler_(event, context);
  } catch (const std::exception& exception) {
    return internal_error(exception.what());
  }
}

Response App::respond(Request& request, const Context& context) const {
  std::string allowed;
  Result<Response> response = not_found("no route for " + request.method + " " + request.path);
  bool found = false;
  const bool is_health =
      !health_path_.empty() && request.path == health_path_ && answers("GET", request.method);
  for (const auto& route : routes_) {
    auto values = route->pattern.match(request.path);
    if (!values) continue;
    // Health is a literal route: only one that the author gave the same path comes before it.
    if (is_health && !values->empty()) continue;
    if (!answers(route->method, request.method)) {
      allowed.append(allowed.empty() ? "" : ", ").append(route->method);
      continue;
    }
    request.route = route->pattern.text();
    for (auto& [name, value] : *values)
      request.params.add(std::move(name), std::move(value));
    response = call(*route, request, context);
    found = true;
    break;
  }
  if (!found && is_health) {
    const Json healthy = Json::object({{"status", "ok"}});
    const Result<Json> state = health_check_ ? health_check_() : healthy;
    response = state ? Result<Response>(Response::json(*state)) : Failure(state.error());
  } else if (!found && !allowed.empty()) {
    response = failure(405, "MethodNotAllowed", request.method + " is not allowed here");
  }
  Response answer = response ? std::move(*response) : to_response(response.error());
  if (answer.status == 405 && !allowed.empty()) answer.headers.set("allow", allowed);
  if (answer.status >= 500) {
    log::error("request failed", {{"method", request.method},
                                  {"path", request.path},
                                  {"status", answer.status},
                                  {"error", response ? "" : response.error().message}});
  }
  if (request.method == "HEAD") answer.body.clear();
  return answer;
}

Result<Response> App::call(const Route& route, const Request& request,
                           const Context& context) const {
  try {
    return route.handler(request, context);
  } catch (const std::exception& exception) {
    // What it says is for the log, not for whoever called.
    log::error("exception in a handler",
               {{"route", route.pattern.text()}, {"what", exception.what()}});
    return internal_error("internal error");
  }
}

int App::run() const {
  return serve([this](std::string_view bytes, const Context& context) -> Result<std::string> {
    Result<Json> event = Json::parse(bytes);
    if (!event) return Failure(event.error());
    Result<Json> answer = handle(*event, context);
    if (!answer) return Failure(answer.error());
    return answer->dump();
  });
}

}  // namespace lambda_api
