// The replication under simulation. A failing seed is printed and replays exactly:
//
//   MILLRACE_SIMULATION_SEED=1234 MILLRACE_SIMULATION_TRACE=1 keeper_test \
//       --gtest_filter='Simulation.*'
//   MILLRACE_SIMULATION_SEEDS=20000 keeper_test --gtest_filter='Simulation.*'
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "keeper/simulation.h"

namespace millrace::keeper {
namespace {

// Under the sanitizers some 15 s.
constexpr uint64_t kSeedsByDefault = 1000;

TEST(Simulation, TheTargetBecomesTheSource) {
  if (const char* seed = std::getenv("MILLRACE_SIMULATION_SEED")) {
    EXPECT_EQ(Simulation(std::strtoull(seed, nullptr, 10), {}).run(), "");
    return;
  }
  const char* wanted = std::getenv("MILLRACE_SIMULATION_SEEDS");
  const uint64_t seeds = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : kSeedsByDefault;
  int failures = 0;
  for (uint64_t seed = 1; seed <= seeds && failures < 5; ++seed) {
    const std::string wrong = Simulation(seed, {}).run();
    EXPECT_EQ(wrong, "") << "seed " << seed;
    if (!wrong.empty()) ++failures;
  }
}

// A protection turned off must be noticed: else either it is not needed or the simulation is blind.
struct Mutant {
  const char* name;
  bool Protections::* protection;
  uint64_t seed;  // where it showed when last looked for: tried first, to be quick
};
class Mutation : public ::testing::TestWithParam<Mutant> {};

TEST_P(Mutation, IsCaught) {
  Protections protections;
  protections.*GetParam().protection = false;
  if (!Simulation(GetParam().seed, protections).run().empty()) return;
  constexpr uint64_t kSeedsMax = 1000;
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const std::string wrong = Simulation(seed, protections).run();
    if (wrong.empty()) continue;
    std::printf("seed %d: %s\n", static_cast<int>(seed), wrong.c_str());
    return;
  }
  ADD_FAILURE() << "no seed up to " << kSeedsMax << " notices that " << GetParam().name
                << " is missing";
}

INSTANTIATE_TEST_SUITE_P(
    All, Mutation,
    ::testing::Values(Mutant{"shard_fence", &Protections::shard_fence, 82},
                      Mutant{"shard_checkpoint", &Protections::shard_checkpoint, 15},
                      Mutant{"shard_phase", &Protections::shard_phase, 14},
                      Mutant{"tombstones", &Protections::tombstones, 67},
                      Mutant{"copy_fence", &Protections::copy_fence, 20},
                      Mutant{"copy_if_absent", &Protections::copy_if_absent, 67},
                      Mutant{"parent_first", &Protections::parent_first, 1},
                      Mutant{"parked_freed", &Protections::parked_freed, 95},
                      Mutant{"parked_unchanged", &Protections::parked_unchanged, 966}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace millrace::keeper
