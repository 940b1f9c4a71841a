"""tools/kafka: a real broker that starts, answers, keeps its data, guards its doors; a node of ours goes on when the broker that leads is killed."""
import json
import os
import pathlib
import signal
import tempfile
import unittest

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from broker import EVENTS, Broker, Daemon, kafka, run, shared, until

SECONDS = 240  # for a machine that stands still for a while


def produce(topic, values, settings):
    """Writes them one after the other, each acknowledged by every replica in sync."""
    refused = []
    producer = Producer({"acks": "all", "log_level": 0, **settings})
    for value in values:
        producer.produce(topic, value.encode(), b"ACME", on_delivery=lambda error, _: error and refused.append(error))
    if producer.flush(SECONDS) or refused:
        raise KafkaException(*refused[:1])


def read(topic, count, settings):
    """The first `count` records of partition 0."""
    consumer = Consumer({"group.id": "reader", "enable.auto.commit": False, "log_level": 0, **settings})
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        return consumer.consume(count, SECONDS)
    finally:
        consumer.close()


class Shared(unittest.TestCase):
    def setUp(self):
        self.broker = shared()
        self.plain = {"bootstrap.servers": self.broker.bootstrap}
        self.tls = {"bootstrap.servers": self.broker.tls, "security.protocol": "SSL", "ssl.ca.location": str(self.broker.folder / "tls/ca.pem")}

    def sasl(self, mechanism, password, door=None, protocol="SASL_PLAINTEXT"):
        return {"bootstrap.servers": door or self.broker.sasl, "security.protocol": protocol, "sasl.mechanism": mechanism,
                "sasl.username": "guanxi", "sasl.password": password}

    def test_what_is_written_is_read_with_the_time_of_the_log(self):
        topic = self.broker.topic(self)
        producer = Producer({**self.plain, "acks": "all"})
        producer.produce(topic, b"one", timestamp=1_000_000_000_000)
        self.assertEqual(producer.flush(SECONDS), 0)
        message, = read(topic, 1, self.plain)
        kind, millis = message.timestamp()
        self.assertEqual((message.value(), kind), (b"one", 2))  # 2: LogAppendTime
        self.assertGreater(millis, 1_700_000_000_000)

    def test_a_topic_nobody_made_does_not_come_into_being(self):
        with self.assertRaises(KafkaException):
            produce("never-made", ["never"], {**self.plain, "message.timeout.ms": 2000})
        self.assertNotIn("never-made", self.broker.admin().list_topics(timeout=SECONDS).topics)

    def test_sasl_plain_and_scram_open_the_door_with_the_password_only(self):
        topic = self.broker.topic(self)
        mechanisms = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
        for mechanism in mechanisms:
            produce(topic, [mechanism], self.sasl(mechanism, self.broker.password))
            with self.assertRaises(KafkaException, msg=mechanism):
                produce(topic, ["never"], {**self.sasl(mechanism, "guessed"), "message.timeout.ms": 2000})
        self.assertEqual([message.value().decode() for message in read(topic, 3, self.plain)], list(mechanisms))

    def test_tls_is_spoken_with_who_knows_the_ca(self):
        topic = self.broker.topic(self)
        produce(topic, ["over TLS"], self.tls)
        secure = self.sasl("SCRAM-SHA-512", self.broker.password, self.broker.sasl_tls, "SASL_SSL")
        produce(topic, ["and SASL"], {**secure, "ssl.ca.location": self.tls["ssl.ca.location"]})
        with self.assertRaises(KafkaException):
            produce(topic, ["never"], {"bootstrap.servers": self.broker.tls, "security.protocol": "SSL", "message.timeout.ms": 2000})
        self.assertEqual([message.value() for message in read(topic, 2, self.tls)], [b"over TLS", b"and SASL"])


class Own(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="guanxi-kafka-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / "broker"
        self.addCleanup(kafka, "stop", "--dir", self.folder)

    def test_three_brokers_go_on_when_one_is_killed_and_keep_all_when_stopped_and_started(self):
        self.assertEqual(kafka("status", "--dir", self.folder)[0], 3)
        broker = Broker(self.folder, "--nodes", "3", "--port", "0")
        self.assertEqual(kafka("status", "--dir", self.folder)[0], 0)
        self.assertEqual(broker.start().pids, broker.pids)
        settings = {"bootstrap.servers": broker.bootstrap}
        topic = broker.topic(self)
        produce(topic, ["before"], settings)
        node = self.node(broker)
        self.send(broker, 1)

        leader = broker.admin().list_topics(self.events, timeout=SECONDS).topics[self.events].partitions[0].leader
        os.kill(broker.pids[leader - 1], signal.SIGKILL)
        produce(topic, ["without its leader"], settings)
        self.assertEqual(kafka("status", "--dir", self.folder)[0], 3)
        self.send(broker, 2)
        self.check_applied(node, ["o-1", "o-2"])

        code, _, log = broker.stop()
        self.assertEqual((code, "stopped 2 of 3" in log), (0, True), log)
        self.assertEqual(kafka("status", "--dir", self.folder)[0], 3)
        broker.start()
        self.assertEqual([message.value() for message in read(topic, 2, settings)], [b"before", b"without its leader"])
        self.send(broker, 3)
        self.check_applied(node, ["o-1", "o-2", "o-3"])

    def node(self, broker):
        self.events = broker.topic(self, 1, **EVENTS)
        node = Daemon(self.folder.parent / "data", "--clock", "events", "--kafka-brokers", broker.bootstrap, "--kafka-topic", self.events).start()
        self.addCleanup(lambda: node.process and node.kill())
        return node

    def send(self, broker, number):
        line = {"product": "pump", "quantityMicros": "1000000", "unitPriceMicros": "1000000"}
        event = {"specversion": "1.0", "id": f"o-{number}", "source": "/erp", "type": "guanxi.event.v1.OrderPlaced", "partitionkey": "ACME",
                 "time": f"2024-03-0{number}T00:00:00Z", "data": {"orderId": f"o-{number}", "currencyCode": "EUR", "lines": [line]}}
        path = self.folder.parent / "event.jsonl"
        path.write_text(json.dumps(event) + "\n")
        run("kafka", "produce", path, "--brokers", broker.bootstrap, "--topic", self.events, "--deadline", "60")

    def check_applied(self, node, ids):
        def applied():
            events = node.ask("account", "timeline", "ACME").get("events", []) if node.ask("account", "list").get("accounts") else []
            return [event["id"] for event in events] == ids
        until(applied, f"exactly {ids} applied")

    def test_what_is_not_understood_is_refused_with_the_usage(self):
        for words in (("begin",), (), ("start", "--nodes", "2"), ("start", "--port", "many"), ("start", "--dir"), ("start", "--dir", "/tmp/a b")):
            code, said, log = kafka(*words)
            self.assertEqual((code, said, "usage: tools/kafka" in log), (2, "", True), words)
        code, said, _ = kafka("--help")
        self.assertEqual((code, "examples:" in said), (0, True))


if __name__ == "__main__":
    unittest.main()
