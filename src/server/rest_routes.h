// RestRoutes: which operation of a REST service a method, path and query mean, from the URI templates
// of its model ("/{Bucket}/{Key+}?uploads"). Built once; constant and free-threaded after.
//
// Where several templates fit, the one that asks for most wins: literal query keys first of all, then
// the query and header members that its input requires (UploadPart over PutObject).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aws/shape.h"

namespace millrace::server {

struct RestMatch {
  const aws::OperationName* name = nullptr;
  std::vector<std::pair<std::string, std::string>> labels;  // decoded
};

class RestRoutes {
 public:
  explicit RestRoutes(const aws::Service& service);

  // `has_header` says whether the request has a header of that name. `name` is null when nothing fits.
  RestMatch find(std::string_view method, std::string_view path, std::string_view query,
                 const std::function<bool(std::string_view)>& has_header) const;

 private:
  struct Segment {
    std::string_view text;  // the literal, or the label's name
    bool is_label = false;
    bool is_greedy = false;
  };
  struct Route {
    const aws::OperationName* name;
    std::vector<Segment> segments;
    std::vector<std::pair<std::string_view, std::string_view>> literals;  // of the query
    std::vector<std::string_view> required_query;
    std::vector<std::string_view> required_headers;
  };
  static Route compile(const aws::OperationName& name);
  static bool match_path(const Route& route, std::string_view path, RestMatch* match);

  std::unordered_map<std::string_view, std::vector<Route>> by_method_;
};

}  // namespace millrace::server
