#include "aws/scalar_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/encoding.h"
#include "codec/json.h"

namespace millrace::aws {
namespace {

Error bad_text(std::string_view text, std::string_view wanted) {
  return Error("SerializationException", 400,
               fmt::format("'{}' can not be converted to {}", text.substr(0, 64), wanted));
}

Result<int64_t> integer_from_text(std::string_view text, const Shape& shape) {
  const std::string_view wanted = shape.kind == ShapeKind::kInteger ? "an Integer" : "a Long";
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return bad_text(text, wanted);
  const bool fits =
      value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
  if (shape.kind == ShapeKind::kInteger && !fits) return bad_text(text, wanted);
  return value;
}

}  // namespace

Fraction fraction_of(const Service& service) {
  const bool whole_seconds = service.id == "iam" || service.id == "sts" ||
                             service.id == "cloudwatch" || service.id == "apigatewayv2";
  return whole_seconds ? Fraction::kNone : Fraction::kMilliseconds;
}

TimeStyle time_style_of(const Member& member, TimeStyle protocol_style) {
  if (member.timestamp_format != TimestampFormat::kProtocolDefault) {
    protocol_style.format = member.timestamp_format;
  }
  return protocol_style;
}

std::string epoch_seconds_text(Instant t) {
  const int64_t ms = t.ms();
  if (ms % 1000 == 0) return fmt::format("{}", ms / 1000);
  std::string text =
      fmt::format("{}{}.{:03}", ms < 0 ? "-" : "", std::abs(ms / 1000), std::abs(ms % 1000));
  while (text.back() == '0')
    text.pop_back();
  return text;
}

Instant instant_from_seconds(double seconds) {
  // Beyond year 9999 nothing formats; clamp instead of overflowing.
  constexpr double kSecondsMax = 253'402'300'799.0;
  if (!(seconds > -kSecondsMax)) seconds = -kSecondsMax;
  if (seconds > kSecondsMax) seconds = kSecondsMax;
  return Instant{static_cast<int64_t>(std::llround(seconds * 1e6))};
}

Result<Instant> instant_from_text(std::string_view text) {
  if (auto number = double_from_text(text); number.ok() && std::isfinite(*number)) {
    return instant_from_seconds(*number);
  }
  if (auto iso = parse_iso8601(text); iso.ok()) return iso;
  if (auto http = parse_http_date(text); http.ok()) return http;
  return bad_text(text, "a Timestamp");
}

std::string double_to_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string out;
  codec::append_json_number(out, value);
  return out;
}

Result<double> double_from_text(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  const bool starts_like_number =
      !text.empty() && (text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!starts_like_number || error != std::errc() || end != text.data() + text.size()) {
    return bad_text(text, "a Double");
  }
  return value;
}

std::string scalar_to_text(const Shape& shape, const void* value, TimeStyle style) {
  switch (shape.kind) {
    case ShapeKind::kString: return *static_cast<const std::string*>(value);
    case ShapeKind::kBlob: return base64_encode(*static_cast<const std::string*>(value));
    case ShapeKind::kInteger:
    case ShapeKind::kLong: return fmt::format("{}", *static_cast<const int64_t*>(value));
    case ShapeKind::kFloat:
    case ShapeKind::kDouble: return double_to_text(*static_cast<const double*>(value));
    case ShapeKind::kBoolean: return *static_cast<const bool*>(value) ? "true" : "false";
    case ShapeKind::kTimestamp: {
      const Instant t = *static_cast<const Instant*>(value);
      if (style.format == TimestampFormat::kUnixTimestamp) return epoch_seconds_text(t);
      if (style.format == TimestampFormat::kRfc822) return format_http_date(t);
      return style.fraction == Fraction::kNone ? format_iso8601(t) : format_iso8601_ms(t);
    }
    default: CHECK(false); return {};
  }
}

Status scalar_from_text(const Shape& shape, std::string_view text, void* value) {
  switch (shape.kind) {
    case ShapeKind::kString: *static_cast<std::string*>(value) = text; return ok_status();
    case ShapeKind::kBlob: {
      auto bytes = base64_decode(text);
      if (!bytes) return bad_text(text, "a Blob");
      *static_cast<std::string*>(value) = std::move(*bytes);
      return ok_status();
    }
    case ShapeKind::kInteger:
    case ShapeKind::kLong: {
      MR_ASSIGN(*static_cast<int64_t*>(value), integer_from_text(text, shape));
      return ok_status();
    }
    case ShapeKind::kFloat:
    case ShapeKind::kDouble: {
      MR_ASSIGN(*static_cast<double*>(value), double_from_text(text));
      return ok_status();
    }
    case ShapeKind::kBoolean: {
      const bool is_true = ascii_iequals(text, "true") || text == "1";
      if (!is_true && !ascii_iequals(text, "false") && text != "0") {
        return bad_text(text, "a Boolean");
      }
      *static_cast<bool*>(value) = is_true;
      return ok_status();
    }
    case ShapeKind::kTimestamp: {
      MR_ASSIGN(*static_cast<Instant*>(value), instant_from_text(text));
      return ok_status();
    }
    default: CHECK(false); return ok_status();
  }
}

}  // namespace millrace::aws
