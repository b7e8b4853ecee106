// Helpers of this folder's tests: a ProcessHost on a temporary folder, functions written in place,
// and invokes that are waited for.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <string>

#include "base/log.h"
#include "base/random.h"
#include "net/runtime.h"
#include "sandbox/process_host.h"

namespace millrace::sandbox {

class CollectingLogs final : public LogSink {
 public:
  void append(const LogTarget& target, std::vector<LogEvent> events) override {
    std::lock_guard lock(mutex_);
    for (LogEvent& event : events)
      lines_.push_back(std::move(event.message));
    last_target_ = target;
    changed_.notify_all();
  }
  std::vector<std::string> lines() {
    std::lock_guard lock(mutex_);
    return lines_;
  }
  // Waits (at most 10 s) until a line contains `text`.
  bool wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      for (const std::string& line : lines_) {
        if (line.find(text) != line.npos) return true;
      }
      return false;
    });
  }
  LogTarget last_target() {
    std::lock_guard lock(mutex_);
    return last_target_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  LogTarget last_target_;
};

class HostTest : public testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    char path[] = "/tmp/sandbox_test.XXXXXX";
    dir_ = mkdtemp(path);
    ASSERT_EQ(chmod(dir_.c_str(), 0755), 0);
    runtime_ = std::make_unique<net::Runtime>(clock_, net::Runtime::Options{.io_threads = 2});
    ASSERT_TRUE(runtime_->start().ok());
    open_host({});
  }
  void TearDown() override {
    host_.reset();
    runtime_->stop();
    std::filesystem::remove_all(dir_);
  }
  void open_host(HostOptions options) {
    host_.reset();
    options.runtimes.directory = dir_ + "/sandbox";
    options.runtimes.endpoint_url = "http://127.0.0.1:4566";
    auto host = ProcessHost::open(options, *runtime_, clock_, logs_);
    ASSERT_TRUE(host.ok()) << host.error().to_string();
    host_ = *std::move(host);
  }

  void write_file(const std::string& path, const std::string& text, mode_t mode = 0644) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
  }

  // A function whose code is one file.
  FunctionSpecPtr function(const std::string& file, const std::string& text,
                           const std::function<void(FunctionSpec&)>& change = {}) {
    static int serial = 0;
    FunctionSpec spec;
    spec.name = "f" + std::to_string(++serial);
    spec.account = "123456789012";
    spec.region = "us-east-1";
    spec.arn = "arn:aws:lambda:us-east-1:123456789012:function:" + spec.name;
    spec.code_directory = dir_ + "/code/" + spec.name;
    bool is_python = file.ends_with(".py");
    spec.runtime = file == "bootstrap" ? "provided.al2023"
                   : is_python         ? "python3.11"
                                       : "nodejs20.x";
    spec.handler = file.substr(0, file.rfind('.')) + ".handler";
    spec.log_group = "/aws/lambda/" + spec.name;
    spec.revision_key = spec.arn + ":1";
    spec.credentials = [] {
      return Result<FunctionCredentials>(FunctionCredentials{
          .access_key_id = "ASIATEST", .secret_access_key = "secret", .session_token = "token"});
    };
    write_file(spec.code_directory + "/" + file, text, file == "bootstrap" ? 0755 : 0644);
    if (change) change(spec);
    return std::make_shared<FunctionSpec>(std::move(spec));
  }

  std::future<Result<InvokeResult>> start(FunctionSpecPtr spec, std::string payload,
                                          InvokeRequest request = {}) {
    auto promise = std::make_shared<std::promise<Result<InvokeResult>>>();
    request.payload = std::move(payload);
    if (request.request_id.empty()) request.request_id = random_uuid(thread_rng());
    host_->invoke(spec, std::move(request), [promise](Result<InvokeResult> result) {
      promise->set_value(std::move(result));
    });
    return promise->get_future();
  }
  InvokeResult invoke(FunctionSpecPtr spec, std::string payload = "{}",
                      InvokeRequest request = {}) {
    auto result = start(std::move(spec), std::move(payload), std::move(request)).get();
    EXPECT_TRUE(result.ok()) << result.error().to_string();
    if (!result.ok()) return {};
    return std::move(result).value();
  }

  net::OffsetClock clock_;
  CollectingLogs logs_;
  std::string dir_;
  std::unique_ptr<net::Runtime> runtime_;
  std::unique_ptr<ProcessHost> host_;
};

}  // namespace millrace::sandbox
