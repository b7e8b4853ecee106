// Which runtime ids this machine can run, and how: the program and arguments, the environment that
// AWS's execution environment has, and the view of the file system that goes with it.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
//
// Any nodejs id runs on the machine's node and any python3 id on its python3; provided.* runs the
// archive's own bootstrap. Other ids are refused by name.
// Thread safety: constant after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/doctor.h"
#include "sandbox/function_host.h"
#include "sandbox/spawn.h"

namespace millrace::sandbox {

struct RuntimeOptions {
  // A folder of ours for what functions are shown; bootstraps are written into it.
  std::string directory;
  // Empty: looked for on the usual PATH.
  std::string node;
  std::string python;
  // Folders with what AWS's runtimes carry: @aws-sdk/* and aws-sdk, boto3. Empty or absent: not
  // shown.
  std::string node_modules;
  std::string python_packages;
  // AWS_ENDPOINT_URL for functions; empty: not set.
  std::string endpoint_url;
};

enum class RuntimeFamily { kNode, kPython, kProvided };

// What differs from one environment to the next.
struct EnvironmentIdentity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string log_stream;
  FunctionCredentials credentials;
  std::string runtime_api = "127.0.0.1:9001";
  bool is_provisioned = false;
  std::string private_tmp;  // stands in for /tmp where there is no mount namespace
};

class Runtimes {
 public:
  // Writes the bootstraps. `layers` outlives this.
  static Result<Runtimes> open(RuntimeOptions options, const SandboxLayers& layers);

  // InvalidParameterValueException (400) naming an id that cannot run here.
  Result<RuntimeFamily> family(std::string_view runtime) const;

  // A plan without descriptors, cgroup and limits. Errors as family(), or when the machine lacks
  // the program.
  Result<SpawnPlan> plan(const FunctionSpec& spec, const EnvironmentIdentity& identity) const;

 private:
  Runtimes(RuntimeOptions options, const SandboxLayers& layers)
      : options_(std::move(options)), layers_(&layers) {}
  std::vector<std::string> arguments(RuntimeFamily family, const FunctionSpec& spec) const;
  std::vector<std::string> environment(RuntimeFamily family, const FunctionSpec& spec,
                                       const EnvironmentIdentity& identity) const;
  Status add_mounts(SpawnPlan& plan, const FunctionSpec& spec,
                    const EnvironmentIdentity& identity) const;
  void add_interpreters(SpawnPlan& plan) const;
  Result<std::string> identity_folder(const EnvironmentIdentity& identity) const;
  // Where things are for the function: as on AWS with a mount namespace, else where they really
  // are.
  std::string task_root(const FunctionSpec& spec) const;
  std::string runtime_root() const;

  RuntimeOptions options_;
  const SandboxLayers* layers_;
  std::string node_;  // resolved; empty: absent
  std::string python_;
};

}  // namespace millrace::sandbox
