"""What a person sees: nothing wider than the terminal, no colour where none is wanted, failures that say why."""

import re

import pytest
from terminal import CheckFailed, Terminal

LONG = 'word ' * 50 + 'x' * 200


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv('COLUMNS', '80')
    monkeypatch.delenv('NO_COLOR', raising=False)
    made = Terminal()
    made.plain = False  # a test's output is no terminal
    return made


def shown(capsys):
    return [re.sub(r'\x1b\[[0-9;]*[mK]', '', line) for line in capsys.readouterr().out.split('\n')]


def test_nothing_is_wider_than_the_terminal(terminal, capsys):
    with terminal.step(1, 'A step', LONG, 'that lines fit, ' * 20):
        terminal.say(LONG)
        terminal.output(LONG)
        terminal.output(LONG, wrap=True)
        terminal.command('millrace ' + 'option ' * 40, 'and why')
        terminal.check('it holds', True, 'as seen')
    terminal.summary()
    lines = shown(capsys)
    assert max(len(line) for line in lines if 'x' * 60 not in line or '│' in line) <= 80
    assert any('proven: that lines fit' in line for line in lines)
    assert any('1 checks held' in line for line in lines)


def test_plain_output_has_no_escapes_and_shortens_nothing(capsys):
    terminal = Terminal(plain=True)
    terminal.output(LONG)
    terminal.check('it holds', True)
    terminal.progress('not shown')
    printed = capsys.readouterr().out
    assert '\x1b' not in printed and 'x' * 200 in printed and 'not shown' not in printed


def test_a_check_that_does_not_hold_ends_the_demo(terminal, capsys):
    with pytest.raises(CheckFailed, match=r'not so: both are equal \(3 and 4\)'):
        with terminal.step(2, 'Compare', 'why', 'nothing'):
            terminal.check('both are equal', False, '3 and 4')
    terminal.failed('not so', [('the log', 'line\n' * 40)])
    printed = '\n'.join(shown(capsys))
    assert '✗ both are equal' in printed and 'proven' not in printed
    assert 'in step 2  Compare' in printed and '… 25 lines before' in printed
