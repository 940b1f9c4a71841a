"""The producers of docs/kafka.md, pasted: what they send is in the account, and what is sent wrongly gets there too."""
import json
import os
import re
import subprocess
import sys
import unittest

from broker import BIN, NodeCase, ROOT, until
from harness import now

PAGE = (ROOT / "docs/kafka.md").read_text()


def section(title):
    text, = re.findall(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return text


def blocks(title, language):
    return re.findall(rf"^```{language}\n(.*?)^```", section(title), re.DOTALL | re.MULTILINE)


class Pasted(NodeCase):
    """A case for each language; all against the broker and the topic of the case instead of the page's."""

    def here(self, text):
        self.assertRegex(text, r"127\.0\.0\.1:(9092|7400)|guanxi account timeline")
        for ours, theirs in (("127.0.0.1:9092", self.broker.bootstrap), ("127.0.0.1:7400", self.node.grpc), ("guanxi.events", self.topic), ("guanxi.tier", f"{self.topic}.tier")):
            text = text.replace(ours, theirs)
        return text

    def paste(self, *command, stdin=None):
        environment = {**os.environ, "GUANXI_SERVER": self.node.grpc, "PATH": f"{BIN.parent / 'go'}:{os.environ['PATH']}"}
        done = subprocess.run(command, input=stdin, cwd=BIN.parent.parent, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def ids_of(self, account):
        self.caught_up()
        self.assertEqual(self.parked(), [])
        return [event["id"] for event in self.node.ask("account", "timeline", account)["events"]]

    def test_kcat_in_binary_and_in_structured_mode(self):
        commands = blocks("kcat", "sh")
        self.assertEqual(len(commands), 2)
        for command in commands:
            self.paste("bash", "-ec", self.here(command))
        self.assertEqual(self.ids_of("ACME"), ["k-1", "k-2"])

    def test_python(self):
        program, = blocks("Python", "python")
        self.assertRegex(self.paste(sys.executable, "-", stdin=self.here(program)), r"^stored: partition \d, offset 0\n$")
        self.assertEqual(self.ids_of("ACME"), ["p-1"])

    def test_java(self):
        program, = blocks("Java", "java")
        (self.folder / "Produce.java").write_text(self.here(program))
        jars = self.paste(ROOT / "tools/kafka", "jars").strip()
        said = self.paste("java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", self.folder / "Produce.java")
        self.assertRegex(said, r"stored: partition \d, offset 0\n$")
        self.assertEqual(self.ids_of("ACME"), ["j-1"])

    def test_what_was_just_produced_is_read_by_its_offset(self):
        program, = blocks("Python", "python")
        self.assertIn("partition 1, offset 0", self.paste(sys.executable, "-", stdin=self.here(program)))
        question, = blocks("Reading what was just produced", "sh")
        account = json.loads(self.paste("bash", "-ec", self.here(question)))["account"]
        self.assertEqual((account["account_id"], account["account_version"]), ("ACME", "1"))

    def test_a_tier_change_is_told_to_its_topic(self):
        self.node.stop()
        self.node = self.start_node("data", "--kafka-derived-prefix", self.topic)
        lines = [{"product": name, "businessLine": name, "quantityMicros": "1000000000", "unitPriceMicros": "2500000000"}
                 for name in ("pumps", "valves", "service", "software")]
        at = now().strftime("%Y-%m-%dT%H:%M:%SZ")
        self.node.append({"account": "ACME", "type": "OrderPlaced", "id": "o-1", "at": at,
                          "data": {"orderId": "o-1", "currencyCode": "EUR", "lines": lines}})
        told, = blocks("What guanxi tells", "sh")
        said = until(lambda: self.paste("bash", "-ec", f"{self.here(told).strip()} || true"), "a tier change in its topic")
        self.assertRegex(said, r"^ACME \{.*PREFERRED")

    def test_a_record_in_the_wrong_partition_is_sent_on_as_the_page_says(self):
        wrong, shown = blocks("A record in the wrong partition", "sh")
        self.paste("bash", "-ec", self.here(wrong))
        until(lambda: "w-1" in self.paste("bash", "-ec", f"{self.here(shown).strip()} || true"), "the event in its account")
        until(lambda: self.parked() == [], "the parked one dismissed")


if __name__ == "__main__":
    unittest.main()
