"""What docs/operations.md promises: a lost disk, a directory that was embedded, a broker that asks for a password."""
import json
import os
import pathlib
import re
import shutil
import unittest.mock
import urllib.request

import confluent_kafka
from broker import BIN, Daemon, EVENTS, NodeCase, ROOT, Refused, run, until
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

PAGE = (ROOT / "docs/operations.md").read_text()


def events(count, account="ACME"):
    line = {"product": "pump", "quantityMicros": "1000000", "unitPriceMicros": "1000000"}
    return [{"specversion": "1.0", "id": f"{account}-{n}", "source": "/erp", "type": "guanxi.event.v1.OrderPlaced", "partitionkey": account,
             "time": f"2024-03-01T09:{n:02}:00Z", "data": {"orderId": f"{account}-{n}", "currencyCode": "EUR", "lines": [line]}}
            for n in range(count)]


class Operations(NodeCase):
    def send(self, count, account="ACME"):
        path = self.folder / f"{account}.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in events(count, account)))
        self.assertEqual(json.loads(self.produce(path))["produced"], count)

    def metrics(self):
        return urllib.request.urlopen(f"http://{self.node.http}/metrics", timeout=240).read().decode()

    def heads(self, node):
        heads = [node.ask("audit", "head", "--partition", partition)["treeHead"] for partition in range(self.partitions)]
        return [(int(head.get("treeSize", 0)), head["rootHash"]) for head in heads]

    def test_a_node_with_an_empty_directory_comes_to_the_same_roots(self):
        for account in ("ACME", "GLOBEX", "INITECH"):
            self.send(7, account)
        self.caught_up()
        before = self.heads(self.node)
        self.assertEqual(sum(size for size, _ in before), 21)
        self.node.stop()
        shutil.rmtree(self.node.data)
        again = self.start_node("data")
        self.caught_up(again)
        self.assertEqual(self.heads(again), before)

    def test_a_directory_that_was_embedded_goes_on_in_its_topic(self):
        embedded = Daemon(self.folder / "embedded", "--clock", "events").start()
        self.addCleanup(lambda: embedded.process and embedded.kill())
        path = self.folder / "before.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in events(3)))
        embedded.run("import", "cloudevents", path, "--keep-clock")
        self.assertEqual(embedded.stop(), 0)
        self.move("embedded")
        node = self.start_node("embedded")
        self.send(5)  # of them three are known
        self.caught_up(node)
        self.assertEqual(len(node.ask("account", "timeline", "ACME")["events"]), 5)

    def move(self, name):
        """From then on the directory belongs to the topic, though nothing was appended since."""
        node = self.start_node(name)
        self.caught_up(node)
        node.stop()
        with self.assertRaises(Refused) as refused:
            Daemon(self.folder / name, "--clock", "events").start()
        self.assertIn("SOURCE_FOREIGN", refused.exception.text)

    def test_brokers_that_ask_for_a_password_get_it(self):
        self.send(2)
        secured = ["--kafka-security-protocol", "sasl_ssl", "--kafka-sasl-mechanism", "PLAIN", "--kafka-sasl-username", "guanxi",
                   "--kafka-ssl-ca", self.broker.folder / "tls/ca.pem", "--kafka-brokers", self.broker.sasl_tls, "--kafka-topic", self.topic]
        node = Daemon(self.folder / "secured", "--clock", "events", *secured, "--kafka-sasl-password-file", self.broker.folder / "password").start()
        self.addCleanup(lambda: node.process and node.kill())
        self.caught_up(node)
        self.assertEqual(len(node.ask("account", "timeline", "ACME")["events"]), 2)
        wrong = self.folder / "guessed"
        wrong.write_text("guessed\n")
        with self.assertRaises(Refused) as refused:
            Daemon(self.folder / "refused", *secured, "--kafka-sasl-password-file", wrong).start()
        self.assertIn("uthentication", refused.exception.text)

    def test_scram_with_a_client_library_that_cannot_is_explained(self):
        with self.assertRaises(Refused) as refused:
            Daemon(self.folder / "scram", "--kafka-brokers", self.broker.sasl, "--kafka-topic", self.topic, "--kafka-security-protocol",
                   "sasl_plaintext", "--kafka-sasl-mechanism", "SCRAM-SHA-512", "--kafka-sasl-username", "guanxi", "--kafka-sasl-password-file",
                   self.broker.folder / "password").start()
        self.assertIn("librdkafka before 2.6.1 cannot do SCRAM", refused.exception.text)

    def test_scram_with_a_newer_client_library(self):
        """As the page says: another librdkafka.so.1 before Debian's, the same guanxid. The one here is the test client's."""
        newer, = (pathlib.Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs").glob("librdkafka-*.so.1")
        libraries = self.folder / "libraries"
        libraries.mkdir()
        (libraries / "librdkafka.so.1").symlink_to(newer)
        self.send(2)
        with unittest.mock.patch.dict(os.environ, {"LD_LIBRARY_PATH": str(libraries)}):
            node = Daemon(self.folder / "scram", "--clock", "events", "--kafka-brokers", self.broker.sasl, "--kafka-topic", self.topic,
                          "--kafka-security-protocol", "sasl_plaintext", "--kafka-sasl-mechanism", "SCRAM-SHA-512", "--kafka-sasl-username",
                          "guanxi", "--kafka-sasl-password-file", self.broker.folder / "password").start()
        self.addCleanup(lambda: node.process and node.kill())
        self.caught_up(node)
        self.assertEqual(len(node.ask("account", "timeline", "ACME")["events"]), 2)
        self.assertEqual(node.stop(), 0)

    def test_a_missing_topic_and_an_unsuitable_one_are_refused_with_a_remedy(self):
        for topic, reason in (("never-made", "TOPIC_MISSING"), (self.broker.topic(self, 1, **{**EVENTS, "cleanup.policy": "compact"}), "TOPIC_UNSUITABLE")):
            with self.assertRaises(Refused) as refused:
                Daemon(self.folder / topic, "--kafka-brokers", self.broker.bootstrap, "--kafka-topic", topic).start()
            self.assertIn(reason, refused.exception.text)

    def unclean_elections(self, allowed):
        """Allowed, they make the topic unsuitable: the node reads no further."""
        entry = ConfigEntry("unclean.leader.election.enable", allowed, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.topic, incremental_configs=[entry])
        admin = self.broker.admin()
        admin.incremental_alter_configs([resource])[resource].result(240)

    def standing(self):
        """By partition: applied, end, lag in events, parked, and the reason that it does not consume, if there is one."""
        answer = self.node.ask("kafka", "status")["partitions"]
        return {part.get("partition", 0): (*(int(part["kafka"].get(name, 0)) for name in ("appliedOffset", "endOffset", "lagEvents")),
                                           int(part.get("openParkedEvents", 0)), part["kafka"].get("reason", "")) for part in answer}

    def standing_of_the_table(self):
        line = r"^ *(\d+) +(\d+) +(\d+) +(\d+) +(?:[\d.]+ (?:s|min|h|d) +)?(\d+) +(\w+) *$"
        return {int(row[0]): (*map(int, row[1:5]), "" if row[5] == "consuming" else row[5])
                for row in re.findall(line, self.node.run("kafka", "status"), re.M)}

    def standing_of_the_metrics(self):
        shown = self.metrics()
        names = ("kafka_applied_offset", "kafka_end_offset", "kafka_lag_events", "parked_open_events")
        return {partition: tuple(int(re.search(rf'^guanxi_{name}{{partition="{partition}"}} (\d+)$', shown, re.M)[1]) for name in names)
                for partition in range(self.partitions)}

    def check_standing(self, applied, parked, reason):
        """All three tell the same: what is applied, and the rest of what the topic holds as the lag."""
        ends = self.ends()
        told = {partition: (applied[partition], end, end - applied[partition], parked.get(partition, 0), reason) for partition, end in ends.items()}
        until(lambda: self.standing() == told, f"{told} by the status")
        self.assertEqual(self.standing_of_the_table(), told)
        self.assertEqual(self.standing_of_the_metrics(), {partition: row[:4] for partition, row in told.items()})
        return sum(row[2] for row in told.values())

    def test_a_node_that_is_behind_says_by_how_much_and_once_it_is_not_behind_that_nothing_is_left(self):
        self.send(2)
        producer = confluent_kafka.Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random"})
        producer.produce(self.topic, b"no event", b"UMBRELLA")
        self.assertEqual(producer.flush(240), 0)
        self.caught_up()
        event, = self.parked()
        parked = {event["position"].get("partition", 0): 1}
        before = self.ends()
        self.assertEqual(self.check_standing(before, parked, ""), 0)

        self.unclean_elections("true")
        until(lambda: {row[-1] for row in self.standing().values()} == {"TOPIC_UNSUITABLE"}, "blocked")
        self.send(5, "GLOBEX")
        self.send(3, "INITECH")
        self.assertEqual(self.check_standing(before, parked, "TOPIC_UNSUITABLE"), 8)
        self.assertIn("unclean.leader.election.enable is true", self.node.run("kafka", "status"))

        self.unclean_elections("false")
        self.caught_up()
        self.assertEqual(self.check_standing(self.ends(), parked, ""), 0)
        self.assertEqual([part["kafka"].get("lagSeconds", 0) for part in self.node.ask("kafka", "status")["partitions"]], [0] * self.partitions)
        self.assertEqual(re.findall(r"^guanxi_kafka_lag_seconds{.*} (.*)$", self.metrics(), re.M), ["0"] * self.partitions)

    def test_kafkas_own_tools_see_what_is_applied_under_the_group_of_the_node(self):
        group = f"{self.topic}-group"
        self.node.stop()
        self.node = self.start_node("data", "--kafka-group", group)
        for account in ("ACME", "GLOBEX", "INITECH"):
            self.send(3, account)
        self.caught_up()
        ends = self.ends()
        self.assertEqual(sum(ends.values()), 9)
        tool = confluent_kafka.Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": group, "log_level": 0})
        self.addCleanup(tool.close)

        def shown():
            places = tool.committed([confluent_kafka.TopicPartition(self.topic, partition) for partition in ends], timeout=240)
            return {place.partition: max(place.offset, 0) for place in places}
        until(lambda: shown() == ends, f"the group at {ends}")

    def test_every_metric_and_every_setting_of_the_page_is_there(self):
        self.node.stop()
        self.node = self.start_node("data", "--kafka-derived-prefix", self.topic, "--heads-interval-seconds", "1")
        self.send(1)
        self.caught_up()
        metrics = set(re.findall(r"`(guanxi_\w+)", PAGE))
        self.assertGreater(len(metrics), 6)

        def missing():
            shown = self.metrics()
            return {metric for metric in metrics if f"\n{metric}" not in f"\n{shown}"}
        # Of heads something is shown once one was published.
        until(lambda: not missing(), "every metric of the page")
        import subprocess
        flags = subprocess.run([BIN / "guanxid", "--help"], capture_output=True, text=True, timeout=60).stdout
        settings = set(re.findall(r"`(kafka_\w+)`", PAGE))
        self.assertGreater(len(settings), 6)
        self.assertEqual({setting for setting in settings if "--" + setting.replace("_", "-") not in flags}, set())
        self.assertEqual([until(lambda: self.node.ask("kafka", "status"), "status")["kafka"]["topic"]], [self.topic])


if __name__ == "__main__":
    import unittest
    unittest.main()
