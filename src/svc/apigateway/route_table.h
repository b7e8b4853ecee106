// RouteTable: from method and path to what serves it. A tree of path segments; a look-up visits
// only what the path leads to, whatever the number of routes.
//
// The most specific place that has the method (or ANY) wins: a literal segment before a variable, a
// variable before a greedy one, and the next when a place lacks the method. Measured on AWS for
// REST APIs in floci-io/floci#3399; documented for HTTP APIs:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
//
// Built once, then read by any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::apigateway {

using Parameters = std::vector<std::pair<std::string, std::string>>;

class RouteTable {
 public:
  // What `add` was given, and the path's variables, raw as in the path.
  struct Match {
    size_t target;
    Parameters parameters;
  };

  // `path` is a template: "/notes/{id}", "/files/{path+}", "/".
  struct Route {
    std::string_view method;  // or "ANY"
    std::string_view path;
  };
  void add(Route route, size_t target);

  // `path` is raw. Its segments are decoded where they are compared with literal ones.
  std::optional<Match> find(Route request) const;

 private:
  struct Entry {
    std::string method;
    std::vector<std::string> names;  // of the variables on the way, in order
    size_t target;
  };
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> variable;
    std::vector<Entry> entries;
    std::vector<Entry> greedy;  // a greedy variable below this node
  };
  struct Search;

  Node root_;
};

}  // namespace millrace::apigateway
