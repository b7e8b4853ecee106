#include "main/keeper_session.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace millrace {

KeeperSession::KeeperSession() : runtime_(system_clock(), {}) {}

KeeperSession::~KeeperSession() {
  for (auto& http : http_)
    http->stop();
  if (started_) runtime_.stop();
}

Result<client::Client*> KeeperSession::client(const std::string& region,
                                              const std::string& endpoint_url) {
  if (!started_) {
    MR_TRY(runtime_.start());
    started_ = true;
  }
  MR_ASSIGN(auto settings, client::load_settings(client::process_environment(),
                                                 {.region = region, .endpoint_url = endpoint_url}));
  http_.push_back(std::make_unique<net::HttpClient>(
      runtime_, net::HttpClient::Options{.ca_file = settings.ca_file}));
  clients_.push_back(std::make_unique<client::Client>(*http_.back(), runtime_, system_clock(),
                                                      std::move(settings)));
  return clients_.back().get();
}

int report_error(std::string_view command, const Error& error) {
  fmt::print(stderr, "millrace {}: {}: {}\n", command, error.code(), error.message());
  return error.code() == "TableExists" ? kExitRefused : kExitFailed;
}

}  // namespace millrace
