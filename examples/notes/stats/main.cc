// The notes application's function in C++: counts words, deployed as a bootstrap binary.
//
//   POST /stats               {"text": "..."} -> counts
//   GET  /stats/{text+}       the same of the path, for a quick look
//   GET  /stats/health        the library's health route
// Invoked directly with {"text": "..."} it answers with the counts as they are.
#include <algorithm>
#include <cctype>
#include <map>

#include "lambda_api/lambda_api.h"

using lambda_api::Context;
using lambda_api::Json;
using lambda_api::Request;
using lambda_api::Response;
using lambda_api::Result;

namespace {

constexpr size_t kTextBytesMax = 100'000;
constexpr int kWordsPerMinute = 230;

Result<Json> statistics(std::string_view text) {
  if (text.size() > kTextBytesMax)
    return lambda_api::unprocessable("the text is longer than 100 kB");
  std::map<std::string, int> words;
  int total = 0;
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    const auto c = static_cast<unsigned char>(i < text.size() ? text[i] : ' ');
    if (std::isalnum(c) || c >= 0x80 || c == '\'') {
      word += static_cast<char>(std::tolower(c));
    } else if (!word.empty()) {
      ++words[word];
      ++total;
      word.clear();
    }
  }
  const auto most =
      std::ranges::max_element(words, {}, [](const auto& entry) { return entry.second; });
  Json counts =
      Json::object({{"words", total}, {"distinct", words.size()}, {"bytes", text.size()}});
  counts.set("readingSeconds", total * 60 / kWordsPerMinute);
  counts.set("mostFrequent", most == words.end() ? Json() : Json(most->first));
  return counts;
}

Result<Json> statistics_of(const Json& body) {
  if (!body["text"].is_string()) return lambda_api::bad_request("\"text\" must be a string");
  return statistics(body["text"].string());
}

Result<Response> to_http(const Result<Json>& counts) {
  if (!counts) return lambda_api::Failure(counts.error());
  Response response = Response::json(*counts);
  response.headers.set("access-control-allow-origin", "*");
  return response;
}

}  // namespace

int main() {
  lambda_api::App app;
  app.health("/stats/health");
  app.post("/stats", [](const Request& request) -> Result<Response> {
    const Result<Json> body = request.json();
    if (!body) return lambda_api::Failure(body.error());
    lambda_api::log::info("counting", {{"bytes", request.body.size()}});
    return to_http(statistics_of(*body));
  });
  app.get("/stats/{text+}",
          [](const Request& request) { return to_http(statistics(request.param("text"))); });
  app.on_event([](const Json& event, const Context&) { return statistics_of(event); });
  return app.run();
}
