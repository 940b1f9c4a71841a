#!/usr/bin/env python3
"""docs/errors.md is made from the table in libs/base/reason.h; the API's enum must say the same.

  errors_page.py ROOT           exits with 1 when the page or the enum differs from the table
  errors_page.py ROOT --write   writes the page
"""
import pathlib
import re
import sys

ROW = re.compile(r'X\((\w+), (\d+), k(\w+), "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)')
ENUM_VALUE = re.compile(r"((?:^  //.*\n)*)^  ERROR_REASON_(\w+) = (\d+);", re.M)
HEAD = """# Error reasons

Every refusal carries one `google.rpc.ErrorInfo` with domain `guanxi` and one of these reasons. Reasons are stable: they are never
renamed or reused, and new ones may be added, so treat an unknown one by its status code. Messages are for people and may change.

Two refusals are gRPC's own, before the server sees the call, and carry no `ErrorInfo`. A message of more than 8 MiB is `RESOURCE_EXHAUSTED`
("Received message larger than max"): nothing of it was stored; send fewer events per message. One event takes at most 2 MiB. And when the calls under way
take more memory than `rpc_memory_mib`, the largest are ended with `RESOURCE_EXHAUSTED` or `UNAVAILABLE`: of an append the outcome is then open; try again in a second, with the same ids.
`INTERNAL`, without `ErrorInfo`, is a defect of the server: its log has it, and it goes on.

This page is made from `libs/base/reason.h` by `python3 tests/structure/errors_page.py . --write`; a test compares them.

| # | reason | status | cause | what to do |
|---|---|---|---|---|
"""


def table(root):
    rows = ROW.findall((root / "libs/base/reason.h").read_text())
    return [(name, int(number), re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code).upper(), cause, remedy)
            for name, number, code, cause, remedy in rows]


def page(rows):
    return HEAD + "".join(f"| {number} | `{name}` | `{status}` | {cause} | {remedy} |\n" for name, number, status, cause, remedy in rows)


def words(comment):
    return " ".join(comment.replace("//", " ").split()).replace("- ", "-")  # a line may be broken after a hyphen


def enum_differences(rows, proto):
    values = {name: (int(number), words(comment)) for comment, name, number in ENUM_VALUE.findall(proto)}
    values.pop("UNSPECIFIED", None)
    expected = {name: (number, words(f"{status}. {cause} {remedy}")) for name, number, status, cause, remedy in rows}
    return [f"error_reason.proto: {name}: {values.get(name)}, the table says {expected.get(name)}"
            for name in sorted(values.keys() | expected.keys()) if values.get(name) != expected.get(name)]


def main():
    root = pathlib.Path(sys.argv[1])
    rows = table(root)
    assert rows, "no rows found in libs/base/reason.h"
    target = root / "docs/errors.md"
    if "--write" in sys.argv:
        target.write_text(page(rows))
    found = enum_differences(rows, (root / "proto/guanxi/v1/error_reason.proto").read_text())
    if not target.exists() or target.read_text() != page(rows):
        found.append("docs/errors.md is not current: run tests/structure/errors_page.py . --write")
    print("\n".join(found) or f"{len(rows)} reasons agree")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
