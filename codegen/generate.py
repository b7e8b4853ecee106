#!/usr/bin/env python3
"""Writes C++ shapes from AWS's service models.

    generate.py --services codegen/services.toml --out build/generated/aws

Reads the models of the pinned botocore package and writes, for each service of services.toml, a header
with plain structs and operation tags (`aws::dynamodb::PutItem`) and a .cc with the tables that
src/aws/shape.h describes. Only shapes that the listed operations reach are written. Files are touched
only when their content changes, so that nothing is compiled for nothing.
"""
import argparse
import pathlib
import sys
import tomllib

import model
import writer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--list-outputs", action="store_true", help="print the files it would write")
    options = parser.parse_args()
    config = tomllib.loads(options.services.read_text())
    pinned = config.pop("botocore")
    if options.list_outputs:
        names = ["services.cc"] + [f"{name}.h" for name in config] + [f"{name}.cc" for name in config]
        print(";".join(str(options.out / name) for name in names))
        return
    import botocore
    if botocore.__version__ != pinned:
        sys.exit(f"codegen needs botocore {pinned}, found {botocore.__version__}: run ./dev setup")
    options.out.mkdir(parents=True, exist_ok=True)
    services = [model.Service.load(name, entry) for name, entry in config.items()]
    for service in services:
        write_if_changed(options.out / f"{service.id}.h", writer.header(service))
        write_if_changed(options.out / f"{service.id}.cc", writer.source(service))
    write_if_changed(options.out / "services.cc", writer.registry(services))


def write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


if __name__ == "__main__":
    main()
