#include "server/cloud.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/disk_room.h"
#include "base/log.h"
#include "net/certificate_authority.h"
#include "net/runtime.h"
#include "sandbox/function_peer.h"
#include "server/admin_api.h"
#include "server/api_handler.h"
#include "server/api_plane.h"
#include "server/s3_cors.h"
#include "svc/apigateway/operations.h"
#include "svc/cloudformation/cloudformation.h"
#include "svc/cloudwatch/metric_writer.h"
#include "svc/cloudwatch/operations.h"
#include "svc/dynamodb/dynamodb.h"
#include "svc/ecr/operations.h"
#include "svc/events/operations.h"
#include "svc/events/schedule_runner.h"
#include "svc/iam/authorizer.h"
#include "svc/iam/iam.h"
#include "svc/iam/key_ring.h"
#include "svc/lambda/operations.h"
#include "svc/logs/log_writer.h"
#include "svc/logs/operations.h"
#include "svc/logs/purge.h"
#include "svc/metering/meter_store.h"
#include "svc/s3/s3.h"
#include "svc/ses/operations.h"
#include "svc/ssm/operations.h"

namespace millrace::server {
namespace {

// When the data folder was made; written by the first start.
Result<Instant> creation_time(const std::string& data_dir, Instant now) {
  std::string path = data_dir + "/created-at";
  std::ifstream in(path);
  std::string text;
  if (in && std::getline(in, text)) return parse_iso8601(text);
  std::ofstream out(path);
  out << format_iso8601(now) << "\n";
  if (!out.flush()) return Error::internal("cannot write " + path);
  return Instant::from_seconds(now.seconds());
}

// An empty folder for what comes in and is not kept yet.
Result<std::string> fresh_incoming_dir(const std::string& data_dir) {
  std::string dir = data_dir + "/incoming";
  std::error_code ec;
  std::filesystem::remove_all(dir, ec);
  std::filesystem::create_directories(dir, ec);
  if (!ec) std::filesystem::permissions(dir, std::filesystem::perms::owner_all, ec);
  if (ec) return Error::internal(fmt::format("cannot make {}: {}", dir, ec.message()));
  return dir;
}

// Other users of the machine do not read the data. The folder around it stays open: functions, who
// may be other users, reach their code through it.
Status make_store_dir(const std::string& dir) {
  std::error_code ec;
  std::filesystem::create_directories(dir, ec);
  if (!ec) std::filesystem::permissions(dir, std::filesystem::perms::owner_all, ec);
  if (ec) return Error::internal(fmt::format("cannot make {}: {}", dir, ec.message()));
  return ok_status();
}

std::string url_of(const CloudOptions& options, uint16_t port) {
  if (!options.public_url.empty()) return options.public_url;
  bool any = options.listen == "0.0.0.0" || options.listen == "::";
  std::string host = any ? "127.0.0.1" : options.listen;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("http://{}:{}", host, port);
}

}  // namespace

// Members are destroyed from the last to the first: what refers to others stands below them.
struct Cloud::Impl {
  explicit Impl(CloudOptions o)
      : options(std::move(o)),
        runtime(clock,
                {.io_threads = options.io_threads, .worker_threads_max = options.worker_threads}) {}

  Status open();
  Status listen();
  void wire_ports();
  void start_background();

  const CloudOptions options;
  net::OffsetClock clock;
  net::Runtime runtime;
  std::unique_ptr<store::Store> store;
  svc::Registry registry;
  svc::Ports ports;
  std::unique_ptr<svc::Executor> executor;
  std::unique_ptr<iam::KeyRing> keys;
  std::unique_ptr<iam::IamAuthorizer> authorizer;
  std::unique_ptr<cloudwatch::MetricWriter> metrics;
  std::unique_ptr<metering::MeterStore> meter;
  std::unique_ptr<logs::LogWriter> log_writer;
  std::unique_ptr<logs::Purge> log_purge;
  std::unique_ptr<Functions> functions;
  std::unique_ptr<events::ScheduleRunner> schedules;
  std::unique_ptr<Notices> notices;
  std::unique_ptr<apigateway::ExecuteApi> execute_api;
  std::unique_ptr<ApiPlane> api_plane;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<net::CertificateAuthority> authority;
  Router router;
  std::unique_ptr<AdminApi> admin;
  std::unique_ptr<S3Cors> cors;
  std::unique_ptr<ApiHandler> handler;
  std::unique_ptr<net::HttpServer> server;
  std::string url;
  bool running = false;
};

Status Cloud::Impl::open() {
  MR_TRY(make_store_dir(options.data_dir + "/store"));
  MR_ASSIGN(store, store::open_rocks_store({.path = options.data_dir + "/store",
                                            .free_bytes_min = disk_reserve_bytes(options.data_dir),
                                            .durability = options.durability,
                                            .block_cache_bytes = options.block_cache_bytes}));
  clock.set_listener([this] { runtime.clock_moved(); });
  MR_TRY(runtime.start());
  MR_TRY(s3::prepare(options.data_dir));
  dynamodb::register_operations(registry);
  s3::register_operations(registry);
  iam::register_operations(registry);
  ses::register_operations(registry);
  lambda::register_operations(registry);
  logs::register_operations(registry);
  apigateway::register_operations(registry);
  events::register_operations(registry);
  cloudwatch::register_operations(registry);
  ssm::register_operations(registry);
  ecr::register_operations(registry);
  cloudformation::register_operations(registry);
  executor = std::make_unique<svc::Executor>(registry, ports);
  std::vector<iam::RootKey> roots;
  roots.push_back({options.root_access_key_id, options.root_secret_access_key, options.account});
  keys = std::make_unique<iam::KeyRing>(clock, options.installation_key, std::move(roots));
  authorizer = std::make_unique<iam::IamAuthorizer>(clock);
  metrics = std::make_unique<cloudwatch::MetricWriter>(ports);
  meter = std::make_unique<metering::MeterStore>(ports);
  log_writer = std::make_unique<logs::LogWriter>(ports);
  log_purge = std::make_unique<logs::Purge>(ports);
  functions = std::make_unique<Functions>(options.functions, options.data_dir, runtime, ports);
  schedules = std::make_unique<events::ScheduleRunner>(ports);
  notices = std::make_unique<Notices>(options.notices, runtime, ports);
  wire_ports();
  execute_api = std::make_unique<apigateway::ExecuteApi>(ports);
  api_plane = std::make_unique<ApiPlane>(*execute_api, clock);
  authenticator = std::make_unique<Authenticator>(
      *keys, *store, clock,
      Authenticator::Options{.mode = options.auth,
                             .default_account = options.account,
                             .allowed_origins = options.allowed_origins,
                             .is_function = sandbox::is_function_peer});
  MR_ASSIGN(authority, net::CertificateAuthority::open(options.data_dir + "/tls", system_clock()));
  return ok_status();
}

void Cloud::Impl::wire_ports() {
  ports.store = store.get();
  ports.clock = &clock;
  ports.runner = &runtime;
  ports.executor = executor.get();
  ports.authorizer = authorizer.get();
  ports.role_sessions = keys.get();
  ports.metrics = metrics.get();
  ports.logs = log_writer.get();
  ports.meter = meter.get();
  ports.installation_key = options.installation_key;
  ports.data_dir = options.data_dir;
}

void Cloud::Impl::start_background() {
  dynamodb::start_background(ports);
  s3::finish_last_run(ports);
  functions->start();
  schedules->start();
  if (Status resumed = cloudformation::resume(ports); !resumed.ok()) {
    spdlog::error("stacks cannot go on: {}", resumed.error().to_string());
  }
  log_writer->start();
  log_purge->start();
  metrics->start();
  meter->start();
}

Status Cloud::Impl::listen() {
  MR_ASSIGN(Instant created, creation_time(options.data_dir, clock.now()));
  MR_ASSIGN(std::string incoming, fresh_incoming_dir(options.data_dir));
  admin = std::make_unique<AdminApi>(runtime, clock, *store, created);
  cors = std::make_unique<S3Cors>(*store);
  ApiHandler::Parts parts{.router = &router,
                          .authenticator = authenticator.get(),
                          .executor = executor.get(),
                          .own_paths = admin.get(),
                          .data_plane = api_plane.get(),
                          .cors = cors.get(),
                          .runner = &runtime};
  handler = std::make_unique<ApiHandler>(
      parts, ApiHandler::Options{.default_region = options.region, .incoming_dir = incoming});
  net::HttpServer::Options http{.address = options.listen,
                                .port = options.port,
                                .limits = options.limits,
                                .authority = authority.get()};
  server = std::make_unique<net::HttpServer>(runtime, *handler, std::move(http));
  MR_TRY(server->bind());
  url = url_of(options, server->port());
  ports.endpoint_url = url;  // before the first request: ports are constant from then on
  start_background();
  MR_TRY(notices->start());
  return server->start();
}

Cloud::Cloud(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Cloud::~Cloud() { (void)stop().ok(); }

Result<std::unique_ptr<Cloud>> Cloud::start(CloudOptions options) {
  std::unique_ptr<Cloud> cloud(new Cloud(std::make_unique<Impl>(std::move(options))));
  cloud->impl_->running = true;
  MR_TRY(cloud->impl_->open());
  MR_TRY(cloud->impl_->listen());
  return cloud;
}

uint16_t Cloud::port() const { return impl_->server->port(); }
const std::string& Cloud::url() const { return impl_->url; }

Status Cloud::stop() {
  if (!impl_->running) return ok_status();
  impl_->running = false;
  // One time to drain for what clients wait for and for what runs in the background.
  const int64_t drain_until_us = system_clock().monotonic_us() + impl_->options.drain_ms * 1'000;
  const bool has_ports = impl_->ports.store != nullptr;
  if (impl_->functions && has_ports) impl_->functions->stop_background();
  if (impl_->server) impl_->server->stop(impl_->options.drain_ms);
  if (impl_->notices) impl_->notices->stop();
  if (impl_->schedules) impl_->schedules->stop();
  if (impl_->functions && has_ports) {
    int64_t left_us = drain_until_us - system_clock().monotonic_us();
    impl_->functions->stop(std::max<int64_t>(0, left_us / 1'000));
  }
  if (impl_->log_writer && has_ports) impl_->log_writer->stop();
  if (impl_->log_purge) impl_->log_purge->stop();
  if (impl_->metrics && has_ports) impl_->metrics->stop();
  if (impl_->meter && has_ports) impl_->meter->stop();
  impl_->clock.set_listener(nullptr);
  impl_->runtime.stop();
  if (!impl_->store) return ok_status();
  impl_->store->close();  // answers what is queued while those whom it tells still live
  return impl_->store->flush();
}

}  // namespace millrace::server
