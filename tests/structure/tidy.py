#!/usr/bin/env python3
"""Runs clang-tidy 14 with .clang-tidy over our sources, and remembers what was clean.

  tidy.py ROOT BUILD [FOLDER...]     default: every source that BUILD compiles; only of what it has built is anything remembered

Most of the time goes into other people's headers. So sources of one folder that share a compile command are checked in batches, as one
translation unit that includes them; names that two of them hide in their anonymous namespaces keep them in different batches, and a batch
that does not compile is halved. What was clean is not looked at again until its bytes, a header's, .clang-tidy or the tool change:
empty files under ~/.cache/guanxi/tidy, named by a hash.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import resource
import secrets
import shlex
import subprocess
import sys
import tempfile
import time

TOOL = "clang-tidy-14"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "guanxi/tidy"
BATCH_FILES_MAX = 30
HIDDEN = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.M | re.S)
DECLARED = re.compile(r"^(?:(?:struct|class|enum class|enum|union|using) (\w+)|(?:[\w:<>,*& ]+?[ *&])(\w+)(?:\(|\{| =|\[|;))", re.M)


def hidden_names(source):
    return {a or b for body in HIDDEN.findall(source.read_text()) for a, b in DECLARED.findall(body)}


class Tree:
    def __init__(self, root, build):
        self.root, self.build = root.resolve(), build.resolve()
        self.digests = {}
        self.depends = dict(self._headers())

    def _headers(self):
        """object file -> what it was compiled from, as ninja recorded it."""
        said = subprocess.run(["ninja", "-C", self.build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
        for block in said.split("\n\n"):
            first, *files = block.splitlines() or [""]
            if "(VALID)" in first:
                yield first.split(":")[0], [self.build / file.strip() for file in files]

    def sources(self, folders):
        """(source, flags, files it is made of: None when it is not built), once per source."""
        seen = set()
        for entry in json.loads((self.build / "compile_commands.json").read_text()):
            mine = [source for source in self.compiled(entry) if self.is_asked(source, folders) and source not in seen]
            if not mine:
                continue
            seen.update(mine)
            words = shlex.split(entry["command"])
            output = words[words.index("-o") + 1]
            start = next(i for i, word in enumerate(words) if re.search(r"(c\+\+|g\+\+)[-\d]*$", word)) + 1
            # Clang cannot read g++'s precompiled headers; sources include what they use anyway.
            precompiled = [i for i, word in enumerate(words) if word.endswith("cmake_pch.hxx")]
            dropped = {"-o", output, "-c", entry["file"], "-Winvalid-pch", "-fpch-preprocess"} | {words[i] for i in precompiled}
            includes = {i - 1 for i in precompiled}
            flags = [word for i, word in enumerate(words) if i >= start and word not in dropped and i not in includes]
            for source in mine:
                yield source, tuple(flags), self.depends.get(output)

    def compiled(self, entry):
        """The source of a command; of one of CMake's unity builds, those that it includes."""
        source = pathlib.Path(entry["file"])
        if not source.is_relative_to(self.build):
            return [source]
        text = source.read_text() if source.name.startswith("unity_") and source.exists() else ""
        return [pathlib.Path(file) for file in re.findall(r'^#include "(.*)"$', text, re.M)]

    def is_asked(self, source, folders):
        if not source.is_relative_to(self.root) or source.is_relative_to(self.build):
            return False
        place = source.relative_to(self.root)
        return not folders or any(place.is_relative_to(folder) for folder in folders)

    def digest(self, file):
        """Our files by their bytes, the system's by what their packages made of them."""
        if file not in self.digests:
            path = file.resolve()
            if path.is_relative_to(self.root):
                told = str(path.relative_to(self.root)).encode() + path.read_bytes()
            else:
                told = f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode()
            self.digests[file] = hashlib.sha256(told).digest()
        return self.digests[file]

    def key(self, source, flags, files, settings):
        """Names everything that the answer depends on; never the same twice for a source of which that is not known."""
        if files is None:
            return secrets.token_hex()
        total = hashlib.sha256(settings + " ".join(flags).replace(str(self.root), "").encode())
        for file in [source, *sorted(files)]:
            total.update(self.digest(file))
        return total.hexdigest()


def batches_of(dirty):
    """Sources of one folder and one command whose hidden names do not meet."""
    open_batches = {}
    for source, flags in sorted(dirty.items()):
        names = hidden_names(source)
        mine = open_batches.setdefault((source.parent, flags), [])
        for batch in mine:
            if len(batch["sources"]) < BATCH_FILES_MAX and not batch["names"] & names:
                break
        else:
            batch = {"sources": [], "names": set(), "flags": flags}
            mine.append(batch)
        batch["sources"].append(source)
        batch["names"] |= names
    found = [(batch["sources"], batch["flags"]) for mine in open_batches.values() for batch in mine]
    return sorted(found, key=lambda batch: -len(batch[0]))


def check(root, sources, flags):
    """(sources, what clang-tidy says) of each part that compiles as one."""
    with tempfile.TemporaryDirectory(prefix="guanxi-tidy-") as folder:
        unit = pathlib.Path(folder) / "batch.cc"
        unit.write_text("".join(f'#include "{source}"\n' for source in sources))
        done = subprocess.run([TOOL, "--quiet", f"--config-file={root / '.clang-tidy'}", unit, "--", *flags, "-Wno-unknown-warning-option"],
                              capture_output=True, text=True)
    if len(sources) > 1 and "[clang-diagnostic-error" in done.stdout:
        if os.environ.get("TIDY_TRACE"):
            print("\n".join(line for line in done.stdout.splitlines() if "clang-diagnostic-error" in line)[:600])
        middle = len(sources) // 2
        return check(root, sources[:middle], flags) + check(root, sources[middle:], flags)
    said = done.stdout if done.returncode == 0 or done.stdout.strip() else done.stderr
    return [(sources, said.strip() if done.returncode or "warning:" in said or "error:" in said else "")]


def main(root, build, *folders):
    start = time.monotonic()
    tree = Tree(pathlib.Path(root), pathlib.Path(build))
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    settings = version + (tree.root / ".clang-tidy").read_bytes() + pathlib.Path(__file__).read_bytes()
    CACHE.mkdir(parents=True, exist_ok=True)
    keys, flags_of = {}, {}
    for source, flags, files in tree.sources(folders):
        keys[source], flags_of[source] = CACHE / tree.key(source, flags, files, settings), flags
    dirty = {source: flags_of[source] for source, key in keys.items() if not key.exists()}
    print(f"tidy: {len(keys)} sources, {len(keys) - len(dirty)} known to be clean", flush=True)

    findings = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(check, tree.root, *batch) for batch in batches_of(dirty)]
        for done in concurrent.futures.as_completed(waiting):
            for sources, said in done.result():
                findings += bool(said)
                for source in sources if not said else ():
                    keys[source].touch()
                place = sources[0].parent.relative_to(tree.root)
                print(f"tidy: {time.monotonic() - start:4.0f} s  {place}, {len(sources)} sources: {said or 'clean'}", flush=True)
    cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"tidy: {len(dirty)} sources checked in {time.monotonic() - start:.0f} s, {cpu.ru_utime + cpu.ru_stime:.0f} s of CPU")
    return 1 if findings or not keys else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
