// What the network layer costs alone: answers every request with one fixed body of the size of a
// GetItem answer. The yardstick for `./dev bench`: everything above it is Millrace's own work.
//
//   bare_server [PORT]     prints "ready PORT"
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "net/http_server.h"
#include "net/runtime.h"

namespace {

using namespace millrace;  // NOLINT: one small program

class FixedAnswer final : public net::Handler {
 public:
  net::BodyPlan on_head(const net::RequestHead&) override { return net::BodyPlan::buffer(1 << 20); }
  void on_request(net::Request, net::Responder responder) override {
    net::Response response(200, body_, "application/x-amz-json-1.0");
    response.add("x-amzn-RequestId", std::string(52, 'A')).add("x-amz-crc32", "1234567890");
    responder.send(std::move(response));
  }

 private:
  std::string body_ = "{\"Item\":{\"pk\":{\"S\":\"" + std::string(440, 'x') + "\"}}}";
};

}  // namespace

int main(int argc, char** argv) {
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  net::Runtime runtime(system_clock(), {});
  FixedAnswer handler;
  net::HttpServer::Options options;
  options.port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  net::HttpServer server(runtime, handler, options);
  if (!runtime.start().ok() || !server.start().ok()) return 1;
  std::printf("ready %d\n", server.port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  server.stop();
  runtime.stop();
  return 0;
}
