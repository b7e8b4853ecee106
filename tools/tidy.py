#!/usr/bin/env python3
"""Checks what reviewers should not have to: sizes, include direction, banned words, tables that tell the truth.

    tools/tidy.py [ROOT]      prints each finding as path:line: what, and exits 1 if there is one

The layers come from the table in ARCHITECTURE.md. Files that are over a limit for now are listed in
tools/tidy_allow.txt with their present size: an entry that is larger than the truth is itself a finding,
so the list only shrinks.
"""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cpp_scan  # noqa: E402

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 80
FILE_LINES_MAX = {'.cc': 700, '.h': 350, '.py': 700, '.test': 800}
CODE_ROOTS = ('src/', 'lambda-api/', 'bench/', 'tests/fuzz/')

# A third-party header -> the only folders that may know it.
OWNERS = {
    'rocksdb/': ('src/store',),
    'boost/': ('src/net', 'src/sandbox'),  # Asio; the shell of sandbox
    'llhttp.h': ('src/net',),
    'simdjson': ('src/codec', 'src/aws'),
    'CLI/': ('src/main',),
    'seccomp.h': ('src/sandbox',),
}
COROUTINE_FOLDERS = ('src/keeper',)
# yaml-cpp's event handlers can end a parse by throwing only; the file catches what it throws itself.
MAY_THROW = {'src/svc/cloudformation/template_text.cc'}
PURE_FOLDERS = ('src/codec', 'src/aws', 'src/expr', 'src/policy', 'src/svc')
IMPURE = re.compile(r'std::chrono::\w+_clock::now|std::random_device|std::this_thread|'
                    r'\bstd::j?thread\b|(?<![\w.:>])(?:time|rand|sleep)\s*\(')
# Pure interfaces that a lower layer may include all the same (ARCHITECTURE.md).
INTERFACES = {'sandbox/function_host.h': ('src/svc', 'src/server')}


class Tidy:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.findings = []
        self.allowed, self.used = self._read_allowed(), set()

    def report(self, path, line, what):
        self.findings.append(f'{path}:{line}: {what}')

    def files(self):
        try:
            listed = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], cwd=self.root,
                                    check=True, capture_output=True, text=True).stdout.split('\n')
        except (subprocess.CalledProcessError, FileNotFoundError):
            listed = [str(p.relative_to(self.root)) for p in self.root.rglob('*')]
        return sorted(f for f in listed if f and (self.root / f).is_file())

    def read(self, path):
        return (self.root / path).read_text(encoding='utf-8', errors='replace')

    def over(self, path, line, rule, size, limit):
        """Reports `size` over `limit` unless the allowlist says exactly so."""
        allowed = self.allowed.get((path, rule))
        if allowed is not None:
            self.used.add((path, rule))
            if size <= limit:
                self.report('tools/tidy_allow.txt', 1, f'{path} {rule} is within the limit: remove it')
            elif size < allowed:
                self.report('tools/tidy_allow.txt', 1, f'{path} {rule} is {size} now: lower it')
            limit = max(limit, allowed)
        if size > limit:
            self.report(path, line, f'{rule}: {size}, at most {limit}')

    def run(self):
        files = self.files()
        self.layers = read_layers(self.read('ARCHITECTURE.md'))
        for path in files:
            if path.endswith(('.cc', '.h')) and path.startswith(CODE_ROOTS + ('examples/',)):
                self.check_cpp(path, self.read(path))
            elif path.endswith('.py'):
                self.check_lines(path, self.read(path))
        self.check_modules(files)
        self.check_where_table()
        self.check_differences()
        for path, rule in sorted(set(self.allowed) - self.used):
            self.report('tools/tidy_allow.txt', 1, f'{path} {rule}: nothing to allow, remove it')
        return self.findings

    def check_lines(self, path, text):
        suffix = pathlib.PurePath(path).suffix
        is_test = bool(re.search(r'(_test\.(cc|py)$)|(^|/)test_\w+\.py$', path))
        lines = text.count('\n')
        self.over(path, 1, 'lines', lines, FILE_LINES_MAX['.test' if is_test else suffix])
        for number, line in enumerate(text.split('\n'), 1):
            # What clang-format leaves long on purpose: addresses, and text that a test compares with.
            kept = 'http' in line or is_test and '"' in line
            if len(line) > COLUMNS_MAX and not kept and suffix != '.py':
                self.report(path, number, f'{len(line)} columns, at most {COLUMNS_MAX}')
            if re.search(r'\bFIX' r'ME\b|\bDB' r'G\(', line):
                self.report(path, number, 'a left-over marker')

    def check_cpp(self, path, text):
        self.check_lines(path, text)
        code = cpp_scan.blank_out(text)
        longest = max(cpp_scan.functions(text), key=lambda f: f.lines, default=None)
        if longest:
            self.over(path, longest.first_line, 'function-lines', longest.lines, FUNCTION_LINES_MAX)
        for number, comment in cpp_scan.comments(text):
            if 'TODO' in comment and not re.search(r'\b(because|until|when|once)\b', comment):
                self.report(path, number, 'TODO without a reason (because, until, when, once)')
        if path.endswith('.h'):
            if not text.startswith('//'):
                self.report(path, 1, 'a header opens with a comment: which concept, whose, which threads')
            if '#pragma once' not in text:
                self.report(path, 1, '#pragma once is missing')
            self.grep(path, code, r'\busing namespace\b', 'using namespace in a header')
        if path.startswith('src/'):
            self.check_src(path, text, code)

    def grep(self, path, code, pattern, what):
        for match in re.finditer(pattern, code):
            self.report(path, code.count('\n', 0, match.start()) + 1, what)

    def check_src(self, path, text, code):
        folder = path.rsplit('/', 1)[0]
        if path not in MAY_THROW:
            self.grep(path, code, r'\bthrow\b', 'throw: errors are values in src/')
        if not folder.startswith(COROUTINE_FOLDERS):
            self.grep(path, code, r'\bco_(await|return|yield)\b',
                      'coroutines are the flows of the keeper')
        if folder.startswith(PURE_FOLDERS) and not path.endswith('_test.cc'):
            self.grep(path, code, IMPURE.pattern, 'time, randomness and threads are passed in')
        with_strings = cpp_scan.blank_out(text, keep_strings=True)
        includes = [(with_strings.count('\n', 0, m.start()) + 1, m.group(2), m.group(1) == '"') for m in
                    re.finditer(r'(?m)^\s*#\s*include\s*([<"])([^>"]+)[>"]', with_strings)]
        for line, target, quoted in includes:
            for prefix, owners in OWNERS.items():
                if target.startswith(prefix) and not folder.startswith(owners):
                    self.report(path, line, f'only {" and ".join(owners)} may include {target}')
            if quoted:
                self.check_include(path, folder, line, target)
        own = path[len('src/'):-len('.cc')] + '.h'
        if path.endswith('.cc') and (self.root / 'src' / own).exists() and includes and includes[0][1] != own:
            self.report(path, includes[0][0], f'include your own header first: "{own}"')

    # Headers that CMake makes of data files (cmake/embed.cmake).
    def embedded(self):
        lists = self.root / 'CMakeLists.txt'
        text = lists.read_text(encoding='utf-8') if lists.is_file() else ''
        return set(re.findall(r'(?m)^\s*millrace_embed\(\S+ (\S+)', text))

    def check_include(self, path, folder, line, target):
        if any(target == header and folder.startswith(users) for header, users in INTERFACES.items()):
            return
        theirs = 'src/' + target.rsplit('/', 1)[0] if '/' in target else ''
        if not (self.root / 'src' / target).is_file():
            if target in self.embedded():
                pass
            elif re.fullmatch(r'aws/\w+\.h', target):  # generated
                theirs = '(generated)'
            else:
                self.report(path, line, f'"{target}" is no header of src/ (include from src/, with its folder)')
                return
        mine, theirs = layer_of(folder), layer_of(theirs)
        is_test = bool(re.search(r'(_test\.cc|_for_test\.(h|cc)|\btesting\.(h|cc)|_testing\.(h|cc))$', path))
        if is_test and (target.startswith('svc/testing/') or theirs == '(generated)'):
            return
        if mine == theirs:
            # A test may put several services together; their code may not.
            if not is_test and mine == 'src/svc/<service>' and folder.split('/')[2] != target.split('/')[1]:
                self.report(path, line, f'services never include each other: {target}')
            return
        if mine not in self.layers:
            self.report(path, line, f'{mine} is not in the layers of ARCHITECTURE.md')
        elif theirs not in self.layers[mine]:
            self.report(path, line, f'{mine} may not include {theirs} ({target})')

    def check_modules(self, files):
        """Every folder with sources is built: CMake globs folders, not trees."""
        cmake = self.read('CMakeLists.txt') if (self.root / 'CMakeLists.txt').exists() else ''
        built = set(re.findall(r'millrace_module\(([\w/]+)', cmake))
        for services in re.findall(r'foreach\(service ([^)]*)\)', cmake):
            built |= {f'svc/{name}' for name in services.split()}
        for subfolders in re.findall(r'SUBFOLDERS ([\w ]+)', cmake):
            built |= {f'{name}/{sub}' for name in set(built) for sub in subfolders.split()}
        for folder in {f.rsplit('/', 1)[0] for f in files if f.startswith('src/') and f.endswith('.cc')}:
            if folder[4:] not in built and not (self.root / folder / 'CMakeLists.txt').exists():
                self.report(folder, 1, 'this folder is in no build')

    def check_where_table(self):
        """Paths in the table "Task -> where to look" exist."""
        text = self.read('ARCHITECTURE.md')
        section = re.search(r'## Task → where to look\n(.*?)(\n## |\Z)', text, re.S)
        if not section:
            self.report('ARCHITECTURE.md', 1, 'the table "Task → where to look" is gone')
            return
        offset = text.count('\n', 0, section.start(1)) + 1
        for number, row in enumerate(section.group(1).split('\n'), offset):
            for token in re.findall(r'`([^`]+)`', row):
                looks_like_path = '/' in token or re.search(r'\.(md|cc|h|py|toml|txt)$', token)
                if looks_like_path and not list(self.root.glob(token.rstrip('/'))):
                    self.report('ARCHITECTURE.md', number, f'{token} does not exist')

    def check_differences(self):
        """Each row of docs/differences.md ends with a test that exists."""
        path = 'docs/differences.md'
        if not (self.root / path).exists():
            return
        for number, row in enumerate(self.read(path).split('\n'), 1):
            if not row.startswith('|') or re.match(r'\|\s*(-|What\b)', row):
                continue
            tests = re.findall(r'`([^`]+)`', row.rstrip('| ').rsplit('|', 1)[-1])
            if not tests:
                self.report(path, number, 'a difference names the test that shows it')
            for test in tests:
                file, _, name = test.partition('::')
                last = name.split('.')[-1]
                if not (self.root / file).is_file() or not last or not re.search(
                        rf'\b{re.escape(last)}\b', self.read(file)):
                    self.report(path, number, f'no such test: {test}')

    def _read_allowed(self):
        allowed = {}
        file = self.root / 'tools/tidy_allow.txt'
        for line in file.read_text().split('\n') if file.exists() else []:
            if line.strip() and not line.startswith('#'):
                path, rule, size = line.split()
                allowed[(path, rule)] = int(size)
        return allowed


def layer_of(folder):
    """src/svc/s3 -> src/svc/<service>; src/sandbox/runtime -> src/sandbox."""
    parts = folder.split('/')
    if parts[:2] == ['src', 'svc'] and len(parts) > 2:
        return 'src/svc/<service>'
    return '/'.join(parts[:2])


def read_layers(text):
    """ARCHITECTURE.md's table -> {layer: layers it may include, directly or through another}."""
    rows = re.findall(r'^\| (?:`([^`]+)`|(\(generated\))) \|[^|]*\|([^|]*)\|$', text, re.M)
    layers = {}
    for name, generated, uses in rows:
        name = name or generated
        may = set()
        for word in (w.strip() for w in uses.split(',')):
            if word == 'all above':
                may |= set(layers)
            elif f'src/{word}' in layers:
                may |= {f'src/{word}'} | layers[f'src/{word}']
        if name.startswith('src/') or generated:
            layers[name] = may
    # The server wires the services to each other; the generated shapes stand above aws.
    if 'src/server' in layers:
        layers['src/server'].add('src/svc/<service>')
    for name, may in layers.items():
        if 'src/server' in may:
            may.add('src/svc/<service>')
        if name in ('src/server', 'src/client', 'src/keeper', 'src/main', 'src/svc/<service>'):
            may.add('(generated)')
    return layers


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    findings = Tidy(root).run()
    print('\n'.join(findings) if findings else 'tidy: nothing to report')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
