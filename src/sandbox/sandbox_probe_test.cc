#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>

#include "sandbox/doctor.h"
#include "sandbox/seccomp_filter.h"

namespace millrace::sandbox {
namespace {

TEST(Doctor, TriesEachLayerAndSaysWhatItMeans) {
  char path[] = "/tmp/doctor_test.XXXXXX";
  std::string scratch = mkdtemp(path);
  Diagnosis d = diagnose(scratch);
  EXPECT_GE(d.checks.size(), 6u);
  for (const DoctorCheck& check : d.checks) {
    std::printf("%-20s %-8s %s%s%s\n", check.name.c_str(), check.is_ok ? "ok" : "refused",
                check.meaning.c_str(), check.why.empty() ? "" : "; ", check.why.c_str());
    EXPECT_FALSE(check.meaning.empty()) << check.name;
    EXPECT_EQ(check.is_ok, check.why.empty()) << check.name;
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch));
  std::filesystem::remove_all(scratch);
}

TEST(Seccomp, FilterIsBuilt) {
  auto filter = build_seccomp_filter();
  ASSERT_TRUE(filter.ok()) << filter.error().to_string();
  EXPECT_GT(filter->size(), 50u);
}

}  // namespace
}  // namespace millrace::sandbox
