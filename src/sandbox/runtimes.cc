#include "sandbox/runtimes.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sandbox/node_bootstrap.h"
#include "sandbox/python_bootstrap.h"

namespace millrace::sandbox {
namespace fs = std::filesystem;
namespace {

constexpr std::array<const char*, 4> kProgramFolders = {"/usr/local/bin", "/usr/bin", "/bin",
                                                        "/opt/bin"};
// The parts of /etc that programs need to resolve names, trust certificates and find libraries.
constexpr std::array<const char*, 14> kEtc = {
    "ld.so.cache", "ld.so.conf",  "ld.so.conf.d", "ssl",           "ca-certificates",
    "pki",         "resolv.conf", "hosts",        "nsswitch.conf", "host.conf",
    "gai.conf",    "protocols",   "services",     "mime.types"};
constexpr std::array<const char*, 5> kDevices = {"null", "zero", "full", "random", "urandom"};

Status write_text(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::trunc | std::ios::binary);
  out << text;
  out.close();
  if (!out) return Error::internal("cannot write " + path);
  return ok_status();
}

std::string find_program(const std::string& wanted, const char* name) {
  std::vector<std::string> candidates;
  if (!wanted.empty()) {
    candidates.push_back(wanted);
  } else {
    for (const char* folder : kProgramFolders) {
      candidates.push_back(fmt::format("{}/{}", folder, name));
    }
  }
  for (const std::string& candidate : candidates) {
    char resolved[PATH_MAX];
    if (realpath(candidate.c_str(), resolved) != nullptr && access(resolved, X_OK) == 0) {
      return resolved;
    }
  }
  return "";
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

// The tree that an interpreter brings when it is not the distribution's (~/.nvm, pyenv); else
// empty.
std::string interpreter_tree(const std::string& program) {
  if (program.empty() || is_below(program, "/usr") || is_below(program, "/bin")) return "";
  std::string tree = fs::path(program).parent_path().parent_path().string();
  return tree.size() < 2 ? "" : tree;
}

Error cannot_run(std::string_view runtime, std::string_view why) {
  return Error("InvalidParameterValueException", 400,
               fmt::format("The runtime {} cannot run on this machine: {}", runtime, why));
}

// A rule of thumb of AWS's own bootstrap: a tenth of the memory for V8's young generation.
std::vector<std::string> v8_limits(int64_t memory_mb) {
  int64_t young = memory_mb / 10;
  return {fmt::format("--max-semi-space-size={}", young / 2),
          fmt::format("--max-old-space-size={}", memory_mb - young)};
}

}  // namespace

Result<Runtimes> Runtimes::open(RuntimeOptions options, const SandboxLayers& layers) {
  Runtimes runtimes(std::move(options), layers);
  const std::string& root = runtimes.options_.directory;
  std::error_code error;
  // The folders are mount points for the SDKs, and "root" for each environment's new root.
  for (const char* folder :
       {"/runtime/node_modules", "/runtime/python", "/root", "/etc", "/empty"}) {
    fs::create_directories(root + folder, error);
    if (error) return Error::internal(fmt::format("{}{}: {}", root, folder, error.message()));
    chmod((root + folder).c_str(), 0755);
  }
  chmod((root + "/runtime").c_str(), 0755);
  for (auto [name, text] :
       {std::pair{"bootstrap.cjs", kNodeBootstrap}, std::pair{"bootstrap.py", kPythonBootstrap}}) {
    std::string path = fmt::format("{}/runtime/{}", root, name);
    MR_TRY(write_text(path, text));
    chmod(path.c_str(), 0644);
  }
  runtimes.node_ = find_program(runtimes.options_.node, "node");
  runtimes.python_ = find_program(runtimes.options_.python, "python3");
  for (std::string* folder :
       {&runtimes.options_.node_modules, &runtimes.options_.python_packages}) {
    if (!folder->empty() && !fs::is_directory(*folder, error)) folder->clear();
  }
  return runtimes;
}

Result<RuntimeFamily> Runtimes::family(std::string_view runtime) const {
  if (runtime.starts_with("nodejs")) {
    if (node_.empty()) return cannot_run(runtime, "there is no node (install the package nodejs)");
    return RuntimeFamily::kNode;
  }
  if (runtime.starts_with("python3")) {
    if (python_.empty()) return cannot_run(runtime, "there is no python3");
    return RuntimeFamily::kPython;
  }
  if (runtime == "provided" || runtime == "provided.al2" || runtime == "provided.al2023") {
    return RuntimeFamily::kProvided;
  }
  return cannot_run(runtime, "only nodejs, python3 and provided runtimes can");
}

std::string Runtimes::task_root(const FunctionSpec& spec) const {
  return layers_->namespaces ? "/var/task" : spec.code_directory;
}

std::string Runtimes::runtime_root() const {
  return layers_->namespaces ? "/var/runtime" : options_.directory + "/runtime";
}

std::vector<std::string> Runtimes::arguments(RuntimeFamily family, const FunctionSpec& spec) const {
  std::vector<std::string> argv;
  // A wrapper script gets the command line as its arguments and executes it.
  auto wrapper = spec.environment.find("AWS_LAMBDA_EXEC_WRAPPER");
  if (wrapper != spec.environment.end() && family != RuntimeFamily::kProvided) {
    argv.push_back(wrapper->second);
  }
  switch (family) {
    case RuntimeFamily::kNode: {
      argv.push_back(node_);
      argv.insert(argv.end(), {"--expose-gc", "--max-http-header-size=81920"});
      for (std::string& flag : v8_limits(spec.memory_mb))
        argv.push_back(std::move(flag));
      argv.push_back(runtime_root() + "/bootstrap.cjs");
      break;
    }
    case RuntimeFamily::kPython:
      argv.insert(argv.end(), {python_, runtime_root() + "/bootstrap.py"});
      break;
    case RuntimeFamily::kProvided: {
      bool in_code = access((spec.code_directory + "/bootstrap").c_str(), F_OK) == 0;
      argv.push_back(in_code ? task_root(spec) + "/bootstrap" : "/opt/bootstrap");
      break;
    }
  }
  return argv;
}

std::vector<std::string> Runtimes::environment(RuntimeFamily family, const FunctionSpec& spec,
                                               const EnvironmentIdentity& identity) const {
  std::string task = task_root(spec);
  std::string runtime = runtime_root();
  std::map<std::string, std::string> env = {
      {"LANG", "en_US.UTF-8"},
      {"TZ", ":UTC"},
      {"PATH", "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin"},
      {"LD_LIBRARY_PATH",
       fmt::format("/var/lang/lib:/lib64:/usr/lib64:{}:{}/lib:{}:{}/lib:/opt/lib", runtime, runtime,
                   task, task)},
      {"AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
  };
  if (!identity.private_tmp.empty()) env["TMPDIR"] = identity.private_tmp;
  // AWS refuses reserved names in a configuration; the function's own win over the three above.
  for (const auto& [name, value] : spec.environment)
    env[name] = value;
  auto set = [&](const char* name, std::string value) { env[name] = std::move(value); };
  set("_HANDLER", spec.handler);
  set("LAMBDA_TASK_ROOT", task);
  set("LAMBDA_RUNTIME_DIR", runtime);
  set("PWD", task);
  set("AWS_REGION", spec.region);
  set("AWS_DEFAULT_REGION", spec.region);
  set("AWS_ACCESS_KEY_ID", identity.credentials.access_key_id);
  set("AWS_SECRET_ACCESS_KEY", identity.credentials.secret_access_key);
  set("AWS_SESSION_TOKEN", identity.credentials.session_token);
  set("AWS_LAMBDA_FUNCTION_NAME", spec.name);
  set("AWS_LAMBDA_FUNCTION_VERSION", spec.version);
  set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(spec.memory_mb));
  set("AWS_LAMBDA_LOG_GROUP_NAME", spec.log_group);
  set("AWS_LAMBDA_LOG_STREAM_NAME", identity.log_stream);
  set("AWS_LAMBDA_INITIALIZATION_TYPE",
      identity.is_provisioned ? "provisioned-concurrency" : "on-demand");
  set("AWS_LAMBDA_RUNTIME_API", identity.runtime_api);
  if (!options_.endpoint_url.empty() && !env.contains("AWS_ENDPOINT_URL")) {
    set("AWS_ENDPOINT_URL", options_.endpoint_url);
  }
  if (family != RuntimeFamily::kProvided) {
    set("AWS_EXECUTION_ENV", "AWS_Lambda_" + spec.runtime);
    set("_LAMBDA_TELEMETRY_LOG_FD", "4");
  }
  if (family == RuntimeFamily::kNode && !spec.environment.contains("NODE_PATH")) {
    std::string major = spec.runtime.substr(6, spec.runtime.find('.') - 6);
    set("NODE_PATH", fmt::format("/opt/nodejs/node{}/node_modules:/opt/nodejs/node_modules:{}/"
                                 "node_modules:{}:{}",
                                 major, runtime, runtime, task));
    if (!layers_->namespaces && !options_.node_modules.empty()) {
      env["NODE_PATH"] += ":" + options_.node_modules;
    }
  }
  if (family == RuntimeFamily::kPython) {
    std::string packages = layers_->namespaces ? runtime + "/python" : options_.python_packages;
    std::string& path = env["PYTHONPATH"];
    path += (path.empty() ? "" : ":") + runtime + (packages.empty() ? "" : ":" + packages);
  }
  std::vector<std::string> out;
  for (const auto& [name, value] : env)
    out.push_back(name + "=" + value);
  return out;
}

// /etc/passwd and /etc/group in which the environment's user has a name; made once for each user
// id.
Result<std::string> Runtimes::identity_folder(const EnvironmentIdentity& identity) const {
  std::string folder = fmt::format("{}/etc/{}", options_.directory, identity.uid);
  if (access((folder + "/group").c_str(), R_OK) == 0) return folder;
  std::error_code error;
  fs::create_directories(folder, error);
  chmod(folder.c_str(), 0755);
  MR_TRY(write_text(folder + "/passwd",
                    fmt::format("root:x:0:0:root:/root:/sbin/nologin\n"
                                "sbx_user1051:x:{}:{}::/home/sbx_user1051:/sbin/nologin\n",
                                identity.uid, identity.gid)));
  MR_TRY(
      write_text(folder + "/group", fmt::format("root:x:0:\nsbx_user1051:x:{}:\n", identity.gid)));
  return folder;
}

void Runtimes::add_interpreters(SpawnPlan& plan) const {
  using Kind = MountStep::Kind;
  const std::string root = plan.new_root;
  for (const auto& [program, name] : {std::pair{node_, "node"}, std::pair{python_, "python3"}}) {
    if (program.empty()) continue;
    plan.mounts.push_back({.kind = Kind::kSymlink,
                           .source = program,
                           .target = fmt::format("{}/var/lang/bin/{}", root, name),
                           .optional = true});
    std::string tree = interpreter_tree(program);
    if (tree.empty()) continue;
    std::string path = root;
    for (const fs::path& part : fs::path(tree).relative_path()) {
      path += "/" + part.string();
      plan.mounts.push_back({.kind = Kind::kDirectory, .target = path});
    }
    plan.mounts.push_back({.kind = Kind::kBindReadOnly, .source = tree, .target = root + tree});
  }
}

Status Runtimes::add_mounts(SpawnPlan& plan, const FunctionSpec& spec,
                            const EnvironmentIdentity& identity) const {
  using Kind = MountStep::Kind;
  const std::string root = options_.directory + "/root";
  plan.new_root = root;
  auto folder = [&](const std::string& path) {
    plan.mounts.push_back({.kind = Kind::kDirectory, .target = root + path});
  };
  auto link = [&](const std::string& to, const std::string& path) {
    plan.mounts.push_back(
        {.kind = Kind::kSymlink, .source = to, .target = root + path, .optional = true});
  };
  auto show = [&](const std::string& source, const std::string& path) {
    plan.mounts.push_back({.kind = Kind::kBindReadOnly, .source = source, .target = root + path});
  };
  std::error_code error;
  for (const char* name : {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"}) {
    fs::path path(name);
    if (fs::is_symlink(path, error)) {
      link(fs::read_symlink(path, error).string(), name);
    } else if (fs::is_directory(path, error)) {
      folder(name);
      show(name, name);
    }
  }
  for (const char* name :
       {"/etc", "/var", "/var/task", "/var/runtime", "/var/lang", "/var/lang/bin", "/opt", "/tmp",
        "/dev", "/proc", "/home", "/home/sbx_user1051"}) {
    folder(name);
  }
  for (const char* name : kEtc) {
    std::string path = fmt::format("/etc/{}", name);
    // A link's target decides; a dangling one (resolv.conf on some machines) is left out.
    if (!fs::exists(path, error)) continue;
    bool is_folder = fs::is_directory(path, error);
    plan.mounts.push_back(
        {.kind = is_folder ? Kind::kDirectory : Kind::kFile, .target = root + path});
    show(path, path);
    plan.mounts.back().optional = true;
  }
  MR_ASSIGN(std::string names, identity_folder(identity));
  for (const char* name : {"/passwd", "/group"}) {
    plan.mounts.push_back({.kind = Kind::kFile, .target = fmt::format("{}/etc{}", root, name)});
    show(names + name, fmt::format("/etc{}", name));
  }
  for (const char* name : kDevices) {
    std::string path = fmt::format("/dev/{}", name);
    plan.mounts.push_back({.kind = Kind::kFile, .target = root + path});
    plan.mounts.push_back({.kind = Kind::kBindDevice, .source = path, .target = root + path});
  }
  link("/proc/self/fd", "/dev/fd");
  link("/proc/self/fd/0", "/dev/stdin");
  link("/proc/self/fd/1", "/dev/stdout");
  link("/proc/self/fd/2", "/dev/stderr");
  if (layers_->proc_mount) plan.mounts.push_back({.kind = Kind::kProc, .target = root + "/proc"});
  plan.mounts.push_back(
      {.kind = Kind::kTmpfs,
       .target = root + "/tmp",
       .options = fmt::format("size={}m,mode=1777,nr_inodes=100k", spec.ephemeral_storage_mb)});
  show(options_.directory + "/runtime", "/var/runtime");
  if (!options_.node_modules.empty()) {
    show(options_.node_modules, "/var/runtime/node_modules");
    // Where imports of ES modules, which know no NODE_PATH, look last.
    link("/var/runtime/node_modules", "/node_modules");
  }
  if (!options_.python_packages.empty()) show(options_.python_packages, "/var/runtime/python");
  add_interpreters(plan);
  show(spec.code_directory, "/var/task");
  if (spec.layer_directories.size() == 1) show(spec.layer_directories.front(), "/opt");
  return ok_status();
}

Result<SpawnPlan> Runtimes::plan(const FunctionSpec& spec,
                                 const EnvironmentIdentity& identity) const {
  MR_ASSIGN(RuntimeFamily family, this->family(spec.runtime));
  if (spec.layer_directories.size() > 1) {
    return Error("InvalidParameterValueException", 400,
                 "More than one layer must be merged before the function is run");
  }
  SpawnPlan plan;
  plan.argv = arguments(family, spec);
  plan.environment = environment(family, spec, identity);
  plan.working_directory = task_root(spec);
  plan.use_namespaces = layers_->namespaces;
  plan.use_user_namespace = layers_->user_namespace;
  plan.change_ids = layers_->runs_as_root;
  plan.uid = identity.uid;
  plan.gid = identity.gid;
  plan.seccomp = layers_->seccomp.empty() ? nullptr : &layers_->seccomp;
  plan.use_landlock = layers_->landlock;
  using Access = LandlockRule::Access;
  if (layers_->namespaces) {
    MR_TRY(add_mounts(plan, spec, identity));
    plan.landlock = {
        {"/tmp", Access::kReadWrite}, {"/dev", Access::kWriteFile}, {"/proc", Access::kWriteFile}};
  } else {
    plan.landlock_restricts_reads = true;
    for (const char* path : {"/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc", "/dev", "/proc"}) {
      plan.landlock.push_back({path, Access::kRead});
    }
    plan.landlock.push_back({spec.code_directory, Access::kRead});
    plan.landlock.push_back({options_.directory + "/runtime", Access::kRead});
    for (const std::string& layer : spec.layer_directories) {
      plan.landlock.push_back({layer, Access::kRead});
    }
    for (const std::string& program : {node_, python_}) {
      std::string tree = interpreter_tree(program);
      if (!tree.empty()) plan.landlock.push_back({tree, Access::kRead});
    }
    for (const std::string& path : {options_.node_modules, options_.python_packages}) {
      if (!path.empty()) plan.landlock.push_back({path, Access::kRead});
    }
    plan.landlock.push_back({identity.private_tmp, Access::kReadWrite});
    plan.landlock.push_back({"/dev/null", Access::kWriteFile});
  }
  return plan;
}

}  // namespace millrace::sandbox
