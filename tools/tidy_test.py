"""tidy reports what it should, and only that, in a small repository made for each test."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cpp_scan  # noqa: E402
import tidy  # noqa: E402

ARCHITECTURE = """# Architecture
| folder | what | may use |
|---|---|---|
| `src/base` | x | |
| `src/codec` | x | base |
| `src/aws` | x | base, codec |
| (generated) | x | aws |
| `src/store` | x | base |
| `src/svc` | x | all above |
| `src/svc/<service>` | x | svc |
| `src/net` | x | base |
| `src/sandbox` | x | base, aws, net |
| `src/server` | x | svc, sandbox, net |
| `src/client` | x | aws, codec, net |
| `src/keeper` | x | client, aws, codec |
| `src/main` | x | server, keeper |

## Task → where to look

| task | where |
|---|---|
| something | `src/base/result.h` |
"""

CMAKE = """millrace_module(base)
millrace_module(codec) millrace_module(aws) millrace_module(store) millrace_module(svc)
foreach(service dynamodb s3)
millrace_module(net) millrace_module(sandbox) millrace_module(server) millrace_module(keeper)
"""

HEADER = '// A concept.\n#pragma once\n'


@pytest.fixture
def findings(tmp_path):
    """Call it with files of a repository: what does tidy say?"""
    def run(files):
        layout = {'ARCHITECTURE.md': ARCHITECTURE, 'CMakeLists.txt': CMAKE, 'src/base/result.h': HEADER,
                  'src/net/session.h': HEADER, 'src/store/store.h': HEADER, 'src/svc/operation.h': HEADER,
                  'src/svc/s3/bucket.h': HEADER, 'src/svc/testing/harness.h': HEADER,
                  'src/sandbox/function_host.h': HEADER} | files
        for path, text in layout.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return '\n'.join(tidy.Tidy(tmp_path).run())
    return run


def test_a_clean_repository_has_no_findings(findings):
    assert findings({'src/svc/dynamodb/put_item.cc': '#include "base/result.h"\n#include "svc/operation.h"\n'
                                                     '#include "aws/dynamodb.h"\nint f() { return 1; }\n'}) == ''


@pytest.mark.parametrize('path, include, complaint', [
    ('src/base/x.cc', 'net/session.h', 'src/base may not include src/net'),
    ('src/svc/dynamodb/x.cc', 'net/session.h', 'src/svc/<service> may not include src/net'),
    ('src/svc/dynamodb/x.cc', 'svc/s3/bucket.h', 'services never include each other'),
    ('src/svc/x.cc', 'svc/s3/bucket.h', 'src/svc may not include src/svc/<service>'),
    ('src/keeper/x.cc', 'store/store.h', 'src/keeper may not include src/store'),
    ('src/keeper/x.cc', 'svc/operation.h', 'src/keeper may not include src/svc'),
    ('src/net/x.cc', 'result.h', 'no header of src/'),
    ('src/svc/s3/x.cc', 'svc/testing/harness.h', 'services never include each other'),
])
def test_includes_point_down_only(findings, path, include, complaint):
    assert complaint in findings({path: f'#include "{include}"\n'})


@pytest.mark.parametrize('path, include', [
    ('src/server/x.cc', 'svc/s3/bucket.h'), ('src/svc/s3/x.cc', 'sandbox/function_host.h'),
    ('src/keeper/x.cc', 'net/session.h'), ('src/svc/s3/x_test.cc', 'svc/testing/harness.h'),
    ('src/keeper/x.cc', 'aws/dynamodb.h'),
])
def test_includes_that_are_fine(findings, path, include):
    assert findings({path: f'#include "{include}"\n'}) == ''


@pytest.mark.parametrize('header', ['rocksdb/db.h', 'boost/asio.hpp', 'CLI/CLI.hpp'])
def test_libraries_have_one_home(findings, header):
    assert 'may include' in findings({'src/svc/s3/x.cc': f'#include <{header}>\n'})


@pytest.mark.parametrize('code, complaint', [
    ('void f() { throw 1; }', 'throw'),
    ('Task f() { co_await g(); }', 'coroutines'),
    ('auto t = std::chrono::system_clock::now();', 'passed in'),
    ('std::thread t;', 'passed in'),
    ('// TODO tidy this up', 'TODO without a reason'),
    ('int x;  // FIX' 'ME', 'left-over'),
    ('int x;' + ' ' * 100 + 'int y;', 'columns'),
])
def test_banned_in_services(findings, code, complaint):
    assert complaint in findings({'src/svc/s3/x.cc': code + '\n'})


def test_words_in_comments_and_strings_are_no_code(findings):
    assert findings({'src/svc/s3/x.cc': '// does not throw\nauto s = "throw";\nauto r = R"(co_await)";\n'
                                        '// TODO: stripe it, when profiles show it\n'}) == ''


def test_sizes(findings):
    body = '  f();\n' * 80
    assert 'function-lines: 82' in findings({'src/base/x.cc': f'void g() {{\n{body}}}\n'})
    assert 'lines: 701' in findings({'src/base/x.cc': '\n' * 701})
    assert 'lines: 351' in findings({'src/base/x.h': HEADER + '\n' * 349})
    assert 'lines: 801' in findings({'src/base/x_test.cc': '\n' * 801})


def test_the_allowlist_only_shrinks(findings):
    big = {'src/base/x.cc': '\n' * 720}
    assert findings(big | {'tools/tidy_allow.txt': 'src/base/x.cc lines 720\n'}) == ''
    assert 'lower it' in findings(big | {'tools/tidy_allow.txt': 'src/base/x.cc lines 730\n'})
    assert '720, at most 710' in findings(big | {'tools/tidy_allow.txt': 'src/base/x.cc lines 710\n'})
    assert 'remove it' in findings({'src/base/x.cc': '\n', 'tools/tidy_allow.txt': 'src/base/x.cc lines 720\n'})
    assert 'nothing to allow' in findings({'tools/tidy_allow.txt': 'src/base/gone.cc lines 720\n'})


def test_headers(findings):
    assert 'opens with a comment' in findings({'src/base/x.h': '#pragma once\n'})
    assert 'pragma once' in findings({'src/base/x.h': '// x\n'})
    assert 'using namespace' in findings({'src/base/x.h': HEADER + 'using namespace std;\n'})
    assert 'own header first' in findings({'src/base/x.h': HEADER, 'src/base/x.cc':
                                           '#include <vector>\n#include "base/x.h"\n'})


def test_every_source_is_in_a_build(findings):
    assert 'in no build' in findings({'src/base/inner/x_test.cc': 'int x;\n'})


def test_where_to_look_names_existing_paths(findings):
    assert 'src/gone.h does not exist' in findings({'ARCHITECTURE.md': ARCHITECTURE + '| t | `src/gone.h` |\n'})


def test_differences_name_existing_tests(findings):
    table = '| What | AWS | Millrace | Test |\n|---|---|---|---|\n| a | b | c | {} |\n'
    files = {'tests/e2e/test_a.py': 'def test_b():\n    pass\n'}
    assert findings(files | {'docs/differences.md': table.format('`tests/e2e/test_a.py::test_b`')}) == ''
    assert 'no such test' in findings(files | {'docs/differences.md': table.format('`tests/e2e/test_a.py::test_c`')})
    assert 'names the test' in findings(files | {'docs/differences.md': table.format('none')})


@pytest.mark.parametrize('code, expected', [
    ('int f(int a) {\n  if (a) {\n    g();\n  }\n  return a;\n}\n', [('f', 6)]),
    ('namespace a {\nclass B {\n public:\n  B() : x_{1}, y_(2) {\n  }\n  int x_{3};\n};\n}\n', [('B', 2)]),
    ('auto f() -> std::vector<int> {\n}\nconst int kX[] = {\n1,\n2};\nint g() {\n}\n', [('f', 2), ('g', 2)]),
    ('struct S final : Base<int> {\n  void h() const noexcept override {\n}\n};\n', [('h', 2)]),
    ('#define M(x) \\\n  { x; }\nvoid f() {\n}\n', [('f', 2)]),
    ('template <class T>\n  requires C<T>\nT f(T t = {}) {\n  return t;\n}\n', [('f', 5)]),
    ('class X;\nstruct Y f(struct Z z) {\n}\n', [('f', 2)]),
])
def test_function_scan(code, expected):
    assert [(f.name, f.lines) for f in cpp_scan.functions(code)] == expected
