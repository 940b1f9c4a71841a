"""Reads one account without a pause, in a process of its own, until its input ends; then says how long the reads took."""
import contextlib
import pathlib
import subprocess
import sys
import threading
import time


class Latencies:
    """Of reads, in seconds, sorted."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __str__(self):
        return f"{len(self.seconds)} reads meanwhile, p50 {1e3 * self.quantile(50):.1f} ms, p99 {1e3 * self.quantile(99):.1f} ms"

    def quantile(self, percent):
        return self.seconds[len(self.seconds) * percent // 100]


@contextlib.contextmanager
def reading(address, account):
    """Its `seconds` are there when the block ends."""
    latencies = Latencies([])
    process = subprocess.Popen([sys.executable, pathlib.Path(__file__), address, account], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "reading\n"
        yield latencies
    finally:
        said, _ = process.communicate(timeout=60)
    if process.returncode != 0:
        raise AssertionError(f"a read of {account} failed")
    latencies.seconds = [float(text) for text in said.split()]


def main(address, account):
    from wire import Wire
    wire, took, ended = Wire(address), [], threading.Event()
    wire.account(account)
    print("reading", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not took or not ended.is_set():
        started = time.monotonic()
        wire.account(account)
        took.append(time.monotonic() - started)
    wire.close()
    print(*sorted(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
