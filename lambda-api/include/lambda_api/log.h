// Logging from a function: one line a record on standard output, which Lambda keeps.
//
// The level comes from AWS_LAMBDA_LOG_LEVEL (Lambda's advanced logging controls), else LOG_LEVEL,
// else INFO; the form from AWS_LAMBDA_LOG_FORMAT (Text or JSON), else Text. Each record carries the
// request id of the invocation it was written in. One thread at a time.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "lambda_api/json.h"

namespace lambda_api::log {

enum class Level { kTrace, kDebug, kInfo, kWarn, kError, kFatal };
enum class Format { kText, kJson };

using Fields = std::initializer_list<Json::Member>;

// log::info("note stored", {{"id", id}, {"bytes", size}});
void trace(std::string_view message, Fields fields = {});
void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});
void fatal(std::string_view message, Fields fields = {});

bool enabled(Level level);

// Overrides what the environment says.
void set_level(Level level);
void set_format(Format format);

// The line that would be written, without its newline; `timestamp` is its ISO 8601 form.
std::string format_line(Level level, std::string_view timestamp, std::string_view message,
                        Fields fields);

// Set by the runtime around each invocation.
void set_request_id(std::string_view request_id);

}  // namespace lambda_api::log
