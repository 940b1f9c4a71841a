"""Starts the real guanxid on a directory of its own and talks to it by the real command line. Standard library only."""
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(os.environ["GUANXI_BIN"])
PATIENCE = 120  # seconds, with a daemon that ends
READY = re.compile(r"guanxid ready grpc=(\S+) http=(\S+) data=(.*)")


class Refused(Exception):
    """A command that did not exit with 0."""

    def __init__(self, code, text):
        super().__init__(f"exit {code}: {text}")
        self.code, self.text = code, text


class Daemon:
    """guanxid on `data`; ports are chosen by the kernel."""

    def __init__(self, data, *options):
        self.data, self.options, self.process, self.grpc = data, options, None, None
        self.address, self.environment = "127.0.0.1:0", {}

    def start(self):
        command = [BIN / "guanxid", "--data", self.data, "--listen", self.address, "--http", "127.0.0.1:0", *self.options]
        self.log = open(f"{self.data}.log", "a+")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, env={**os.environ, **self.environment})
        said = []
        for line in self.process.stdout:
            said.append(line)
            if match := READY.match(line):
                self.grpc, self.http = match[1], match[2]
                return self
        code = self._gone()
        raise Refused(code, "".join(said) + pathlib.Path(self.log.name).read_text())

    def listen_again_at_the_same_port(self):
        self.address = self.grpc

    def kill(self):
        """SIGKILL: nothing is flushed, nothing is said."""
        self.process.kill()
        self._gone()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self):
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._show_threads()
            raise
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return code

    def _show_threads(self):
        """Where it hangs, if this machine has a debugger."""
        if shutil.which("gdb"):
            subprocess.run(["gdb", "-batch", "-ex", "thread apply all backtrace", "-p", str(self.process.pid)], stdout=sys.stderr)

    def run(self, *words, stdin=None):
        """What the command printed; Refused when it did not succeed."""
        command = [BIN / "guanxi", "--server", self.grpc, *map(str, words)]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Refused(done.returncode, done.stdout + done.stderr)
        return done.stdout

    def append(self, event):
        """One event (as `order` gives it), acknowledged when this returns."""
        return self.run("events", "append", "--account", event["account"], "--type", event["type"], "--id", event["id"], "--source", "/e2e",
                        "--at", event["at"], "--data", "-", stdin=json.dumps(event["data"]))

    def ask(self, *words):
        return json.loads(self.run("--output", "json", *words))


def order(account, number, at="2024-03-01T09:30:00Z", amount=1_000_000):
    line = {"product": "pump", "quantityMicros": "1000000", "unitPriceMicros": str(amount)}
    return {"account": account, "type": "OrderPlaced", "id": f"o-{number}", "at": at,
            "data": {"orderId": f"o-{number}", "currencyCode": "EUR", "lines": [line]}}


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class DaemonCase(unittest.TestCase):
    options = ("--clock", "events")

    def environment(self):
        """Of the daemon, beside the test's own."""
        return {}

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="guanxi-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.daemon = Daemon(self.folder / "data", *self.options)
        self.daemon.environment = self.environment()
        self.daemon.start()
        self.addCleanup(lambda: self.daemon.process and self.daemon.kill())
