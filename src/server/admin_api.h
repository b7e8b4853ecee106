// AdminApi: the server's own paths.
//
//   GET  /_millrace/health               is it up (public in every mode)
//   GET  /_millrace/clock                what time it is here, and how far ahead
//   POST /_millrace/clock                {"advance_seconds": 90000}: everything that waits for time
//   follows GET  /_millrace/usage?since=TIME     what would have been billed GET
//   /_millrace/functions            health of functions GET  /_millrace/outbox               mail
//   that was sent; a page for browsers, JSON for programs GET  /_aws/ses, /_localstack/health  the
//   same in the shapes that existing test suites read
//
// Threads: answers from io threads; reads of the store run on workers.
#pragma once

#include <string>
#include <string_view>

#include "net/runtime.h"
#include "server/api_handler.h"
#include "store/store.h"

namespace millrace::server {

class AdminApi final : public OwnPaths {
 public:
  // `created` is when the data folder was made. References outlive this and what it runs on
  // workers.
  AdminApi(net::Runtime& runtime, net::OffsetClock& clock, store::Store& store, Instant created)
      : runtime_(runtime), clock_(clock), store_(store), created_(created), started_(clock.now()) {}

  void handle(net::Request request, net::Responder responder) override;
  bool is_public(std::string_view path) const override;

 private:
  net::Response health() const;
  net::Response clock(const net::Request& request);
  // Blocks on the store.
  net::Response view(const net::Request& request) const;

  net::Runtime& runtime_;
  net::OffsetClock& clock_;
  store::Store& store_;
  const Instant created_;
  const Instant started_;
};

}  // namespace millrace::server
