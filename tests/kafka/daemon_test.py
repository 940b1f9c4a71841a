"""guanxid on a log that comes from Kafka: answers, tokens, what it says about itself, and a broker that goes and comes."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import grpc
from confluent_kafka import Producer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from broker import Broker, shared  # noqa: E402
from harness import BIN, Daemon, Refused  # noqa: E402
from patience import EVENTUALLY, patiently  # noqa: E402
from wire import (SECONDS, Wire, account_service_pb2, admin_service_pb2, event_service_pb2, instant, order, policy_service_pb2,  # noqa: E402
                  refusal_of)
from guanxi.v1 import common_pb2  # noqa: E402

TOPIC = {"message.timestamp.type": "LogAppendTime"}


def eventually(test, holds, what):
    until = time.monotonic() + EVENTUALLY
    while not holds():
        if time.monotonic() > until:
            test.fail(f"did not come: {what}")
        time.sleep(0.05)


def page(daemon, path):
    try:
        with urllib.request.urlopen(f"http://{daemon.http}{path}", timeout=SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class PatientWire(Wire):
    def append(self, *events, **options):
        return patiently(lambda: super(PatientWire, self).append(*events, **options))

    def account(self, name, **options):
        return patiently(lambda: super(PatientWire, self).account(name, **options))

    def partitions(self):
        return patiently(lambda: super(PatientWire, self).partitions())


class KafkaCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="guanxi-kafka-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def node(self, name, topic, brokers, *options):
        daemon = Daemon(self.folder / name, "--kafka-brokers", brokers, "--kafka-topic", topic, "--clock", "events", *options)
        self.addCleanup(lambda: daemon.process and daemon.kill())
        return daemon

    def started(self, name, topic, brokers, *options):
        daemon = self.node(name, topic, brokers, *options).start()
        wire = PatientWire(daemon.grpc)
        self.addCleanup(wire.close)
        return daemon, wire


class WithKafka(KafkaCase):
    def setUp(self):
        super().setUp()
        self.broker = shared()
        self.topic = self.broker.topic(self, 2, **TOPIC)

    def test_what_one_node_appends_another_knows(self):
        one, first = self.started("one", self.topic, self.broker.bootstrap)
        two, second = self.started("two", self.topic, self.broker.bootstrap)
        self.assertEqual(first.append(order("ACME", "o-1", "2024-03-01", 100)).results[0].position.position, 0)
        again = second.append(order("ACME", "o-1", "2024-03-01", 100))
        self.assertTrue(again.results[0].duplicate)
        with self.assertRaises(grpc.RpcError) as refused:
            second.append(order("ACME", "o-2", "2024-03-02", 100), expected_version=7)
        self.assertEqual(refusal_of(refused.exception).reason, "EXPECTED_VERSION_MISMATCH")

    def version_that_is_waited_for(self, wire, fresh, write):
        """The version of ACME, as a call answers that asks for what is only written when the call is open."""
        request = account_service_pb2.GetAccountRequest(account=account_service_pb2.AccountSelector(account_id="ACME"),
                                                        consistency=common_pb2.Consistency(at_least_as_fresh=fresh))
        waiting = wire.accounts.GetAccount.future(request, timeout=SECONDS)
        self.assertEqual(wire.account("ACME").account_version, 1)  # on the same connection, and behind it
        self.assertFalse(waiting.done())
        write()
        try:
            return waiting.result().account.account_version
        except grpc.RpcError as error:  # the server waits for ten seconds
            self.assertEqual(refusal_of(error).reason, "POSITION_NOT_REACHED")
            return wire.account("ACME", consistency=request.consistency).account_version

    def test_a_read_by_the_token_of_what_another_node_is_about_to_write_waits_for_it(self):
        # One log in four places. The one that goes on by itself has the token of a record before the others have the record.
        base = Daemon(self.folder / "base", "--clock", "events", "--partitions", "2").start()
        Wire(base.grpc).append(order("ACME", "o-1", "2024-03-01", 100))
        self.assertEqual(base.stop(), 0)
        for name in ("one", "two", "ahead"):
            shutil.copytree(base.data, self.folder / name)
        ahead = Daemon(self.folder / "ahead", "--clock", "events").start()
        written = Wire(ahead.grpc).append(order("ACME", "o-2", "2024-03-02", 100)).written_at
        self.assertEqual(ahead.stop(), 0)
        _, first = self.started("one", self.topic, self.broker.bootstrap)
        _, second = self.started("two", self.topic, self.broker.bootstrap)
        write = lambda: first.append(order("ACME", "o-2", "2024-03-02", 100))  # noqa: E731
        self.assertEqual(self.version_that_is_waited_for(second, written, write), 2)

    def produce_order(self, number):
        data = {"orderId": f"o-{number}", "currencyCode": "EUR", "lines": [{"product": "pump", "quantityMicros": "1000000", "unitPriceMicros": "1000000"}]}
        headers = {"ce_specversion": "1.0", "ce_type": "guanxi.event.v1.OrderPlaced", "ce_source": "/erp", "ce_id": f"o-{number}",
                   "ce_time": "2024-03-02T00:00:00Z", "content-type": "application/json"}
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True})
        producer.produce(self.topic, json.dumps(data), "ACME", headers=headers)
        self.assertEqual(producer.flush(EVENTUALLY), 0)

    def test_what_a_producer_wrote_is_seen_by_its_offset_and_by_a_fully_consistent_read(self):
        _, wire = self.started("one", self.topic, self.broker.bootstrap)
        first = wire.append(order("ACME", "o-1", "2024-03-01", 100)).results[0].position
        at = common_pb2.KafkaOffset(topic=self.topic, partition=first.partition, offset=1)
        fresh = common_pb2.ConsistencyToken(offsets=[at])
        self.assertEqual(self.version_that_is_waited_for(wire, fresh, lambda: self.produce_order(2)), 2)
        self.assertEqual(wire.account("ACME", consistency=common_pb2.Consistency(fully_consistent=True)).account_version, 2)
        at.topic = "another"
        with self.assertRaises(grpc.RpcError) as refused:
            wire.account("ACME", consistency=common_pb2.Consistency(at_least_as_fresh=common_pb2.ConsistencyToken(offsets=[at])))
        self.assertEqual(refusal_of(refused.exception).reason, "CONSISTENCY_TOKEN_INVALID")

    def test_a_fully_consistent_read_sees_what_anybody_wrote_before_it(self):
        _, one = self.started("one", self.topic, self.broker.bootstrap)
        _, two = self.started("two", self.topic, self.broker.bootstrap)
        everything = common_pb2.Consistency(fully_consistent=True)
        for version in range(1, 30):
            one.append(order("ACME", f"o-{version}", "2024-03-01", 100))
            self.assertGreaterEqual(two.account("ACME", consistency=everything).account_version, version)

    def test_readyz_metrics_and_the_admin_service_say_where_a_partition_stands(self):
        daemon, wire = self.started("one", self.topic, self.broker.bootstrap)
        eventually(self, lambda: page(daemon, "/readyz")[0] == 200, "ready")
        where = wire.append(order("ACME", "o-1", "2024-03-01", 100)).results[0].position.partition
        eventually(self, lambda: wire.partitions()[where].kafka.end_offset == 1, "the end is known")
        partition = wire.partitions()[where]
        self.assertEqual((partition.kafka.applied_offset, partition.kafka.lag_events, partition.kafka.reason), (1, 0, ""))
        self.assertIn(f'guanxi_kafka_applied_offset{{partition="{where}"}} 1\n', page(daemon, "/metrics")[1])
        topic = wire.admin.ListPartitions(admin_service_pb2.ListPartitionsRequest(), timeout=SECONDS).kafka
        self.assertEqual((topic.brokers, topic.topic), (self.broker.bootstrap, self.topic))
        self.assertTrue(topic.cluster_id)

    def test_a_new_directory_needs_a_topic_that_is_as_it_must_be(self):
        with self.assertRaises(Refused) as refused:
            self.node("none", "no-such-topic", self.broker.bootstrap).start()
        self.assertIn("TOPIC_MISSING", refused.exception.text)
        created = self.broker.topic(self, 1, **{"message.timestamp.type": "CreateTime"})
        with self.assertRaises(Refused) as refused:
            self.node("time", created, self.broker.bootstrap).start()
        self.assertIn("TOPIC_UNSUITABLE", refused.exception.text)
        with self.assertRaises(Refused) as refused:
            self.node("away", self.topic, "127.0.0.1:1", "--kafka-start-seconds", "1").start()
        self.assertIn("SOURCE_UNAVAILABLE", refused.exception.text)

    def test_a_new_directory_has_as_many_partitions_as_the_topic(self):
        _, wire = self.started("three", self.broker.topic(self, 3, **TOPIC), self.broker.bootstrap)
        self.assertEqual(len(wire.partitions()), 3)

    def test_a_first_start_with_another_number_of_partitions_than_the_topic_makes_no_directory(self):
        with self.assertRaises(Refused) as refused:
            self.node("eight", self.topic, self.broker.bootstrap, "--partitions", "8").start()
        self.assertIn("partitions is 8", refused.exception.text)
        self.assertFalse((self.folder / "eight" / "FORMAT").exists())

    def test_a_start_that_waits_for_the_brokers_is_given_up_when_asked_to_stop(self):
        process = subprocess.Popen([BIN / "guanxid", "--data", self.folder / "waits", "--kafka-brokers", "127.0.0.1:1", "--kafka-topic", "any",
                                    "--kafka-start-seconds", "600", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"])
        self.addCleanup(process.kill)
        time.sleep(1)  # whether it waits already or not: it ends
        process.terminate()
        self.assertEqual(process.wait(EVENTUALLY), 0)
        self.assertFalse((self.folder / "waits" / "FORMAT").exists())

    def test_an_existing_directory_answers_while_the_brokers_are_away_and_says_so(self):
        daemon, wire = self.started("one", self.topic, self.broker.bootstrap)
        wire.append(order("ACME", "o-1", "2024-03-01", 100))
        self.assertEqual(daemon.stop(), 0)
        daemon, wire = self.started("one", self.topic, "127.0.0.1:1", "--kafka-start-seconds", "1", "--kafka-derived-prefix", "any",
                                    "--kafka-ingress-topic", "any", "--drain-seconds", "1")
        self.assertEqual(wire.account("ACME").account_version, 1)
        code, said = page(daemon, "/readyz")
        self.assertEqual(code, 503)
        self.assertIn("SOURCE_UNAVAILABLE", said)
        self.assertIn(". Check the brokers", said)
        # And stops though they stay away, and a call waits for them.
        request = policy_service_pb2.AdoptPolicyRequest(shipped_name="transactional", actor="test", effective_at=instant("2020-01-01"))
        adopting = wire.policies.AdoptPolicy.future(request, timeout=SECONDS)
        self.assertEqual(daemon.stop(), 0)
        self.assertIsNotNone(adopting.exception(SECONDS))

    def test_sasl_and_tls_to_the_broker(self):
        password = self.folder / "password"
        password.write_text(self.broker.password + "\n")
        sasl = ("--kafka-sasl-username", "guanxi", "--kafka-sasl-password-file", str(password))
        ca = ("--kafka-ssl-ca", str(self.broker.folder / "tls/ca.pem"))
        doors = {
            "plain": (self.broker.sasl, "--kafka-security-protocol", "sasl_plaintext", "--kafka-sasl-mechanism", "PLAIN", *sasl),
            "tls": (self.broker.tls, "--kafka-security-protocol", "ssl", *ca),
            "both": (self.broker.sasl_tls, "--kafka-security-protocol", "sasl_ssl", "--kafka-sasl-mechanism", "PLAIN", *sasl, *ca),
        }
        for number, (name, (door, *options)) in enumerate(doors.items()):
            with self.subTest(name):
                _, wire = self.started(name, self.topic, door, *options)
                wire.append(order("ACME", f"o-{number}", "2024-03-01", 100))
                self.assertEqual(wire.account("ACME").account_version, number + 1)
        password.write_text("not the password\n")
        with self.assertRaises(Refused) as refused:
            self.node("refused", self.topic, *doors["plain"]).start()
        self.assertIn("SOURCE_UNAVAILABLE", refused.exception.text)


class ABrokerThatGoes(KafkaCase):
    def test_events_flow_again_when_the_broker_is_back_and_what_was_unknown_may_be_sent_again(self):
        broker = Broker(self.folder / "broker", "--port", "0")
        self.addCleanup(broker.stop)
        daemon, wire = self.started("one", broker.topic(self, 1, **TOPIC), broker.bootstrap)
        wire.append(order("ACME", "o-1", "2024-03-01", 100))
        broker.stop()
        with self.assertRaises(grpc.RpcError) as refused:
            wire.events.Append(event_service_pb2.AppendRequest(events=[order("ACME", "o-2", "2024-03-02", 100)]), timeout=5)
        # Said by the server a moment before the call ends; on a busy machine the call may end first.
        self.assertEqual(refused.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assertIn(refusal_of(refused.exception).reason, ("OUTCOME_UNKNOWN", None))
        self.assertEqual(wire.account("ACME").account_version, 1)
        eventually(self, lambda: "SOURCE_UNAVAILABLE" in page(daemon, "/readyz")[1], "it is said")
        eventually(self, lambda: not any(part.accepts_writes for part in wire.partitions()), "no writes are taken")
        with self.assertRaises(grpc.RpcError) as refused:
            wire.events.Append(event_service_pb2.AppendRequest(events=[order("ACME", "o-3", "2024-03-03", 100)]), timeout=SECONDS)
        self.assertEqual(refusal_of(refused.exception).reason, "SOURCE_UNAVAILABLE")
        with self.assertRaises(grpc.RpcError) as refused:
            Wire.account(wire, "ACME", consistency=common_pb2.Consistency(fully_consistent=True))
        self.assertEqual(refusal_of(refused.exception).reason, "SOURCE_UNAVAILABLE")
        broker.start()
        eventually(self, lambda: page(daemon, "/readyz")[0] == 200, "ready again")
        log = pathlib.Path(daemon.log.name).read_text()
        self.assertIn("SOURCE_UNAVAILABLE", log)
        self.assertLess(log.index("SOURCE_UNAVAILABLE"), log.index("goes on"))
        self.assertEqual(log.count("the topic's ends: SOURCE_UNAVAILABLE"), log.count("the topic's ends: goes on"))  # not each attempt
        self.assertEqual(wire.append(order("ACME", "o-2", "2024-03-02", 100)).results[0].account_version, 2)
        self.assertEqual(wire.account("ACME").account_version, 2)


if __name__ == "__main__":
    unittest.main()
