"""The example client and the README's calls do what their pages say, in the environment that tools/python_tools makes."""
import json
import pathlib
import subprocess
import unittest

from harness import BIN, DaemonCase

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Examples(DaemonCase):
    def test_the_python_client_appends_waits_and_reads(self):
        said = self.python(ROOT / "examples/python/append_wait_read.py", self.daemon.grpc)
        self.assertEqual([line.split()[0] for line in said], ["appended", "duplicate", "PYTHON-EXAMPLE:"])
        self.assertIn("1 order", said[2])
        self.assertIn("net 15300000 micro-EUR", said[2])

    def test_the_three_calls_of_the_readme_append_read_and_explain(self):
        said = [json.loads(line) for line in self.python(ROOT / "tests/e2e/readme_calls.py", ROOT / "README.md", self.daemon.grpc)]
        self.assertEqual([call["method"] for call in said], ["Append", "GetAccount", "ExplainAccount"])
        self.assertEqual(said[0]["answer"]["results"][0]["accountVersion"], "1")
        self.assertEqual(said[1]["answer"]["account"]["accountId"], "ACME")
        self.assertTrue(said[2]["answer"]["missingForNextTier"])

    def python(self, *command):
        return subprocess.run([BIN.parent / "venv/bin/python", "-B", *command], capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


if __name__ == "__main__":
    unittest.main()
