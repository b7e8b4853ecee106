# Sourced by ./dev: installs what is missing and is quick when nothing is.
# Everything but Debian packages stays inside the repository: .venv, .cache, node_modules.

export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=time_macros,include_file_mtime,include_file_ctime
export PYTHONDONTWRITEBYTECODE=1
[[ -x .cache/node/node_modules/node/bin/node ]] && PATH=$PWD/.cache/node/node_modules/node/bin:$PATH

readonly kNodeNeeded="22"   # of the examples' runtime, nodejs22.x; osls and @aws-sdk want 20; Debian 12 ships 18
readonly kNodeInstalled="22.23.3"

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "Need root or sudo for: $*" >&2; return 1
  fi
}

setup_debian() {
  local wanted=() missing=() package unless command
  while read -r package unless command; do
    [[ -z $package || $package == \#* ]] && continue
    [[ ${unless:-} == unless ]] && command -v "$command" >/dev/null && continue
    wanted+=("$package")
  done < tools/packages.txt
  local installed
  # dpkg-query fails when it knows nothing of one of them.
  installed=$({ dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true; } |
              sed -n 's/^installed //p')
  for package in "${wanted[@]}"; do
    grep -qx -- "$package" <<<"$installed" || missing+=("$package")
  done
  [[ ${#missing[@]} == 0 ]] && return
  say "install ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# up_to_date STAMP FILE...: the stamp holds the hash of the files that what it stands for was made from.
up_to_date() { local stamp=$1; shift; [[ -f $stamp && $(cat "$stamp") == "$(cat "$@" | sha256sum)" ]]; }
stamp() { local stamp=$1; shift; cat "$@" | sha256sum > "$stamp"; }

setup_python() {
  up_to_date .venv/.stamp tools/requirements.txt && return
  say "Python packages into .venv"
  [[ -x .venv/bin/pip ]] || /usr/bin/python3 -m venv .venv
  .venv/bin/pip install -q --disable-pip-version-check -r tools/requirements.txt
  stamp .venv/.stamp tools/requirements.txt
}

node_is_new_enough() {
  command -v node >/dev/null &&
    printf '%s\n%s\n' "$kNodeNeeded" "$(node --version | tr -d v)" | sort -VC
}

setup_node() {
  if ! node_is_new_enough; then
    say "Node $kNodeInstalled into .cache/node (this machine's is older than $kNodeNeeded)"
    mkdir -p .cache/node
    npm install --prefix .cache/node --no-save --no-audit --no-fund --loglevel=error "node@$kNodeInstalled"
    PATH=$PWD/.cache/node/node_modules/node/bin:$PATH
    node_is_new_enough || { echo "no usable node" >&2; return 1; }
  fi
  npm_packages runtimes/node examples/notes
}

# npm_packages FOLDER...: what each package-lock.json says.
npm_packages() {
  local folder
  for folder in "$@"; do
    up_to_date "$folder/node_modules/.stamp" "$folder/package-lock.json" && continue
    say "npm packages of $folder"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
    stamp "$folder/node_modules/.stamp" "$folder/package-lock.json"
  done
}

setup_build() { setup_debian; setup_python; }
setup_all() { setup_build; setup_node; }
setup_tests() { setup_all; npm_packages tests/e2e/tools; }
