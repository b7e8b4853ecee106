#include "svc/cloudwatch/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace millrace::cloudwatch {
namespace {

// Bucket n > 0 holds values of about kGrowth^(n - kOffset); bucket 0 is zero; negatives mirror.
const double kLogGrowth = std::log(1.05);
constexpr int kOffset = 600;  // 1.05^-600 is about 2e-13: below it all is one bucket
constexpr size_t kBucketsMax = 400;

double middle_of(int bucket) {
  if (bucket == 0) return 0;
  double magnitude = std::exp((std::abs(bucket) - kOffset) * kLogGrowth);
  return bucket < 0 ? -magnitude : magnitude;
}

template <class T>
void append_raw(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
bool take_raw(std::string_view& in, T& value) {
  if (in.size() < sizeof value) return false;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return true;
}

}  // namespace

int Statistics::bucket_of(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  int n = static_cast<int>(std::lround(std::log(std::fabs(value)) / kLogGrowth)) + kOffset;
  n = std::max(n, 1);
  return value < 0 ? -n : n;
}

void Statistics::add(double value, double count) {
  if (count <= 0) return;
  minimum_ = count_ == 0 ? value : std::min(minimum_, value);
  maximum_ = count_ == 0 ? value : std::max(maximum_, value);
  count_ += count;
  sum_ += value * count;
  int bucket = bucket_of(value);
  // A hostile spread of values must not grow a row without bound: the rest shares the nearest
  // bucket.
  if (buckets_.size() >= kBucketsMax && !buckets_.contains(bucket)) {
    auto near = buckets_.lower_bound(bucket);
    bucket = near == buckets_.end() ? buckets_.rbegin()->first : near->first;
  }
  buckets_[bucket] += count;
}

void Statistics::add_summary(double count, double sum, double minimum, double maximum) {
  if (count <= 0) return;
  Statistics other;
  other.add(sum / count, count);
  other.sum_ = sum;
  other.minimum_ = minimum;
  other.maximum_ = maximum;
  merge(other);
}

void Statistics::merge(const Statistics& other) {
  if (other.count_ == 0) return;
  minimum_ = count_ == 0 ? other.minimum_ : std::min(minimum_, other.minimum_);
  maximum_ = count_ == 0 ? other.maximum_ : std::max(maximum_, other.maximum_);
  count_ += other.count_;
  sum_ += other.sum_;
  for (auto [bucket, count] : other.buckets_)
    buckets_[bucket] += count;
}

double Statistics::percentile(double percent) const {
  double rank = percent / 100 * count_, seen = 0;
  for (auto [bucket, count] : buckets_) {
    seen += count;
    if (seen >= rank) return std::clamp(middle_of(bucket), minimum_, maximum_);
  }
  return maximum_;
}

std::optional<double> Statistics::value_of(std::string_view statistic) const {
  if (statistic == "Average") return average();
  if (statistic == "Sum") return sum_;
  if (statistic == "SampleCount") return count_;
  if (statistic == "Minimum") return minimum_;
  if (statistic == "Maximum") return maximum_;
  if (statistic.size() < 2 || statistic[0] != 'p') return std::nullopt;
  std::string digits(statistic.substr(1));
  char* end = nullptr;
  double percent = std::strtod(digits.c_str(), &end);
  if (*end != '\0' || !(percent >= 0 && percent <= 100)) return std::nullopt;
  return percentile(percent);
}

std::string Statistics::encode() const {
  std::string out(1, '\1');  // format version
  for (double value : {count_, sum_, minimum_, maximum_})
    append_raw(out, value);
  for (auto [bucket, count] : buckets_) {
    append_raw(out, static_cast<int32_t>(bucket));
    append_raw(out, count);
  }
  return out;
}

Statistics Statistics::decode(std::string_view bytes) {
  Statistics out;
  if (bytes.empty() || bytes[0] != '\1') return out;
  bytes.remove_prefix(1);
  for (double* value : {&out.count_, &out.sum_, &out.minimum_, &out.maximum_}) {
    if (!take_raw(bytes, *value)) return Statistics();
  }
  int32_t bucket;
  double count;
  while (take_raw(bytes, bucket) && take_raw(bytes, count))
    out.buckets_[bucket] = count;
  return out;
}

}  // namespace millrace::cloudwatch
