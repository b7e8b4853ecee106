// Statistics: what is kept of the values of one metric in one minute: count, sum, extremes, and a
// histogram for percentiles. Merging two is exact except for percentiles, whose error is bounded by
// the histogram's bucket width (5 %). A value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::cloudwatch {

class Statistics {
 public:
  void add(double value, double count = 1);
  // A client's own summary (StatisticValues): it has no distribution, so percentiles see it at its
  // mean.
  void add_summary(double count, double sum, double minimum, double maximum);
  void merge(const Statistics& other);

  double count() const { return count_; }
  double sum() const { return sum_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  double average() const { return count_ == 0 ? 0 : sum_ / count_; }
  // REQUIRES: 0 <= percent <= 100.
  double percentile(double percent) const;
  // "Average", "Sum", "SampleCount", "Minimum", "Maximum" or "p99.9"; nullopt for anything else.
  std::optional<double> value_of(std::string_view statistic) const;

  // Disk form, described in docs/formats.md.
  std::string encode() const;
  static Statistics decode(std::string_view bytes);

 private:
  static int bucket_of(double value);

  double count_ = 0, sum_ = 0, minimum_ = 0, maximum_ = 0;
  std::map<int, double> buckets_;  // bucket_of(value) -> count
};

}  // namespace millrace::cloudwatch
