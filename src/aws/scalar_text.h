// Scalars as text: for the query protocol, XML, URIs, query strings and headers. Each protocol and
// each member chooses how an instant is written; the rest is the same everywhere.
#pragma once

#include <string>
#include <string_view>

#include "aws/shape.h"
#include "base/clock.h"
#include "base/result.h"

namespace millrace::aws {

// How a service writes ISO 8601 in XML: IAM and STS without a fraction, S3 and CloudFormation with
// milliseconds.
enum class Fraction : uint8_t { kNone, kMilliseconds };
Fraction fraction_of(const Service& service);

struct TimeStyle {
  TimestampFormat format = TimestampFormat::kIso8601;  // for members that name none themselves
  Fraction fraction = Fraction::kMilliseconds;
};

// The member's own format, or the protocol's.
TimeStyle time_style_of(const Member& member, TimeStyle protocol_style);

// REQUIRES: the shape is a scalar other than body, document, attribute value and item.
std::string scalar_to_text(const Shape& shape, const void* value, TimeStyle style);
// Takes every timestamp format, whatever the style, as AWS does. Errors: SerializationException,
// 400, with a message that does not name the member.
Status scalar_from_text(const Shape& shape, std::string_view text, void* value);

// An instant as seconds with up to three decimals: "1421779325.123".
std::string epoch_seconds_text(Instant t);
Result<Instant> instant_from_text(std::string_view text);
Instant instant_from_seconds(double seconds);

// "NaN", "Infinity" and "-Infinity" where the value is not finite; else the shortest exact form.
std::string double_to_text(double value);
Result<double> double_from_text(std::string_view text);

}  // namespace millrace::aws
