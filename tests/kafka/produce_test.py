"""guanxi kafka produce and create-topics: every form of an event gets into the same log, and what is wrong is said."""
import gzip
import itertools
import json
import tempfile
import unittest

from confluent_kafka import Producer
from google.protobuf import json_format

from broker import EVENTS, NodeCase, run, shared
from wire import trade_pb2

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
FORMS = (("binary", "protobuf"), ("binary", "json"), ("structured", "protobuf"))


def order(account, number, day=1):
    line = {"product": "pump", "quantityMicros": "1000000", "unitPriceMicros": "2550000"}
    return {"specversion": "1.0", "id": f"o-{number}", "source": "/erp", "type": "guanxi.event.v1.OrderPlaced", "partitionkey": account,
            "time": f"2024-03-{day:02}T09:30:00Z", "data": {"orderId": f"o-{number}", "currencyCode": "EUR", "lines": [line]}}


class Produce(NodeCase):
    def file(self, events, name="events.jsonl"):
        path = self.folder / name
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return path

    def test_every_format_and_codec_says_the_same_event(self):
        for (form, payload), codec in itertools.product(FORMS, CODECS):
            account = f"{form}-{payload}-{codec}"
            path = self.file([order(account, number, number) for number in range(1, 4)])
            said = json.loads(self.produce(path, "--format", form, "--payload", payload, "--compression", codec))
            self.assertEqual((said["produced"], said["refused"]), (3, 0))
        self.caught_up()
        for (form, payload), codec in itertools.product(FORMS, CODECS):
            events = self.node.ask("account", "timeline", f"{form}-{payload}-{codec}")["events"]
            self.assertEqual(len(events), 3, (form, payload, codec))
        self.assertEqual(self.parked(), [])
        # Sent again in another form they are the same events.
        self.produce(self.file([order("binary-json-zstd", number, number) for number in range(1, 4)]), "--format", "structured")
        self.caught_up()
        self.assertEqual(self.parked(), [])
        self.assertEqual(len(self.node.ask("account", "timeline", "binary-json-zstd")["events"]), 3)

    def test_protobuf_framed_for_a_registry_is_read_without_one(self):
        """Both spellings of the first message's index; another message's is parked."""
        data = json_format.ParseDict(order("ACME", 1)["data"], trade_pb2.OrderPlaced()).SerializeToString()
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True})
        for number, index in enumerate((b"\0", b"\2\0", b"\2\2")):
            head = {"ce_specversion": "1.0", "ce_type": "guanxi.event.v1.OrderPlaced", "ce_source": "/erp", "ce_id": f"framed-{number}",
                    "ce_time": "2024-03-01T09:30:00Z", "content-type": "application/protobuf"}
            producer.produce(self.topic, b"\0\0\0\0\7" + index + data, b"ACME", headers=head)
        self.assertEqual(producer.flush(240), 0)
        self.caught_up()
        self.assertEqual([event["id"] for event in self.node.ask("account", "timeline", "ACME")["events"]], ["framed-0", "framed-1"])
        self.assertEqual([(event["id"], event["parkedReason"]) for event in self.parked()], [("framed-2", "MESSAGE_UNREADABLE")])

    def test_lines_that_a_node_would_park_are_named_and_not_sent(self):
        path = self.folder / "events.jsonl.gz"
        wrong = order("ACME", 3)
        wrong["data"]["currencyCode"] = "EURO"
        person = {**order("ACME", 4), "type": "guanxi.event.v1.ContactAdded", "data": {"contactId": "c-1", "name": "Wang Fang"}}
        lines = [json.dumps(order("ACME", 1)), "{", json.dumps(wrong), "", json.dumps(person), json.dumps(order("ACME", 2))]
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
        output = self.produce(path, code=1)
        self.assertIn("3 lines were refused", output)
        said = json.loads(output.splitlines()[0])
        self.assertEqual((said["produced"], said["refused"]), (2, 3))
        self.assertEqual([problem["line"] for problem in said["problems"]], [2, 3, 5])
        self.assertIn("ISO 4217", said["problems"][1]["what"])
        self.assertIn("--personal-by-server", said["problems"][2]["what"])
        self.caught_up()
        self.assertEqual(len(self.node.ask("account", "timeline", "ACME")["events"]), 2)

    def test_persons_are_sealed_by_the_server_before_they_lie_in_the_topic(self):
        person = {**order("ACME", 4), "type": "guanxi.event.v1.ContactAdded", "data": {"contactId": "c-1", "name": "Wang Fang"}}
        said = json.loads(run("--output", "json", "kafka", "produce", self.file([order("ACME", 1), person]), "--personal-by-server", "--brokers",
                              self.broker.bootstrap, "--topic", self.topic, server=self.node.grpc))
        self.assertEqual((said["produced"], said["appendedByServer"], said["refused"]), (1, 1, 0))
        self.caught_up()
        # Found by a reviewer: what was sent to the server was called appended.
        another = {**person, "data": {"contactId": "c-2", "name": "Wang Fang"}}
        said = json.loads(run("--output", "json", "kafka", "produce", self.file([person, another]), "--personal-by-server", "--brokers",
                              self.broker.bootstrap, "--topic", self.topic, server=self.node.grpc, code=1).splitlines()[0])
        self.assertEqual([said[f"{what}ByServer"] for what in ("appended", "duplicates", "parked", "refused")], [0, 1, 1, 0])
        self.assertEqual(len(self.node.ask("account", "timeline", "ACME")["events"]), 2)
        self.assertEqual([value for value in self.values() if b"Fang" in value], [])

    def values(self):
        from confluent_kafka import Consumer, TopicPartition
        ends = self.ends()
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "values", "enable.auto.commit": False})
        try:
            consumer.assign([TopicPartition(self.topic, partition, 0) for partition in ends])
            return [message.value() for message in consumer.consume(sum(ends.values()), 240)]
        finally:
            consumer.close()


class Refusals(unittest.TestCase):
    def setUp(self):
        self.broker = shared()
        file = tempfile.NamedTemporaryFile(prefix="guanxi-kafka-")
        self.addCleanup(file.close)
        self.path = file.name

    def produce(self, *words, code):
        return run("kafka", "produce", self.path, *words, "--deadline", "60" if code == 0 else "10", code=code)

    def test_a_missing_topic_is_said_with_what_to_do(self):
        said = self.produce("--brokers", self.broker.bootstrap, "--topic", "never-made", code=1)
        self.assertIn("TOPIC_MISSING", said)
        self.assertIn("guanxi kafka create-topics", said)

    def test_brokers_that_are_not_there_are_exit_code_3(self):
        said = self.produce("--brokers", "127.0.0.1:1", code=3)
        self.assertIn("SOURCE_UNAVAILABLE", said)

    def test_a_wrong_password_is_refused_and_the_right_one_taken(self):
        topic = self.broker.topic(self, 1, **EVENTS)
        secured = ["--topic", topic, "--brokers", self.broker.sasl_tls]
        for key, value in {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": "guanxi",
                           "ssl.ca.location": self.broker.folder / "tls/ca.pem"}.items():
            secured += ["--property", f"{key}={value}"]
        said = self.produce(*secured, "--property", "sasl.password=guessed", code=3)
        self.assertIn("uthentication", said)
        self.produce(*secured, "--property", f"sasl.password={self.broker.password}", code=0)

    def test_a_property_that_librdkafka_does_not_know_is_named(self):
        self.assertIn("no.such.key", self.produce("--brokers", self.broker.bootstrap, "--property", "no.such.key=1", code=1))
        self.assertIn("KEY=VALUE", self.produce("--property", "nonsense", code=2))


class CreateTopics(unittest.TestCase):
    def setUp(self):
        self.broker = shared()
        self.prefix = self.broker.topic(self) + "."

    def create(self, *words, code=0):
        return run("kafka", "create-topics", "--brokers", self.broker.bootstrap, "--prefix", self.prefix, *words, code=code)

    def test_they_are_made_once_and_then_are_as_they_must_be(self):
        names = [f"{self.prefix}{name}" for name in ("events", "tier-changes", "accounts", "parked", "progress", "owners", "ingress")]
        made = [json.loads(line) for line in self.create("--partitions", "3", "--output", "jsonl").splitlines()]
        self.assertEqual([(topic["topic"], topic["made"], topic["differences"]) for topic in made], [(name, True, []) for name in names])
        again = [json.loads(line) for line in self.create("--partitions", "3", "--output", "jsonl").splitlines()]
        self.assertEqual([(topic["made"], topic["differences"]) for topic in again], [(False, [])] * len(names))
        self.assertEqual(self.create("--partitions", "3").count("is as it must be"), len(names))

    def test_what_is_otherwise_is_said_and_left(self):
        from confluent_kafka.admin import NewTopic
        admin = self.broker.admin()
        admin.create_topics([NewTopic(f"{self.prefix}events", 2, config={"cleanup.policy": "compact", "message.timestamp.type": "CreateTime"})])[
            f"{self.prefix}events"].result(240)
        said = self.create(code=1)
        for difference in ("partitions are 2, asked for are 4", "cleanup.policy is compact, must be delete",
                           "message.timestamp.type is CreateTime, must be LogAppendTime", "TOPIC_UNSUITABLE"):
            self.assertIn(difference, said)

    def test_a_topic_with_fewer_copies_than_asked_for_is_named_and_not_to_be_made_unwritable(self):
        from confluent_kafka.admin import NewTopic
        name = f"{self.prefix}events"
        admin = self.broker.admin()
        admin.create_topics([NewTopic(name, 4, 1, config=EVENTS)])[name].result(240)
        # The others cannot be made with three copies here; the events come first.
        said = self.create("--replication", "3", "--output", "jsonl", code=3)
        events = json.loads(said.splitlines()[0])
        self.assertIn("replication is 1, asked for is 3", events["differences"])
        self.assertNotIn("min.insync.replicas", said)


if __name__ == "__main__":
    unittest.main()
