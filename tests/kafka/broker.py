"""Brokers as tools/kafka starts them: the one that ctest's fixture `kafka` runs for everybody, or one of a test's own."""
import itertools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harness import BIN, Daemon, Refused  # noqa: E402

SHARED = os.environ["GUANXI_KAFKA_DIR"]
_numbers = itertools.count(1)


def kafka(*words):
    """tools/kafka; its exit code, standard output and standard error."""
    done = subprocess.run([ROOT / "tools/kafka", *map(str, words)], capture_output=True, text=True, timeout=240)
    return done.returncode, done.stdout, done.stderr


class Broker:
    """What tools/kafka's last line says about the instance in `folder`."""

    def __init__(self, folder, *options):
        self.folder, self.options = pathlib.Path(folder), options
        self.start()

    def start(self):
        code, said, log = kafka("start", "--brief", "--dir", self.folder, *self.options)
        if code != 0:
            raise AssertionError(f"tools/kafka: exit {code}\n{said}{log}")
        fields = dict(re.findall(r"(\S+)=(\S+)", said))
        self.bootstrap, self.sasl, self.tls, self.sasl_tls = (fields.get(name) for name in ("bootstrap", "sasl", "tls", "sasl_tls"))
        self.pids = [int(pid) for pid in fields["pids"].split(",")]
        return self

    def stop(self):
        return kafka("stop", "--dir", self.folder)

    @property
    def password(self):
        return (self.folder / "password").read_text().strip()

    def admin(self):
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def topic(self, test, partitions=1, **config):
        """A new topic that no other case uses; its name."""
        name = f"{test.id().rsplit('.', 1)[-1]}-{os.getpid()}-{next(_numbers)}"
        self.make(name, partitions, **config)
        return name

    def make(self, name, partitions=1, **config):
        admin = self.admin()  # kept until it has answered
        for made in admin.create_topics([NewTopic(name, partitions, config=config)], request_timeout=240).values():
            made.result(240)
        # The controller has made it; that the brokers know it comes a moment later.
        until(lambda: self.knows(admin, name, partitions), f"a leader for each partition of {name}")

    def knows(self, admin, topic, partitions):
        found = admin.list_topics(topic, timeout=240).topics[topic]
        return not found.error and len(found.partitions) == partitions and all(part.leader >= 0 for part in found.partitions.values())


def shared():
    """ctest's; started here when a test is run by hand."""
    return Broker(SHARED, "--port", "0", "--sasl", "--tls")


# As `guanxi kafka create-topics` makes the topic of events.
EVENTS = {"message.timestamp.type": "LogAppendTime", "cleanup.policy": "delete", "unclean.leader.election.enable": "false",
          "retention.ms": "-1", "max.message.bytes": "16777216"}


def until(holds, what, seconds=240):
    """The first true value of holds(); time is for a busy machine."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not come to be within {seconds} s: {what}")
        time.sleep(0.1)


class NodeCase(unittest.TestCase):
    """guanxid on a topic of its own at the shared broker."""
    partitions = 4
    events = EVENTS

    def setUp(self):
        self.broker = shared()
        folder = tempfile.TemporaryDirectory(prefix="guanxi-kafka-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.topic = self.broker.topic(self, self.partitions, **self.events)
        self.node = self.start_node("data")

    def start_node(self, name, *options):
        node = Daemon(self.folder / name, "--clock", "events", "--kafka-brokers", self.broker.bootstrap, "--kafka-topic", self.topic, *options)
        self.addCleanup(lambda: node.process and node.kill())
        return node.start()

    def produce(self, *words, code=0):
        """guanxi kafka produce to the topic of this case; its JSON; with another exit code also what it says of it."""
        return run("--output", "json", "kafka", "produce", *words, "--brokers", self.broker.bootstrap, "--topic", self.topic, code=code)

    def caught_up(self, node=None):
        """The node's partitions, once all that the topic holds is applied."""
        ends = self.ends()

        def applied():
            answer = (node or self.node).ask("kafka", "status")["partitions"]
            offsets = {part.get("partition", 0): int(part["kafka"].get("appliedOffset", 0)) for part in answer}
            return answer if all(offsets[partition] >= end for partition, end in ends.items()) else None
        return until(applied, f"everything applied of {self.topic}: {ends}")

    def ends(self):
        from confluent_kafka import Consumer, TopicPartition
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "ends", "log_level": 0})
        try:
            return {n: consumer.get_watermark_offsets(TopicPartition(self.topic, n), timeout=240)[1] for n in range(self.partitions)}
        finally:
            consumer.close()

    def parked(self):
        return self.node.ask("parked", "list", "--page-size", "1000").get("events", [])


def run(*words, code=0, server="127.0.0.1:1"):
    """The command line without a server; what it printed. `code`: its exit code, then standard error too."""
    done = subprocess.run([BIN / "guanxi", "--server", server, *map(str, words)], capture_output=True, text=True, timeout=240)
    if done.returncode != code:
        raise AssertionError(f"exit {done.returncode}, not {code}: {done.stdout}{done.stderr}")
    return done.stdout if code == 0 else done.stdout + done.stderr
