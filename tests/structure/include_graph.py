#!/usr/bin/env python3
"""Checks every #include of libs/, services/ and tools/ against what the CMake files allow.

  include_graph.py ROOT        prints the edges; exits with 1 and one line per forbidden include
  include_graph.py --self-test shows that forbidden includes and cycles are found
"""
import pathlib
import re
import sys
import tempfile

# A dependency that only some folders may include. Everything else in libs must not know of it.
RESERVED = {
    "rocksdb": ("libs/store/",),
    "grpc": ("libs/rpc/", "services/", "tools/"),
    "grpcpp": ("libs/rpc/", "services/", "tools/"),
    "librdkafka": ("libs/kafka/",),
}
LIBRARY = re.compile(r"guanxi_library\(\s*(\w+)(.*?)\)", re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([\w.+-]+)/([^">]+)[">]', re.M)
KEYWORDS = {"SOURCES", "USES", "LINKS"}


def stated_edges(root):
    """library -> the set of libraries that its CMakeLists.txt names under USES."""
    edges = {}
    for file in sorted(root.glob("libs/*/CMakeLists.txt")):
        for name, body in LIBRARY.findall(re.sub(r"#.*", "", file.read_text())):
            keyword, uses = "", set()
            for word in body.split():
                if word in KEYWORDS:
                    keyword = word
                elif keyword == "USES":
                    uses.add(word)
            edges[name] = uses
    return edges


def reachable(edges, start):
    """Everything that start uses, directly or through others. Holds start itself only if there is a cycle."""
    seen, waiting = set(), list(edges.get(start, ()))
    while waiting:
        library = waiting.pop()
        if library not in seen:
            seen.add(library)
            waiting.extend(edges.get(library, ()))
    return seen


def includes(root, folder):
    for file in sorted(root.glob(f"{folder}/**/*")):
        if file.suffix in (".h", ".cc"):
            for top, rest in INCLUDE.findall(file.read_text()):
                yield file.relative_to(root).as_posix(), top, rest


def findings(root):
    edges = stated_edges(root)
    found = [f"libs/{library}/CMakeLists.txt: {library} uses itself through others"
             for library in edges if library in reachable(edges, library)]
    for folder in ("libs", "services", "tools"):
        for file, top, rest in includes(root, folder):
            if top in RESERVED and not file.startswith(RESERVED[top]):
                found.append(f"{file}: <{top}/{rest}> is for {', '.join(RESERVED[top])} only")
            owner = file.split("/")[1]
            if folder == "libs" and owner in edges and top in edges and top != owner and top not in reachable(edges, owner):
                found.append(f'{file}: "{top}/{rest}", but {owner} USES {" ".join(sorted(edges[owner])) or "nothing"}')
    return found


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)

        def write(path, text):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)

        write("libs/low/CMakeLists.txt", "guanxi_library(low SOURCES low.cc LINKS fmt::fmt)")
        write("libs/mid/CMakeLists.txt", "guanxi_library(mid\n  SOURCES mid.cc\n  USES low)")
        write("libs/top/CMakeLists.txt", "guanxi_library(top SOURCES top.cc USES mid)")
        write("libs/low/low.cc", '#include "low/low.h"\n')
        write("libs/top/top.cc", '#include "low/low.h"\n#include "mid/mid.h"\n#include <vector>\n')
        assert findings(root) == [], findings(root)
        write("libs/low/low.cc", '#include "mid/mid.h"\n')
        assert [line.split(":")[0] for line in findings(root)] == ["libs/low/low.cc"], findings(root)
        write("libs/low/low.cc", "#include <rocksdb/db.h>\n#  include <grpcpp/grpcpp.h>\n")
        assert len(findings(root)) == 2, findings(root)
        write("libs/low/low.cc", "")
        write("libs/low/CMakeLists.txt", "guanxi_library(low SOURCES low.cc USES top)")
        assert len(findings(root)) == 3, findings(root)
    print("self-test: forbidden includes and cycles are found")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = pathlib.Path(sys.argv[1])
    for library, uses in stated_edges(root).items():
        print(f"{library} -> {' '.join(sorted(uses)) or '(nothing)'}")
    found = findings(root)
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
