"""What the demo prints: steps, commands, real output, checks. Plain text where colour is not wanted."""

import os
import shutil
import sys
import textwrap
import time


class CheckFailed(Exception):
    """Something that the demo was about to show is not so."""


class Terminal:
    def __init__(self, plain=False):
        self.plain = plain or 'NO_COLOR' in os.environ or not sys.stdout.isatty()
        self.width = min(shutil.get_terminal_size((100, 24)).columns, 110)
        self.checks, self.absent = [], []
        self._step, self._began = None, time.monotonic()

    def _paint(self, code, text):
        return text if self.plain else f'\033[{code}m{text}\033[0m'

    def _print(self, text=''):
        print(text, flush=True)

    def title(self, text, detail):
        self._print()
        self._print(self._paint('1', text))
        self._print(self._paint('2', detail))

    def step(self, number, title, why):
        self._step = f'{number} {title}'
        self._print()
        head = f'── {number}  {title} '
        self._print(self._paint('1;36', head + '─' * max(3, self.width - len(head))))
        for line in textwrap.wrap(why, self.width - 3):
            self._print('   ' + self._paint('2', line))
        self._print()

    def say(self, text):
        """What happens next, in a sentence."""
        for line in textwrap.wrap(text, self.width - 3):
            self._print('   ' + line)

    def command(self, text):
        self._print('   ' + self._paint('33', '$ ') + self._paint('1', text))

    def output(self, text, limit=None, keep='head'):
        """Real output, shown as it is; beyond `limit` lines the rest is counted."""
        lines = str(text).rstrip('\n').split('\n')
        hidden = max(0, len(lines) - limit) if limit else 0
        if hidden and keep == 'tail':
            self._print('   ' + self._paint('2', f'│ … {hidden} lines before'))
            lines = lines[hidden:]
        elif hidden:
            lines = lines[:limit]
        for line in lines:
            line = line.expandtabs(2)
            room = self.width - 5
            shown = line if len(line) <= room or self.plain else line[:room - 1] + '…'
            self._print('   ' + self._paint('2', '│ ') + shown)
        if hidden and keep == 'head':
            self._print('   ' + self._paint('2', f'│ … {hidden} more lines'))

    def check(self, what, holds, seen=''):
        """States what was shown to be so; ends the demo when it is not."""
        detail = f'  {seen}' if seen != '' else ''
        if not holds:
            self._print('   ' + self._paint('1;31', f'✗ {what}{detail}'))
            raise CheckFailed(f'step {self._step}: not so: {what}{detail}')
        self.checks.append((self._step, what, str(seen)))
        self._print('   ' + self._paint('32', '✓ ') + what + self._paint('2', detail))

    def table(self, rows):
        widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
        for number, row in enumerate(rows):
            line = '   ' + '  '.join(str(cell).ljust(width) for cell, width in zip(row, widths))
            self._print(self._paint('1', line) if number == 0 else line)

    def progress(self, text):
        """A line that the next one replaces; nothing when plain."""
        if not self.plain:
            print(f'\r\033[K   {text}', end='', flush=True)

    def end_progress(self):
        if not self.plain:
            print('\r\033[K', end='', flush=True)

    def missing(self, number, title, what):
        self.absent.append(f'step {number}, {title}: {what}')
        self._print()
        self._print('   ' + self._paint('1;33', f'Not in this build: {self.absent[-1]}'))

    def failed(self, error):
        self.end_progress()
        self._print()
        self._print(self._paint('1;31', f'The demo failed: {error}'))

    def summary(self, lines):
        self._print()
        head = '── Summary '
        self._print(self._paint('1;36', head + '─' * (self.width - len(head))))
        self.table(lines)
        for line in self.absent:
            self._print('   ' + self._paint('1;33', f'Not in this build: {line}'))
        self._print()
        seconds = time.monotonic() - self._began
        self._print('   ' + self._paint('1;32', f'{len(self.checks)} checks held, in {seconds:.0f} s.'))
        self._print()
