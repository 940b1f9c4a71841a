"""tools/demo --kafka, as a user runs it, with the programs of this build: the topic of tier changes tells its story, and nothing of it stays."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 400  # for a machine that stands still for a while


def run_demo(folder):
    """What it said, with its temporary files in `folder`. What does not end by itself is asked to, and cleans up as well."""
    with subprocess.Popen([ROOT / "tools/demo", "--kafka", "--accounts", "150"], env={**os.environ, "TMPDIR": str(folder)}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=sys.stderr, text=True) as demo:
        try:
            return demo.communicate(timeout=SECONDS)[0], demo.returncode
        except subprocess.TimeoutExpired:
            demo.send_signal(signal.SIGTERM)
            return demo.communicate(timeout=60)[0], "did not end"


class Demo(unittest.TestCase):
    def test_tier_changes_of_the_demo_are_told_in_their_topic_and_it_leaves_nothing_behind(self):
        with tempfile.TemporaryDirectory(prefix="guanxi-demo-") as folder:
            said, code = run_demo(folder)
            self.assertEqual(code, 0, said)
            self.assertEqual(os.listdir(folder), [])
            self.assertEqual(subprocess.run(["pgrep", "-f", folder], stdout=subprocess.DEVNULL).returncode, 1)
        told = said.split("The topic of tier changes tells the same")[1]
        self.assertGreater(int(re.search(r"^(\d+) changes", told, re.MULTILINE)[1]), 20)
        self.assertRegex(told, re.compile(r'^new-customer \{.*"to":"TIER_PREFERRED"', re.MULTILINE))


if __name__ == "__main__":
    unittest.main()
