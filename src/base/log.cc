#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace millrace {

void init_log(const char* level) {
  auto logger = spdlog::stderr_color_mt("millrace");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace millrace
