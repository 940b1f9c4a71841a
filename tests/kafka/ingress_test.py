"""Events that name persons in clear, by the topic of short retention: sealed before they reach the topic of events, each once."""
import base64
import json
import os
import pathlib
import unittest
import urllib.error
import urllib.request

from broker import EVENTS, NodeCase, until
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions
from harness import Refused


def headers(number, kind):
    return {"ce_specversion": "1.0", "ce_type": f"guanxi.event.v1.{kind}", "ce_source": "/crm", "ce_id": f"i-{number}",
            "ce_time": f"2024-03-0{number}T09:30:00Z", "content-type": "application/json"}


def contact(number):
    return headers(number, "ContactAdded"), json.dumps({"contactId": f"c-{number}", "name": "Wang Fang"})


class IngressCase(NodeCase):
    partitions = 2
    retention = "86400000"

    def setUp(self):
        super().setUp()
        self.ingress = self.broker.topic(self, 2, **{"retention.ms": self.retention})
        self.restart()

    def restart(self):
        if self.node.process:
            self.node.kill()
        self.node = self.start_node("data", "--kafka-ingress-topic", self.ingress)

    def write(self, *events):
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True})
        for head, value in events:
            producer.produce(self.ingress, key="ACME", value=value, headers=head)
        self.assertEqual(producer.flush(240), 0)

    def ids(self):
        return [event["id"] for event in self.node.ask("account", "timeline", "ACME")["events"]]

    def applied(self, *ids):
        def are_there():
            try:
                return self.ids() == list(ids)
            except Refused:  # no such account yet
                return False
        until(are_there, f"{ids} in the account")

    def everything_in_the_topic_of_events(self):
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "everything", "enable.auto.commit": False, "enable.partition.eof": True})
        messages, ended = [], 0
        try:
            consumer.assign([TopicPartition(self.topic, partition, 0) for partition in range(self.partitions)])
            while ended < self.partitions:
                message, = consumer.consume(1, 240)
                messages += [] if message.error() else [message]
                ended += bool(message.error())
            return messages
        finally:
            consumer.close()

    def readyz(self):
        """(status, what it says)"""
        try:
            with urllib.request.urlopen(f"http://{self.node.http}/readyz", timeout=240) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def is_ready(self):
        return self.readyz()[0] == 200

    def left_behind(self):
        """By partition of the ingress topic: where the node goes on."""
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": self.ingress})
        try:
            places = consumer.committed([TopicPartition(self.ingress, partition) for partition in range(2)], timeout=240)
            return [place.offset for place in places]
        finally:
            consumer.close()


class IngressTopic(IngressCase):
    def test_persons_are_sealed_and_what_cannot_be_is_parked_without_its_value(self):
        order = json.dumps({"orderId": "o-2", "currencyCode": "EUR",
                            "lines": [{"product": "pump", "quantityMicros": "1000000", "unitPriceMicros": "1000000"}]})
        self.write(contact(1), (headers(2, "OrderPlaced"), order), (headers(9, "ContactAdded"), b"Wang Fang {"))
        self.applied("i-1", "i-2")
        parked, = until(self.parked, "what cannot be read is parked")
        self.assertEqual(parked["parkedReason"], "MESSAGE_UNREADABLE")
        self.assertEqual([message for message in self.everything_in_the_topic_of_events() if b"Fang" in (message.value() or b"")], [])
        # Killed and started again it goes on where it was; what it may read again is a duplicate.
        self.restart()
        self.write(contact(3))
        self.applied("i-1", "i-2", "i-3")
        until(self.is_ready, "ready")

    def test_events_that_were_let_go_unread_are_missed_aloud_and_what_comes_after_them_is_read(self):
        self.write(contact(1))
        until(lambda: 1 in self.left_behind(), "the first is left behind")
        partition = self.left_behind().index(1)
        self.node.kill()
        self.write(contact(2), contact(3), contact(4))
        admin = self.broker.admin()
        for deleted in admin.delete_records([TopicPartition(self.ingress, partition, 3)], request_timeout=240).values():
            deleted.result(240)
        self.restart()
        self.applied("i-1", "i-4")
        code, said = until(lambda: "SOURCE_TRUNCATED" in self.readyz()[1] and self.readyz(), "it is said")
        self.assertEqual(code, 503)
        self.assertIn(f"{self.ingress}: events 1 to 2 of partition {partition} were deleted unread", said)

    def test_partitions_that_the_topic_is_given_are_read_too(self):
        self.write(contact(1))
        self.applied("i-1")
        admin = self.broker.admin()
        for made in admin.create_partitions([NewPartitions(self.ingress, 8)], request_timeout=240).values():
            made.result(240)
        until(lambda: self.broker.knows(admin, self.ingress, 8), "eight partitions")
        producer = Producer({"bootstrap.servers": self.broker.bootstrap})
        head, value = contact(2)
        producer.produce(self.ingress, key="ACME", value=value, headers=head, partition=7)
        self.assertEqual(producer.flush(240), 0)
        self.applied("i-1", "i-2")


class ATopicThatKeepsNames(IngressCase):
    retention = "-1"

    def test_is_not_read_and_the_log_says_why_until_it_is_set_right(self):
        self.write(contact(1))
        said = f"ingress: TOPIC_UNSUITABLE: {self.ingress}: retention.ms is -1, not at most 604800000"
        until(lambda: said in pathlib.Path(self.node.log.name).read_text(), "it is said")
        self.assertFalse(self.is_ready())
        day = ConfigEntry("retention.ms", "86400000", incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.ingress, incremental_configs=[day])
        admin = self.broker.admin()
        admin.incremental_alter_configs([resource])[resource].result(240)
        self.applied("i-1")
        until(self.is_ready, "ready")


class ATopicOfEventsThatTakesLittle(IngressCase):
    events = {**EVENTS, "max.message.bytes": "20000"}

    def test_an_event_that_is_too_large_for_it_is_parked_once_without_its_value_and_none_behind_it_waits(self):
        noise = base64.b64encode(os.urandom(60_000)).decode()  # which no compression makes small
        self.write((headers(1, "Drawing"), json.dumps({"noise": noise})), contact(2))
        self.applied("i-2")
        parked, = until(self.parked, "what is too large is parked")
        self.assertEqual(parked["accountId"], "ACME")
        told = [dict(message.headers()) for message in self.everything_in_the_topic_of_events() if message.value() is None]
        self.assertEqual([(header["ce_id"], header["guanxi-refused"]) for header in told], [(b"i-1", b"EVENT_TOO_LARGE")])
        # It was left behind: started again the node goes on after it.
        self.restart()
        self.write(contact(3))
        self.applied("i-2", "i-3")
        self.assertEqual(len(self.parked()), 1)
        self.assertIn("max.message.bytes is 20000", pathlib.Path(self.node.log.name).read_text())


if __name__ == "__main__":
    unittest.main()
