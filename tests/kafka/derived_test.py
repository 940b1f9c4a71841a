"""What happens to accounts, told to Kafka: each row once for a reader of committed records, whatever was killed when."""
import json
import pathlib
import random
import sys
import tempfile
import time
import unittest

import grpc
from confluent_kafka import Consumer, KafkaError, TopicPartition

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from broker import shared  # noqa: E402
from harness import Daemon  # noqa: E402
from patience import EVENTUALLY, patiently  # noqa: E402
from wire import SECONDS, Wire, account_service_pb2, instant, order, policy_service_pb2  # noqa: E402

PARTITIONS = 2


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


class Derived(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="guanxi-derived-")
        self.addCleanup(folder.cleanup)
        self.broker = shared()
        self.topic = self.broker.topic(self, PARTITIONS, **{"message.timestamp.type": "LogAppendTime"})
        self.prefix = self.topic + ".out"
        self.daemon = Daemon(pathlib.Path(folder.name) / "data", "--kafka-brokers", self.broker.bootstrap, "--kafka-topic", self.topic,
                             "--kafka-derived-prefix", self.prefix, "--clock", "events")
        self.addCleanup(lambda: self.daemon.process and self.daemon.kill())
        self.start()
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


if __name__ == "__main__":
    unittest.main()
