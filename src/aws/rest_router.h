// RestRouter: from method, path and query string to an operation of a REST service. Compiled once
// from every operation of the service's model, those we lack included, so that what we lack is
// refused by its name and never taken for something else. Immutable after construction;
// free-threaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/http_message.h"
#include "aws/rest_binding.h"
#include "aws/shape.h"

namespace millrace::aws {

class RestRouter {
 public:
  struct Match {
    const OperationName* operation;
    Labels labels;  // decoded
  };

  explicit RestRouter(const Service& service);

  // The most specific operation. S3 tells operations apart by required query parameters and headers
  // too (UploadPart: partNumber and uploadId; CopyObject: x-amz-copy-source).
  std::optional<Match> match(const RequestView& request) const;

 private:
  struct Segment {
    enum class Kind : uint8_t { kLiteral, kLabel, kGreedy } kind;
    std::string_view text;
  };
  struct Literal {
    std::string_view name;
    std::string_view value;
  };
  struct Route {
    const OperationName* operation;
    std::vector<Segment> segments;
    std::vector<Literal> query;                   // must be there
    std::vector<std::string_view> query_members;  // S3: required members
    std::vector<std::string_view> header_members;
    int specificity = 0;
  };

  static Route compile(const Service& service, const OperationName& operation);
  static bool matches(const Route& route, const RequestView& request,
                      const std::vector<std::string_view>& segments, const QueryParameters& query);
  static Labels labels_of(const Route& route, const RequestView& request,
                          const std::vector<std::string_view>& segments);

  std::vector<Route> routes_;  // most specific first
};

}  // namespace millrace::aws
