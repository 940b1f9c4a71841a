#!/usr/bin/env python3
"""A finding is found, also in a batch that has to be taken apart.   tidy_self_test.py ROOT"""
import pathlib
import sys
import tempfile

import tidy

CLEAN = "namespace {\nint Twice(int n) { return 2 * n; }\n}  // namespace\nint First() { return Twice(1); }\n"
IMPLICIT = "namespace {\nint Twice(int n) { return n + n; }\n}  // namespace\nstruct Second {\n  Second(int n) : twice(Twice(n)) {}\n  int twice;\n};\n"


def main(root):
    with tempfile.TemporaryDirectory() as folder:
        libs = pathlib.Path(folder) / "libs"
        libs.mkdir()
        sources = [libs / "clean.cc", libs / "implicit.cc"]
        for source, text in zip(sources, (CLEAN, IMPLICIT)):
            source.write_text(text)
        assert all(tidy.hidden_names(source) == {"Twice"} for source in sources)
        assert len(tidy.batches_of(dict.fromkeys(sources, ()))) == 2
        (first, said_of_first), (second, said_of_second) = tidy.check(pathlib.Path(root), sources, ("-std=c++20",))
    assert first == sources[:1] and said_of_first == "", said_of_first
    assert second == sources[1:] and "google-explicit-constructor" in said_of_second, said_of_second
    print("an implicit constructor is found; two that hide the same name are checked apart")


if __name__ == "__main__":
    main(*sys.argv[1:])
