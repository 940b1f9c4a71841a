"""The example clients and the README's calls do what their pages say, with what tools/python_tools and tools/go_tools made."""
import json
import os
import pathlib
import re
import subprocess
import unittest

from harness import BIN, DaemonCase

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = BIN.parent
# Nothing of the caller's own Go: the one of build/venv, as it is.
GO_ENVIRONMENT = {**os.environ, "GOROOT": "", "GOFLAGS": "", "GOTOOLCHAIN": "local", "PATH": f"{BUILD / 'venv/bin'}:{os.environ['PATH']}"}


def run(*command, cwd=ROOT, environment=os.environ, timeout=60):
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Clients(DaemonCase):
    def test_the_python_client_appends_waits_and_reads(self):
        said = run(BUILD / "venv/bin/python", "-B", "examples/python/append_wait_read.py", self.daemon.grpc).splitlines()
        self.assertEqual([line.split()[0] for line in said], ["appended", "duplicate", "PYTHON-EXAMPLE:"])
        self.assertIn("1 order", said[2])
        self.assertIn("net 15300000 micro-EUR", said[2])

    def test_the_go_client_appends_waits_reads_and_is_refused_by_reason(self):
        for command in (("generate",), ("vet", "."), ("build", "-o", self.folder / "client", ".")):
            run("go", *command, cwd=ROOT / "examples/go", environment=GO_ENVIRONMENT, timeout=240)
        said = run(self.folder / "client", self.daemon.grpc).splitlines()
        self.assertEqual([line.split()[0] for line in said], ["appended", "duplicate", "GO-EXAMPLE:", "refused:"])
        self.assertIn("1 order", said[2])
        self.assertIn("net 15300000 micro-EUR", said[2])
        self.assertIn("version 1;", said[3])


class Grpcurl(DaemonCase):
    """grpcurl knows the server by reflection alone, which tells it no JSON names: it answers in the protos' own."""

    def test_the_readmes_block_pasted_into_a_shell_appends_reads_and_explains(self):
        block, = re.findall(r"```\n(grpcurl .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
        self.assertEqual(block.count("127.0.0.1:7400"), 3)
        pasted = block.replace("127.0.0.1:7400", self.daemon.grpc)
        said = run("bash", "-ec", pasted, environment={**os.environ, "PATH": f"{BUILD / 'go'}:{os.environ['PATH']}"})
        appended, read, explained = json.loads(f"[{said.replace(chr(10) + '}' + chr(10) + '{', chr(10) + '},{')}]")
        self.assertEqual(appended["results"][0]["account_version"], "1")
        self.assertEqual(read["account"]["account_id"], "ACME")
        self.assertTrue(explained["missing_for_next_tier"])

    def test_every_service_that_is_listed_can_be_described(self):
        listed = self.grpcurl("list").split()
        self.assertIn("guanxi.v1.EventService", listed)
        for service in listed:
            self.assertIn("rpc ", self.grpcurl("describe", service), service)

    def test_health_is_asked_without_files_of_ours(self):
        self.assertEqual(json.loads(self.grpcurl("grpc.health.v1.Health/Check")), {"status": "SERVING"})

    def grpcurl(self, *words):
        return run(BUILD / "go/grpcurl", "-plaintext", self.daemon.grpc, *words)


if __name__ == "__main__":
    unittest.main()
