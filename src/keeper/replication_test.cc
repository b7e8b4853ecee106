// The replication under simulation. A failing seed is printed and replays exactly:
//
//   MILLRACE_SIMULATION_SEED=1234 MILLRACE_SIMULATION_TRACE=1 keeper_test \
//       --gtest_filter='Simulation.*'
//   MILLRACE_SIMULATION_SEEDS=20000 keeper_test --gtest_filter='Simulation.*'
#include <gtest/gtest.h>

#include <cstdlib>

#include "keeper/simulation.h"

namespace millrace::keeper {
namespace {

TEST(Simulation, TheTargetBecomesTheSource) {
  if (const char* seed = std::getenv("MILLRACE_SIMULATION_SEED")) {
    EXPECT_EQ(Simulation(std::strtoull(seed, nullptr, 10), {}).run(), "");
    return;
  }
  const char* wanted = std::getenv("MILLRACE_SIMULATION_SEEDS");
  const uint64_t seeds = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 200;
  int failures = 0;
  for (uint64_t seed = 1; seed <= seeds && failures < 5; ++seed) {
    const std::string wrong = Simulation(seed, {}).run();
    EXPECT_EQ(wrong, "") << "seed " << seed;
    if (!wrong.empty()) ++failures;
  }
}

// A protection turned off must be noticed: else either it is not needed or the simulation is blind.
class Mutation : public ::testing::TestWithParam<std::pair<const char*, bool Protections::*>> {};

TEST_P(Mutation, IsCaught) {
  Protections protections;
  protections.*GetParam().second = false;
  constexpr uint64_t kSeedsMax = 1000;
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const std::string wrong = Simulation(seed, protections).run();
    if (wrong.empty()) continue;
    RecordProperty("seed", static_cast<int>(seed));
    RecordProperty("wrong", wrong);
    if (std::getenv("MILLRACE_SIMULATION_TRACE") != nullptr)
      printf("seed %d: %s\n", static_cast<int>(seed), wrong.c_str());
    return;
  }
  ADD_FAILURE() << "no seed up to " << kSeedsMax << " notices that " << GetParam().first
                << " is missing";
}

INSTANTIATE_TEST_SUITE_P(
    All, Mutation,
    ::testing::Values(std::pair("shard_fence", &Protections::shard_fence),
                      std::pair("shard_checkpoint", &Protections::shard_checkpoint),
                      std::pair("shard_phase", &Protections::shard_phase),
                      std::pair("tombstones", &Protections::tombstones),
                      std::pair("copy_fence", &Protections::copy_fence),
                      std::pair("copy_if_absent", &Protections::copy_if_absent),
                      std::pair("parent_first", &Protections::parent_first),
                      std::pair("parked_freed", &Protections::parked_freed),
                      std::pair("parked_unchanged", &Protections::parked_unchanged)),
    [](const auto& info) { return std::string(info.param.first); });

}  // namespace
}  // namespace millrace::keeper
