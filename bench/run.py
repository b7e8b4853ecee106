#!/usr/bin/env python3
"""./dev bench [SECTION...] [--seconds S] [--rounds N] [--json FILE]

Measures Millrace beside a bare answer of its own network layer, beside the disk's fdatasync, and beside
peers, interleaved in one run, and holds the ratios against bench/gates.toml. A gate that is missed is
reported; it fails nothing.

Sections: dynamodb, startup, lambda. Default: all.
"""
import argparse
import importlib
import json
import pathlib
import platform
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
SECTIONS = ["startup", "dynamodb", "lambda"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--seconds", type=int, default=3, help="length of one load run")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds, of which the median counts")
    parser.add_argument("--items", type=int, default=100_000, help="items in the table that is read")
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    options = parser.parse_args()
    gates = tomllib.loads((HERE / "gates.toml").read_text())
    figures, notes = {}, []
    for name in options.sections or SECTIONS:
        section = importlib.import_module(f"bench_{name}")
        print(f"\n== {name}", flush=True)
        section.measure(options, figures, notes)
    print(f"\n== gates ({platform.machine()}, {platform.release()})")
    missed = report(gates, figures)
    for note in notes:
        print(f"note: {note}")
    if options.json:
        options.json.write_text(json.dumps({"figures": figures, "notes": notes}, indent=2))
    print(f"\n{missed} gates missed" if missed else "\nall measured gates held")


def report(gates, figures):
    missed = 0
    for name, gate in gates.items():
        if name not in figures:
            print(f"  {'not measured':>12}  {gate['what']}")
            continue
        value = figures[name]
        held = value <= gate["max"] if "max" in gate else value >= gate["min"]
        bound = f"<= {gate['max']}" if "max" in gate else f">= {gate['min']}"
        missed += not held
        print(f"  {value:>9.2f} {'ok' if held else 'MISSED':>6}  {bound:>8}  {gate['what']}")
    return missed


if __name__ == "__main__":
    main()
