"""Just enough C++ reading for tidy: text without comments and strings, and where functions begin and end."""

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.S)
_CONTAINER = re.compile(r'\b(namespace|class|struct|union|enum|extern)\b')


class Function(NamedTuple):
    name: str
    first_line: int
    lines: int


def blank_out(text, keep_strings=False):
    """The same text, as long and with the same line breaks, without comments and string contents."""
    def replace(match):
        token = match.group(0)
        if keep_strings and not token.startswith('/'):
            return token
        return re.sub(r'[^\n]', ' ', token)
    return _TOKEN.sub(replace, text)


def comments(text):
    """(line number, text) of each comment line."""
    for match in _TOKEN.finditer(text):
        if match.group(0).startswith('/'):
            line = text.count('\n', 0, match.start()) + 1
            for i, part in enumerate(match.group(0).split('\n')):
                yield line + i, part


def functions(text):
    """Functions defined at namespace or class level, whole, with the lines they take."""
    code = re.sub(r'(?m)^[ \t]*#(?:[^\\\n]|\\\n|\\.)*|\b(?:public|private|protected):',
                  lambda m: re.sub(r'[^\n]', ' ', m.group(0)), blank_out(text))
    stack, head_start, parens = [], 0, 0
    for i, char in enumerate(code):
        if char in '([':
            parens += 1
        elif char in ')]':
            parens = max(0, parens - 1)
        elif char == ';' and parens == 0:
            head_start = i + 1
        elif char == '{':
            head = code[head_start:i]
            inside = all(kind == 'container' for kind, *_ in stack)
            if parens == 0 and inside and _CONTAINER.search(head) and not _is_function(head):
                kind = 'container'
            elif parens == 0 and inside and _is_function(head):
                kind = 'function'
            else:
                kind = 'other'
            stack.append((kind, head, head_start, parens))
            head_start, parens = i + 1, 0
        elif char == '}' and stack:
            kind, head, start, parens = stack.pop()
            # After an initialiser inside a head (`: a_{1}`) the head goes on.
            head_start = i + 1 if kind != 'other' or stack and stack[-1][0] != 'container' else start
            if kind == 'other' and not stack:
                head_start = start
            if kind == 'function':
                first = start + len(head) - len(head.lstrip())
                line = code.count('\n', 0, first) + 1
                yield Function(_name(head), line, code.count('\n', first, i) + 1)


def _is_function(head):
    """`T f(...) const noexcept -> U`, with or without a list of initialisers, but no initialised variable."""
    flat = head
    while True:
        shorter = re.sub(r'<[^<>]*>|\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}',
                         lambda m: '@' if m.group(0).startswith('(') else '', flat)
        if shorter == flat:
            break
        flat = shorter
    if '@' not in flat or re.search(r'(?<![=!<>])=(?!=)', flat.replace('operator=', '')):
        return False
    before = flat.split('@')[0]
    if re.search(r'\b(class|struct|union|enum)\b', before) and not re.search(r'@\s*(const|noexcept|:|->|$)', flat):
        return False
    # In a constructor `: member_` directly before the brace opens the member, not the body.
    return not re.search(r'[:,]\s*[\w:]+\s*$', flat.split('@', 1)[1]) or '->' in flat


def _name(head):
    match = re.search(r'([\w:~]+|operator\S+)\s*\(', head)
    if match and match.group(1).startswith('TEST'):
        return ' '.join(head.split())[:60]
    return match.group(1) if match else '?'
