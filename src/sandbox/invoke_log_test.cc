#include "sandbox/invoke_log.h"

#include <gtest/gtest.h>

namespace millrace::sandbox {
namespace {

constexpr char kId[] = "8f507cfc-2dac-4fa1-9a27-9a3f0b1d4f5b";
const Instant kNow = Instant::from_seconds(1'767'225'600);

TEST(InvokeLog, LinesAreAwsOwn) {
  EXPECT_EQ(start_line(kId, "$LATEST"),
            std::string("START RequestId: ") + kId + " Version: $LATEST");
  EXPECT_EQ(end_line(kId), std::string("END RequestId: ") + kId);
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
  EXPECT_EQ(report_line({.request_id = kId,
                         .duration_us = 15'740,
                         .billed_ms = 147,
                         .memory_mb = 256,
                         .max_memory_mb = 67,
                         .init_us = 130'490}),
            std::string("REPORT RequestId: ") + kId +
                "\tDuration: 15.74 ms\tBilled Duration: 147 ms\tMemory Size: 256 MB\tMax Memory "
                "Used: 67 MB\tInit Duration: 130.49 ms\t");
  EXPECT_EQ(report_line({.request_id = "i",
                         .duration_us = 3'000'000,
                         .billed_ms = 3000,
                         .memory_mb = 128,
                         .max_memory_mb = 30,
                         .status = "timeout"}),
            "REPORT RequestId: i\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 "
            "MB\tMax Memory Used: 30 MB\tStatus: timeout\t");
  EXPECT_EQ(timeout_line(kNow, "i", 3000),
            "2026-01-01T00:00:00.000Z i Task timed out after 3.00 seconds");
}

TEST(InvokeLog, BillsInitWithTheInvokeThatWaited) {
  EXPECT_EQ(billed_ms(15'740, 130'490), 147);
  EXPECT_EQ(billed_ms(1'000, 0), 1);
  EXPECT_EQ(billed_ms(1'001, 0), 2);
  EXPECT_EQ(billed_ms(0, 0), 1);
}

TEST(InvokeLog, ErrorPayloads) {
  EXPECT_EQ(timeout_payload("i", 1500),
            "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: i Error: Task timed "
            "out after 1.50 seconds\"}");
  EXPECT_EQ(exit_payload("i", "Runtime.ExitError", exit_reason(1 << 8)),
            "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: i Error: Runtime "
            "exited with error: exit status 1\"}");
  EXPECT_EQ(exit_reason(9), "Runtime exited with error: signal: killed");
  EXPECT_EQ(exit_reason(0), "Runtime exited without providing a reason");
}

TEST(OutputCutter, LinesAndFrames) {
  OutputCutter cutter;
  std::vector<LogEvent> out;
  cutter.text("one\ntw", kNow, out);
  cutter.text("o\r\n\nlast", kNow, out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].message, "two");
  cutter.finish(kNow, out);
  EXPECT_EQ(out[2].message, "last");

  out.clear();
  std::string frame("\xa5\x5a\x00\x03\x00\x00\x00\x05", 8);
  int64_t us = kNow.us - 5;
  for (int shift = 56; shift >= 0; shift -= 8)
    frame += static_cast<char>(us >> shift);
  frame += "a\nb\nc";
  for (char c : frame)
    cutter.frames(std::string_view(&c, 1), kNow, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].message, "a\nb\nc");
  EXPECT_EQ(out[0].timestamp.us, us);
  cutter.frames("plain text here\n", kNow, out);
  EXPECT_EQ(out.back().message, "plain text here");
}

TEST(OutputCutter, BoundsALineWithoutEnd) {
  OutputCutter cutter;
  std::vector<LogEvent> out;
  cutter.text(std::string(3 * OutputCutter::kEventBytesMax + 10, 'x'), kNow, out);
  EXPECT_EQ(out.size(), 3u);
  cutter.finish(kNow, out);
  EXPECT_EQ(out.back().message.size(), 10u);
}

TEST(LogTail, KeepsTheLastFourKilobytes) {
  LogTail tail;
  for (int i = 0; i < 10'000; ++i)
    tail.append("line " + std::to_string(i));
  std::string text = tail.take();
  EXPECT_EQ(text.size(), LogTail::kBytesMax);
  EXPECT_TRUE(text.ends_with("line 9999\n"));
  tail.append(std::string(10'000, 'y'));
  EXPECT_EQ(tail.take().size(), LogTail::kBytesMax);
}

}  // namespace
}  // namespace millrace::sandbox
