"""What happens to accounts, told to Kafka: each row once for a reader of committed records, whatever was killed when."""
import json
import pathlib
import random
import sys
import tempfile
import time
import unittest
import urllib.request

import grpc
from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from broker import shared, until  # noqa: E402
from harness import Daemon  # noqa: E402
from patience import EVENTUALLY, patiently  # noqa: E402
from merkle import includes, leaf  # noqa: E402
from wire import SECONDS, Wire, account_service_pb2, audit_service_pb2, instant, order, policy_service_pb2  # noqa: E402

PARTITIONS = 2


def settings_of(broker, topic):
    """Those that the topic was made with; the others are the brokers', which another broker has otherwise."""
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    admin = broker.admin()  # kept until it has answered
    settings = admin.describe_configs([resource])[resource].result(SECONDS)
    return {name: entry.value for name, entry in settings.items() if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value}


def committed(broker, topic):
    """Every committed record there is now: (partition, key, value), in order within a partition."""
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "derived-test", "enable.auto.commit": False,
                         "enable.partition.eof": True, "isolation.level": "read_committed", "log_level": 0})
    records, open_partitions = [], set(range(PARTITIONS))
    try:
        consumer.assign([TopicPartition(topic, p, 0) for p in open_partitions])
        until = time.monotonic() + EVENTUALLY
        while open_partitions and time.monotonic() < until:
            message = consumer.poll(1)
            if message is None:
                continue
            if message.error():
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                open_partitions.discard(message.partition())
            else:
                records.append((message.partition(), message.key().decode(), json.loads(message.value())))
    finally:
        consumer.close()
    assert not open_partitions
    return records


class DerivedCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="guanxi-derived-")
        self.addCleanup(folder.cleanup)
        self.broker = shared()
        self.topic = self.broker.topic(self, PARTITIONS, **{"message.timestamp.type": "LogAppendTime"})
        self.prefix = self.topic + ".out"
        self.prepare()
        self.folder = pathlib.Path(folder.name)
        self.daemon = self.teller("data")
        self.start()
        self.adopt()

    def teller(self, name):
        node = Daemon(self.folder / name, "--kafka-brokers", self.broker.bootstrap, "--kafka-topic", self.topic,
                      "--kafka-derived-prefix", self.prefix, "--clock", "events")
        self.addCleanup(lambda: node.process and node.kill())
        return node

    def log(self):
        return pathlib.Path(self.daemon.log.name).read_text()

    def prepare(self):
        """What is there before the node is started."""

    def adopt(self):
        request = policy_service_pb2.AdoptPolicyRequest(shipped_name="transactional", actor="test", effective_at=instant("2020-01-01"))
        patiently(lambda: self.wire.policies.AdoptPolicy(request, timeout=SECONDS))

    def start(self):
        self.daemon.start()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(self.wire.close)

    def told(self):
        """(partition, position) of every tier change that the daemon knows."""
        changes = []
        call = self.wire.accounts.WatchTierChanges(account_service_pb2.WatchTierChangesRequest(from_beginning=True), timeout=SECONDS)
        for message in call:
            changes += [(c.feed_position.partition, c.feed_position.position) for c in message.changes]
            if message.HasField("caught_up"):
                call.cancel()
                return changes
        raise AssertionError("the stream ended")

    def read_until(self, name, holds):
        until = time.monotonic() + EVENTUALLY
        while True:
            records = committed(self.broker, f"{self.prefix}.{name}")
            if holds(records):
                return records
            self.assertLess(time.monotonic(), until, f"{name}: {records[-3:]}")


class Derived(DerivedCase):
    def test_each_row_is_told_once_though_the_daemon_is_killed_while_it_tells(self):
        seed = random.randrange(1 << 32)
        luck = random.Random(seed)
        accounts = [f"account-{n}" for n in range(8)]
        with self.subTest(seed=seed):
            for month in range(1, 10):
                for number, account in enumerate(accounts):
                    made = order(account, f"o-{month}", f"2024-{month:02}-10", 60_000 if (month + number) % 4 else 10)
                    patiently(lambda made=made: self.wire.append(made))
                if month % 3 == 0:
                    time.sleep(luck.random() / 2)
                    self.wire.close()
                    self.daemon.kill()
                    self.start()
            # With other data under the same id: parked.
            with self.assertRaises(grpc.RpcError):
                patiently(lambda: self.wire.append(order(accounts[0], "o-1", "2024-01-10", 77)))
            changes = sorted(patiently(self.told))
            self.assertGreater(len(changes), 4)
            rows = self.read_until("tier-changes", lambda rows: len(rows) >= len(changes))
            places = [(p, int(row["feedPosition"].get("position", 0))) for p, _, row in rows]
            self.assertEqual(sorted(places), changes)
            for partition in range(PARTITIONS):
                mine = [position for p, position in places if p == partition]
                self.assertEqual(mine, sorted(mine))
            newest = lambda rows: {key: row for _, key, row in rows}  # noqa: E731
            states = newest(self.read_until("accounts", lambda rows: all(
                int(newest(rows).get(a, {}).get("accountVersion", 0)) == 9 and newest(rows)[a].get("parkedEventCount", "0") == str(int(a == accounts[0]))
                for a in accounts)))
            for account in accounts:
                self.assertEqual(states[account]["accountId"], account)
            (_, key, parked), = self.read_until("parked", lambda rows: rows)
            self.assertEqual((parked["reason"], parked["accountId"]), ("EVENT_ID_CONFLICT", accounts[0]))
            self.assertEqual(key, f"{int(parked['partition'])}/{parked['position']}")

    def test_whoever_is_told_of_a_parked_record_can_prove_that_it_is_in_the_log(self):
        for account in ("ACME", "GLOBEX", "INITECH"):
            patiently(lambda account=account: self.wire.append(order(account, "o-1", "2024-03-10", 100)))
            with self.assertRaises(grpc.RpcError):
                patiently(lambda account=account: self.wire.append(order(account, "o-1", "2024-03-10", 77)))
        rows = self.read_until("parked", lambda rows: {row["accountId"] for _, _, row in rows} == {"ACME", "GLOBEX", "INITECH"})
        for _, _, row in rows:
            asked = audit_service_pb2.GetInclusionProofRequest()
            asked.position.partition, asked.position.position = int(row["partition"]), int(row["position"])
            proof = patiently(lambda asked=asked: self.wire.audit.GetInclusionProof(asked, timeout=SECONDS))
            self.assertEqual(row["leafHash"], leaf(proof.record).hex())
            head = proof.tree_head
            self.assertTrue(includes(asked.position.position, head.tree_size, bytes.fromhex(row["leafHash"]), proof.hashes, head.root_hash), row)

    def test_of_two_nodes_with_one_prefix_the_log_says_whom_to_look_for(self):
        self.wire.append(order("ACME", "o-1", "2024-03-10", 60_000))
        self.read_until("accounts", lambda rows: rows)
        self.teller("another").start()

        def is_said():
            patiently(lambda: self.wire.append(order("ACME", f"o-{time.monotonic_ns()}", "2024-03-11", 1)))
            return f"another client has begun to write as guanxi-derived-{self.prefix}" in self.log()
        until(is_said, "it is said")
        until(lambda: "derived topics: goes on" in self.log(), "it tells again")

    def test_the_topics_that_the_node_makes_let_nothing_go(self):
        self.wire.append(order("ACME", "o-1", "2024-03-10", 60_000))
        self.read_until("accounts", lambda rows: rows)
        for name, policy in {"tier-changes": "delete", "accounts": "compact", "parked": "delete", "progress": "compact"}.items():
            kept = {"cleanup.policy": policy, "retention.ms": "-1", "retention.bytes": "-1", "unclean.leader.election.enable": "false"}
            self.assertEqual(settings_of(self.broker, f"{self.prefix}.{name}"), kept, name)


class ATopicThatWouldForget(DerivedCase):
    def prepare(self):
        self.progress = f"{self.prefix}.progress"
        self.broker.make(self.progress, PARTITIONS, **{"cleanup.policy": "delete", "retention.ms": "86400000"})

    def is_telling(self):
        with urllib.request.urlopen(f"http://{self.daemon.http}/metrics", timeout=SECONDS) as answer:
            return "guanxi_kafka_telling 1\n" in answer.read().decode()

    def test_is_told_nothing_and_the_log_says_why_until_it_is_set_right(self):
        patiently(lambda: self.wire.append(order("ACME", "o-1", "2024-03-10", 60_000)))
        until(lambda: "TOPIC_UNSUITABLE" in self.log(), "it is said")
        until(lambda: not self.is_telling(), "telling nothing")
        self.assertIn(f"{self.progress}: cleanup.policy is delete, must be compact, retention.ms is 86400000, must be -1", self.log())
        self.assertEqual(committed(self.broker, f"{self.prefix}.accounts"), [])
        set_right = [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                     for name, value in {"cleanup.policy": "compact", "retention.ms": "-1"}.items()]
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.progress, incremental_configs=set_right)
        admin = self.broker.admin()
        admin.incremental_alter_configs([resource])[resource].result(SECONDS)
        self.read_until("accounts", lambda rows: rows)
        until(self.is_telling, "telling")
        self.assertEqual(self.log().count("TOPIC_UNSUITABLE"), 1)


if __name__ == "__main__":
    unittest.main()
