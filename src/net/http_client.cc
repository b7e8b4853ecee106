#include "net/http_client.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <future>

#include "base/encoding.h"
#include "net/http_client_connection.h"

namespace millrace::net {
namespace asio = boost::asio;

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (ascii_iequals(key, name)) return value;
  }
  return {};
}

Result<Url> parse_url(std::string_view text) {
  auto bad = [&](const char* why) {
    return Error("InvalidParameterValue", 400, fmt::format("Not a usable URL ({}): {}", why, text));
  };
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return bad("white space");
  }
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.is_https = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return bad("it must start with http:// or https://");
  }
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos) return bad("credentials");
  rest = rest.substr(0, rest.find('#'));
  url.authority = authority;
  url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  std::string_view port;
  if (authority.starts_with('[')) {
    size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("host");
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    size_t colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (url.host.empty()) return bad("host");
  if (port.empty()) {
    url.port = url.is_https ? "443" : "80";
    return url;
  }
  port.remove_prefix(1);
  bool digits = !port.empty() && port.size() <= 5 &&
                port.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || std::stoi(std::string(port)) > 65'535) return bad("port");
  url.port = port;
  return url;
}

std::shared_ptr<ClientConnection> ClientShared::acquire(const std::string& origin_name) {
  std::lock_guard lock(mutex_);
  if (stopped_) return nullptr;
  Origin& origin = origins_[origin_name];
  if (!origin.idle.empty()) {
    auto connection = std::move(origin.idle.front());
    origin.idle.pop_front();
    return connection;
  }
  if (origin.count >= options.connections_per_origin_max) return nullptr;
  auto connection =
      std::make_shared<ClientConnection>(shared_from_this(), origin_name, runtime.next_io());
  ++origin.count;
  all_.emplace(connection.get(), connection);
  return connection;
}

bool ClientShared::put_idle(const std::shared_ptr<ClientConnection>& connection) {
  std::lock_guard lock(mutex_);
  Origin& origin = origins_[connection->origin()];
  if (stopped_ || origin.idle.size() >= options.idle_connections_per_origin_max) return false;
  origin.idle.push_front(connection);
  return true;
}

bool ClientShared::take_idle(ClientConnection* connection) {
  std::lock_guard lock(mutex_);
  auto& idle = origins_[connection->origin()].idle;
  for (auto i = idle.begin(); i != idle.end(); ++i) {
    if (i->get() != connection) continue;
    idle.erase(i);
    return true;
  }
  return false;
}

void ClientShared::remove(ClientConnection* connection) {
  std::lock_guard lock(mutex_);
  auto origin = origins_.find(connection->origin());
  if (all_.erase(connection) > 0 && --origin->second.count == 0) origins_.erase(origin);
  if (all_.empty()) none_.notify_all();
}

Status ClientShared::prepare_tls() {
  std::call_once(tls_once_, [this] {
    tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    boost::system::error_code ec;
    if (options.verify == HttpClient::Options::Verify::kNone) {
      tls->set_verify_mode(asio::ssl::verify_none, ec);
      return;
    }
    tls->set_verify_mode(asio::ssl::verify_peer, ec);
    if (options.ca_file.empty()) {
      tls->set_default_verify_paths(ec);
    } else {
      tls->load_verify_file(options.ca_file, ec);
    }
    if (ec) tls_error_ = fmt::format("{}: {}", options.ca_file, ec.message());
  });
  if (tls_error_.empty()) return ok_status();
  return Error("InvalidParameterValue", 400, "cannot read the CA file " + tls_error_);
}

void ClientShared::stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  for (auto& [name, origin] : origins_)
    origin.idle.clear();
  for (const auto& [key, connection] : all_)
    connection->shut();
  none_.wait(lock, [this] { return all_.empty(); });
}

struct HttpClient::Impl {
  std::shared_ptr<ClientShared> shared;
};

HttpClient::HttpClient(Runtime& runtime, Options options) : impl_(std::make_shared<Impl>()) {
  impl_->shared = std::make_shared<ClientShared>(runtime, std::move(options));
}

HttpClient::~HttpClient() { stop(); }

void HttpClient::stop() { impl_->shared->stop(); }

void HttpClient::send(ClientRequest request, Callback done) {
  ClientShared& shared = *impl_->shared;
  auto refuse = [&](Error error) {
    auto deliver = [done = std::move(done), error = std::move(error)] {
      done(ClientOutcome{error, Sent::kNever});
    };
    asio::post(*shared.runtime.next_io(), std::move(deliver));
  };
  auto url = parse_url(request.url);
  if (!url.ok()) return refuse(std::move(url).error());
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || name.find_first_of(": \t\r\n") != std::string::npos ||
        value.find_first_of("\r\n") != std::string::npos) {
      return refuse(Error("InvalidParameterValue", 400,
                          fmt::format("Not a valid header name or value: '{}'", name)));
    }
  }
  if (url->is_https) {
    if (Status ready = shared.prepare_tls(); !ready.ok()) return refuse(std::move(ready).error());
  }
  auto connection = shared.acquire(url->origin());
  if (connection == nullptr) {
    return refuse(Error("ThrottlingException", 400,
                        fmt::format("too many connections to {}", url->origin())));
  }
  connection->begin(std::move(request), std::move(*url), std::move(done));
}

ClientOutcome HttpClient::send_blocking(ClientRequest request) {
  std::promise<ClientOutcome> promise;
  send(std::move(request), [&](ClientOutcome outcome) { promise.set_value(std::move(outcome)); });
  return promise.get_future().get();
}

}  // namespace millrace::net
