"""What the demo prints: steps, commands, real output, checks. Plain text where colour is not wanted."""

import contextlib
import os
import shutil
import sys
import textwrap
import time

INDENT = '   '
CHECK_COLUMN = 62  # where what was seen begins, after what is so, on a terminal of 100


class CheckFailed(Exception):
    """Something that the demo was about to show is not so."""


class Terminal:
    def __init__(self, plain=False):
        self.plain = plain or 'NO_COLOR' in os.environ or not sys.stdout.isatty()
        self.width = min(shutil.get_terminal_size((100, 24)).columns, 110)
        self.column = min(CHECK_COLUMN, self.width - 38) - len(INDENT)
        self.steps = []  # (title, checks, seconds) of those that are done
        self.title_of_step, self.checks = '', 0
        self._after_check = False
        self._began = time.monotonic()

    def _paint(self, code, text):
        return text if self.plain or not text else f'\033[{code}m{text}\033[0m'

    def _print(self, text=''):
        print(text, flush=True)

    def _wrapped(self, text, code=None):
        for line in textwrap.wrap(text, self.width - len(INDENT)):
            self._print(INDENT + (self._paint(code, line) if code else line))

    def _rule(self, head):
        self._print()
        self._print(self._paint('1;36', f'── {head} ' + '─' * max(3, self.width - len(head) - 4)))

    def title(self, text, detail):
        self._print()
        self._print(self._paint('1', text))
        for line in textwrap.wrap(detail, self.width):
            self._print(self._paint('2', line))
        self._print()

    @contextlib.contextmanager
    def step(self, number, title, why, proves):
        """One step: what it is about, what happens inside, then its time and what that proved."""
        self.title_of_step, self.checks, began = f'{number}  {title}', 0, time.monotonic()
        self._rule(self.title_of_step)
        self._wrapped(why, '2')
        self._print()
        self._after_check = False
        yield
        seconds = time.monotonic() - began
        self.steps.append((self.title_of_step, self.checks, seconds))
        self._print()
        for number, line in enumerate(textwrap.wrap(proves, self.width - len(INDENT) - 20)):
            lead = f'{seconds:5.1f} s  proven: ' if number == 0 else ' ' * 17
            self._print(INDENT + self._paint('1;32', lead) + line)

    def _begin_part(self):
        """A blank line between what was checked and what is shown next."""
        if self._after_check:
            self._print()
        self._after_check = False

    def say(self, text):
        """What happens next, in a sentence."""
        self._begin_part()
        self._wrapped(text)

    def command(self, text, note=''):
        """A command as a person would type it; broken where the line ends."""
        self._begin_part()
        lines = textwrap.wrap(text, self.width - len(INDENT) - 6, subsequent_indent='      ',
                              break_long_words=False, break_on_hyphens=False)
        for number, line in enumerate(lines):
            more = ' \\' if number + 1 < len(lines) else (self._paint('2', f'   # {note}') if note else '')
            prompt = self._paint('33', '$ ') if number == 0 else ''
            self._print(INDENT + prompt + self._paint('1', line) + more)

    def output(self, text, limit=None, keep='head', wrap=False):
        """Real output, shown as it is; beyond `limit` lines the rest is counted. Long lines wrap or are cut."""
        lines = [line.expandtabs(2) for line in str(text).rstrip('\n').split('\n')]
        if wrap and not self.plain:
            lines = [part for line in lines for part in self._folded(line)]
        hidden = max(0, len(lines) - limit) if limit else 0
        if hidden and keep == 'tail':
            self._print(INDENT + self._paint('2', f'│ … {hidden} lines before'))
        elif hidden:
            lines = lines[:limit]
        for line in lines[hidden if keep == 'tail' else 0:]:
            self._print(INDENT + self._paint('2', '│ ') + self._cut(line))
        if hidden and keep == 'head':
            self._print(INDENT + self._paint('2', f'│ … {hidden} more lines'))

    def _folded(self, line):
        return textwrap.wrap(line, self.width - len(INDENT) - 2, subsequent_indent='    ',
                             break_on_hyphens=False) or ['']

    def _cut(self, line):
        room = self.width - len(INDENT) - 2
        return line if len(line) <= room or self.plain else line[:room - 1] + '…'

    def check(self, what, holds, seen=''):
        """States what was shown to be so; ends the demo when it is not."""
        if not holds:
            self._print(INDENT + self._paint('1;31', f'✗ {what}   {seen}'.rstrip()))
            raise CheckFailed(f'not so: {what}' + (f' ({seen})' if seen else ''))
        self.checks += 1
        self._after_check = True
        line = what.ljust(self.column) if seen else what
        self._print(INDENT + self._paint('32', '✓ ') + line + self._paint('2', f' {seen}' if seen else ''))

    def progress(self, text):
        """A line that the next one replaces; nothing when plain."""
        if not self.plain:
            print(f'\r\033[K{INDENT}{self._paint("2", text)}', end='', flush=True)

    def end_progress(self):
        if not self.plain:
            print('\r\033[K', end='', flush=True)

    def failed(self, message, evidence):
        """Why the demo ends early, and what may explain it: (heading, text) pairs."""
        self.end_progress()
        self._rule('The demo failed')
        self._print(INDENT + (f'in step {self.title_of_step}' if self.title_of_step else 'before the first step'))
        for line in message.split('\n'):
            self._print(INDENT + self._paint('1;31', line))
        for heading, text in evidence:
            self._print()
            self._print(INDENT + heading)
            self.output(text, limit=15, keep='tail')

    def summary(self):
        self._rule('All of it')
        for title, checks, seconds in self.steps:
            self._print(f'{INDENT}{title:<{self.column}}{checks:>3} checks {seconds:6.1f} s')
        self._print()
        checks, seconds = sum(step[1] for step in self.steps), time.monotonic() - self._began
        self._print(INDENT + self._paint('1;32', f'{checks} checks held, in {seconds:.0f} s.'))
        self._print()
