"""What no event can be made of stops nothing: it is parked with its reason, and what comes after it is applied."""
import base64
import datetime
import unittest

from confluent_kafka import Producer

from broker import NodeCase, until
from harness import now, order

EVENT = {"ce_specversion": "1.0", "ce_type": "guanxi.event.v1.OrderPlaced", "ce_source": "/erp", "ce_time": "2024-03-01T09:30:00Z",
         "content-type": "application/json"}
DATA = b'{"orderId":"o","currencyCode":"EUR","lines":[{"product":"pump","quantityMicros":"1000000","unitPriceMicros":"1000000"}]}'


def headers(**changed):
    return {name: value for name, value in {**EVENT, "ce_id": "o", **{key.replace("_DASH_", "-"): value for key, value in changed.items()}}.items()
            if value is not None}


# What is wrong: key, value, headers, and the reason. Each under an account of its own.
POISON = {
    "null-value": (b"null-value", None, headers(), "MESSAGE_UNREADABLE"),
    "no-headers": (b"no-headers", DATA, {}, "MESSAGE_UNREADABLE"),
    "batch": (b"batch", b"[]", headers(content_DASH_type="application/cloudevents-batch+json"), "MESSAGE_UNREADABLE"),
    "frame": (b"frame", b"\0\0\0\0\1\2\2x", headers(content_DASH_type="application/protobuf"), "MESSAGE_UNREADABLE"),
    "no-json": (b"no-json", b"{", headers(), "PAYLOAD_UNDECODABLE"),
    "no-protobuf": (b"no-protobuf", b"\xff\xff", headers(content_DASH_type="application/protobuf"), "PAYLOAD_UNDECODABLE"),
    "no-id": (b"no-id", DATA, headers(ce_id=None), "EVENT_ID_INVALID"),
    "no-type": (b"no-type", DATA, headers(ce_type=None), "EVENT_TYPE_MISSING"),
    "no-time": (b"no-time", DATA, headers(ce_time=None), "OCCURRED_AT_MISSING"),
    "future": (b"future", DATA, headers(ce_time="2999-01-01T00:00:00Z"), "OCCURRED_IN_FUTURE"),
    "other-key": (b"other-key", DATA, headers(ce_partitionkey="another"), "FIELD_INVALID"),
    "currency": (b"currency", DATA.replace(b"EUR", b"XXQ"), headers(), "CURRENCY_UNKNOWN"),
    "reserved": (b"reserved", b"{}", headers(ce_type="guanxi.event.v1.ClockAdvanced"), "CONTROL_TYPE_RESERVED"),
    "large": (b"large", b'"' + b"x" * 10_000_000 + b'"', headers(), "EVENT_TOO_LARGE"),
}


def sealed_part(subject, key_id, nonce, ciphertext):
    """The value of ce_guanxisealed: a list of one part."""
    return base64.b64encode(b"\1" + b"".join(bytes([len(text)]) + text for text in (subject, key_id, nonce, ciphertext))).decode()


class Poison(NodeCase):
    def test_every_kind_is_parked_with_its_reason_and_the_next_event_is_applied(self):
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True,
                             "message.max.bytes": 16_000_000})
        for key, value, given, _ in POISON.values():
            producer.produce(self.topic, value, key, headers=given)
        for key in POISON:
            producer.produce(self.topic, DATA, key.encode(), headers=headers(ce_id="good"))
        self.assertEqual(producer.flush(120), 0)
        self.caught_up()

        reasons = {event["accountId"]: event["parkedReason"] for event in self.parked()}
        self.assertEqual(reasons, {account: reason for account, (_, _, _, reason) in POISON.items()})
        for account in POISON:
            self.assertEqual(self.node.ask("account", "show", account)["account"]["parkedEventCount"], "1", account)
            self.assertEqual(len(self.node.ask("account", "timeline", account)["events"]), 1, account)

    def test_records_without_a_key_are_parked_wherever_they_lie(self):
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "enable.idempotence": True})
        for partition in range(self.partitions):
            producer.produce(self.topic, DATA, None, partition=partition, headers=headers())
        self.assertEqual(producer.flush(120), 0)
        self.caught_up()
        self.assertEqual([event["parkedReason"] for event in self.parked()], ["ACCOUNT_ID_INVALID"] * self.partitions)

    def test_a_contact_in_a_wrong_partition_stays_there_and_is_found_by_its_account(self):
        self.node.append(order("ACME", 1))
        right = self.node.ask("account", "timeline", "ACME")["events"][0]["position"].get("partition", 0)
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "enable.idempotence": True})
        for wrong in [partition for partition in range(self.partitions) if partition != right]:
            producer.produce(self.topic, b'{"contactId":"li"}', b"ACME", partition=wrong, headers=headers(ce_id=f"c-{wrong}", ce_type="guanxi.event.v1.ContactAdded"))
        self.assertEqual(producer.flush(120), 0)
        self.caught_up()
        found = self.node.ask("parked", "list", "--account", "ACME")["events"]
        self.assertEqual([event["parkedReason"] for event in found], ["PARTITION_WRONG"] * (self.partitions - 1))
        self.assertEqual(sorted(event["position"].get("partition", 0) for event in found), [p for p in range(self.partitions) if p != right])
        self.assertNotIn("events", self.node.ask("parked", "list", "--account", "GLOBEX"))
        # Page by page as well.
        self.assertEqual(len(self.node.ask("parked", "list", "--account", "ACME", "--page-size", "1")["events"]), 1)

    def test_a_forged_personal_part_keeps_nobody_from_reading_what_lies_beside_it(self):
        self.node.append({"account": "ACME", "type": "ContactAdded", "id": "c-1", "at": "2024-03-01T09:30:00Z",
                          "data": {"contactId": "li", "name": "Li Wei"}})
        entry = (self.folder / "data/keys/subject-keys").read_bytes()[len("guanxi-keys 1\n"):]
        forged = sealed_part(b"li", entry[33:49], bytes(12), bytes(40))
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True})
        for number, (kind, part) in enumerate({"guanxi.event.v1.ContactChanged": forged, "guanxi.event.v1.ContactRemoved": forged, "com.example.Note": forged,
                                               "guanxi.event.v1.ContactAdded": sealed_part(b"li", b"key", b"nonce", b"short")}.items()):
            producer.produce(self.topic, b'{"contactId":"li"}', b"ACME", headers=headers(ce_id=f"f-{number}", ce_type=kind, ce_guanxisealed=part))
        self.assertEqual(producer.flush(120), 0)
        self.caught_up()
        events = self.node.ask("account", "timeline", "ACME")["events"]
        self.assertEqual([(event["id"], event.get("unreadableSubjects", [])) for event in events], [("c-1", []), ("f-0", ["li"])])
        self.assertEqual(events[0]["data"]["name"], "Li Wei")
        self.assertEqual([(event["id"], event["parkedReason"]) for event in self.parked()], [(f"f-{number}", "FIELD_INVALID") for number in (1, 2, 3)])

    def test_what_came_too_early_is_retried_in_its_time_and_has_its_place_among_what_came_meanwhile(self):
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True})

        def produce(name, at):
            producer.produce(self.topic, DATA, b"ACME", headers=headers(ce_id=name, ce_time=at.strftime("%Y-%m-%dT%H:%M:%SZ")))
            self.assertEqual(producer.flush(240), 0)
            self.caught_up()
        produce("before", now())
        start, tolerated = now(), datetime.timedelta(seconds=300)
        early = start + tolerated + datetime.timedelta(seconds=30)
        after = early + datetime.timedelta(seconds=5)
        produce("early", early)
        parked, = self.parked()
        self.assertEqual((parked["id"], parked["parkedReason"]), ("early", "OCCURRED_IN_FUTURE"))
        until(lambda: now() > after - tolerated, "time enough for what occurs after it")
        produce("after", after)
        place = f"{parked['position'].get('partition', 0)}:{parked['position']['position']}"
        self.assertIn("folded now", self.node.run("parked", "retry", place, "--actor", "lin", "--reason", "its time has come"))
        events = self.node.ask("account", "timeline", "ACME")["events"]
        self.assertEqual([(event["id"], event["accountVersion"]) for event in events], [("before", "1"), ("early", "3"), ("after", "2")])
        self.assertEqual(self.parked(), [])
        self.assertEqual(self.node.ask("account", "show", "ACME")["account"].get("parkedEventCount", "0"), "0")


if __name__ == "__main__":
    unittest.main()
