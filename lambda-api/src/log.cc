#include "lambda_api/log.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>

namespace lambda_api::log {

namespace {

constexpr std::string_view kNames[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

std::optional<Level> level_named(const char* name) {
  if (!name) return std::nullopt;
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  for (int i = 0; i < 6; ++i) {
    if (upper == kNames[i]) return static_cast<Level>(i);
  }
  return std::nullopt;
}

struct Settings {
  Level level = Level::kInfo;
  Format format = Format::kText;
  std::string request_id;

  Settings() {
    level = level_named(std::getenv("AWS_LAMBDA_LOG_LEVEL"))
                .value_or(level_named(std::getenv("LOG_LEVEL")).value_or(Level::kInfo));
    const char* wanted = std::getenv("AWS_LAMBDA_LOG_FORMAT");
    if (wanted && std::string_view(wanted) == "JSON") format = Format::kJson;
  }
};

Settings& settings() {
  static Settings instance;
  return instance;
}

std::string now_iso8601() {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(ms % 1000));
  return text;
}

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  const std::string line = format_line(level, now_iso8601(), message, fields) + "\n";
  // One write a record, so that lines of processes that share the pipe do not mix.
  for (size_t done = 0; done < line.size();) {
    const ssize_t n = ::write(STDOUT_FILENO, line.data() + done, line.size() - done);
    if (n <= 0) return;
    done += static_cast<size_t>(n);
  }
}

}  // namespace

void trace(std::string_view message, Fields fields) { write(Level::kTrace, message, fields); }
void debug(std::string_view message, Fields fields) { write(Level::kDebug, message, fields); }
void info(std::string_view message, Fields fields) { write(Level::kInfo, message, fields); }
void warn(std::string_view message, Fields fields) { write(Level::kWarn, message, fields); }
void error(std::string_view message, Fields fields) { write(Level::kError, message, fields); }
void fatal(std::string_view message, Fields fields) { write(Level::kFatal, message, fields); }

bool enabled(Level level) { return level >= settings().level; }
void set_level(Level level) { settings().level = level; }
void set_format(Format format) { settings().format = format; }
void set_request_id(std::string_view request_id) { settings().request_id = request_id; }

std::string format_line(Level level, std::string_view timestamp, std::string_view message,
                        Fields fields) {
  const std::string_view name = kNames[static_cast<int>(level)];
  const std::string& request_id = settings().request_id;
  if (settings().format == Format::kJson) {
    Json record = Json::object({{"timestamp", timestamp}, {"level", name}, {"message", message}});
    if (!request_id.empty()) record.set("requestId", request_id);
    for (const auto& [key, value] : fields)
      record.set(key, value);
    return record.dump();
  }
  std::string line;
  line.append(timestamp).append("\t").append(request_id.empty() ? "undefined" : request_id);
  line.append("\t").append(name).append("\t").append(message);
  for (const auto& [key, value] : fields) {
    line.append(" ").append(key).append("=");
    line += value.is_string() ? std::string(value.string()) : value.dump();
  }
  // A record is one line.
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace lambda_api::log
