"""Bad input over gRPC: every kind has a clear status with a stable reason; nothing is lost, nothing crashes, the log's root still holds.

And directories that a daemon must not open: it says why, and exits with 1.
"""
import shutil
import unittest

import grpc
from google.protobuf import json_format

import harness
from harness import Daemon, DaemonCase, Refused
from merkle import extends
from wire import SECONDS, Wire, admin_service_pb2, audit_service_pb2, event, event_service_pb2, in_hours, order, refusal, trade_pb2

MIB = 1 << 20


def changed(**fields):
    """A good order with fields of its envelope changed."""
    made = order("ACME", "bad", "2024-03-01")
    for field, value in fields.items():
        target = getattr(made, field)
        if hasattr(target, "CopyFrom"):
            target.CopyFrom(value)
        else:
            setattr(made, field, value)
    return made


def with_extensions(count):
    made = order("ACME", "bad", "2024-03-01")
    for n in range(count):
        made.extensions.add(name=f"x{n}", value="v")
    return made


def with_line(**fields):
    line = trade_pb2.OrderLine(**({"product": "pump", "quantity_micros": 1_000_000, "unit_price_micros": 1} | fields))
    return event("ACME", "bad", "2024-03-01", trade_pb2.OrderPlaced(order_id="bad", currency_code="EUR", lines=[line]))


def with_order(**fields):
    made = trade_pb2.OrderPlaced(order_id="bad", currency_code="EUR")
    made.lines.add(product="pump", quantity_micros=1_000_000, unit_price_micros=1)
    for field, value in fields.items():
        setattr(made, field, value)
    return event("ACME", "bad", "2024-03-01", made)


def with_payload(change):
    made = order("ACME", "bad", "2024-03-01")
    made.data.value = change(made.data.value)
    return made


def raw(name, content_type, data):
    made = event_service_pb2.NewEvent(id="bad", source="/wire", account_id="ACME")
    made.occurred_at.CopyFrom(order("ACME", "bad", "2024-03-01").occurred_at)
    made.raw.type, made.raw.content_type, made.raw.data = name, content_type, data
    return made


def seconds(count):
    at = type(order("ACME", "bad", "2024-03-01").occurred_at)()
    at.seconds = count
    return at


INVOICE = trade_pb2.InvoiceIssued(invoice_id="bad", amount={"currency_code": "EUR", "micros": 0}, due_at=seconds(1_709_300_000))
LATE_INVOICE = trade_pb2.InvoiceIssued(invoice_id="bad", amount={"currency_code": "EUR", "micros": 1}, due_at=seconds(2**60))
ORDER_TYPE = "guanxi.event.v1.OrderPlaced"

# What, the event, the reason, the field that is named, whether it is kept.
CASES = [
    ("data that end too early", with_payload(lambda data: data[:-3]), "PAYLOAD_UNDECODABLE", None, True),
    ("data that are no protobuf", with_payload(lambda data: b"\xff" * 40), "PAYLOAD_UNDECODABLE", None, True),
    ("an id in another wire type", with_payload(lambda data: b"\x08\x07"), "FIELD_INVALID", "order_id", True),
    ("a known type as JSON", raw(ORDER_TYPE, "application/json", b"{}"), "FIELD_INVALID", "raw.content_type", False),
    ("text that is not UTF-8", with_payload(lambda data: data.replace(b"pump", b"\xff\xfemp")), "TEXT_NOT_UTF8", None, True),
    ("data of 1 MiB and more", with_payload(lambda data: data + b"\x2a\x80\x80\x80\x01" + b"x" * 2 * MIB), "EVENT_TOO_LARGE", None, False),
    ("a quantity of 0", with_line(quantity_micros=0), "AMOUNT_OUT_OF_RANGE", "lines[0].quantity_micros", True),
    ("a negative quantity", with_line(quantity_micros=-1_000_000), "AMOUNT_OUT_OF_RANGE", "lines[0].quantity_micros", True),
    ("a negative price", with_line(unit_price_micros=-1), "AMOUNT_OUT_OF_RANGE", "lines[0].unit_price_micros", True),
    ("a negative cost", with_line(unit_cost_micros=-1), "AMOUNT_OUT_OF_RANGE", "lines[0].unit_cost_micros", True),
    ("an amount over all bounds", with_line(unit_price_micros=10**18 + 1), "AMOUNT_OUT_OF_RANGE", "lines[0].unit_price_micros", True),
    ("the largest number there is", with_line(quantity_micros=2**63 - 1), "AMOUNT_OUT_OF_RANGE", "lines[0].quantity_micros", True),
    ("an amount finer than its unit", with_line(quantity_micros=1, unit_price_micros=1), "LINE_AMOUNT_NOT_EXACT", None, True),
    ("an invoice over nothing", event("ACME", "bad", "2024-03-01", INVOICE), "AMOUNT_OUT_OF_RANGE", "amount", True),
    ("a time due after the year 9999", event("ACME", "bad", "2024-03-01", LATE_INVOICE), "FIELD_INVALID", "due_at", True),
    ("a currency nobody knows", with_order(currency_code="XXQ"), "CURRENCY_UNKNOWN", "currency_code", True),
    ("a currency in small letters", with_order(currency_code="eur"), "CURRENCY_UNKNOWN", "currency_code", True),
    ("an order without an id", with_order(order_id=""), "FIELD_INVALID", "order_id", True),
    ("an order without lines", event("ACME", "bad", "2024-03-01", trade_pb2.OrderPlaced(order_id="bad", currency_code="EUR")), "FIELD_INVALID", "lines", True),
    ("an id of an order of 129 bytes", with_order(order_id="x" * 129), "FIELD_INVALID", "order_id", True),
    ("a choice that is none", with_order(procurement=77), "FIELD_INVALID", "procurement", True),
    ("a time too far in the future", changed(occurred_at=in_hours(48)), "OCCURRED_IN_FUTURE", "occurred_at", True),
    ("a time after the year 9999", changed(occurred_at=seconds(253_402_300_800)), "OCCURRED_AT_OUT_OF_RANGE", None, False),
    ("a time before the year 1", changed(occurred_at=seconds(-62_135_596_801)), "OCCURRED_AT_OUT_OF_RANGE", None, False),
    ("the greatest time there is", changed(occurred_at=seconds(2**63 - 1)), "OCCURRED_AT_OUT_OF_RANGE", None, False),
    ("an account id with a slash", changed(account_id="a/b"), "ACCOUNT_ID_INVALID", "account_id", False),
    ("an account id of 1 MiB", changed(account_id="a" * MIB), "ACCOUNT_ID_INVALID", "account_id", False),
    ("an account id with a control character", changed(account_id="a\x00b"), "ACCOUNT_ID_INVALID", "account_id", False),
    ("no account id", changed(account_id=""), "ACCOUNT_ID_INVALID", "account_id", False),
    ("no event id", changed(id=""), "EVENT_ID_INVALID", "id", True),
    ("an event id of 1 MiB", changed(id="i" * MIB), "EVENT_ID_INVALID", "id", True),
    ("no source", changed(source=""), "EVENT_ID_INVALID", "source", True),
    ("an event id of 3 MiB", changed(id="i" * 3 * MIB), "EVENT_TOO_LARGE", None, False),
    ("33 extensions", with_extensions(33), "FIELD_INVALID", "extensions", True),
    ("an actor of 64 KiB", changed(actor="a" * 65536), "FIELD_INVALID", "actor", True),
    ("a record of the engine's own", raw("guanxi.event.v1.ClockAdvanced", "", b""), "CONTROL_TYPE_RESERVED", None, False),
    ("a type without a name", raw("", "text/plain", b"x"), "EVENT_TYPE_MISSING", None, False),
]


class BadInput(DaemonCase):
    options = ("--clock", "events", "--partitions", "1")

    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())
        self.wire.append(order("ACME", "good", "2024-03-01"))

    def head(self):
        return self.wire.audit.GetTreeHead(audit_service_pb2.GetTreeHeadRequest(), timeout=SECONDS).tree_head

    def parked(self):
        request = admin_service_pb2.ListParkedEventsRequest(page_size=1000)
        return {e.position.position: e for e in self.wire.admin.ListParkedEvents(request, timeout=SECONDS).events}

    def assert_goes_on(self, before, what):
        """It takes the next order, and its log is the one there was, longer."""
        self.assertFalse(self.wire.append(order("ACME", f"after {what}", "2024-03-02")).results[0].duplicate)
        request = audit_service_pb2.GetConsistencyProofRequest(first_tree_size=before.tree_size)
        proof = self.wire.audit.GetConsistencyProof(request, timeout=SECONDS)
        self.assertTrue(extends(before.tree_size, before.root_hash, proof.second.tree_size, proof.second.root_hash, proof.hashes))

    def test_each_case_has_its_reason_and_the_daemon_goes_on(self):
        for what, bad, reason, field, kept in CASES:
            with self.subTest(what):
                before, parked = self.head(), self.parked()
                refused = refusal(self.wire.append, bad)
                self.assertEqual(refused.reason, reason)
                if field:
                    self.assertEqual(refused.metadata.get("field"), field)
                new = self.parked().keys() - parked.keys()
                self.assertEqual([str(p) for p in new], [refused.metadata["parked_position"]] if kept else [])
                self.assert_goes_on(before, what)
        kept = sum(case[-1] for case in CASES)
        self.assertEqual((self.wire.account("ACME").parked_event_count, len(self.parked())), (kept, kept))
        for kept_event in self.parked().values():
            json_format.MessageToJson(kept_event)  # whoever reads JSON can read all of them
        root = self.head()
        self.wire.close()
        self.daemon.kill()
        self.daemon.start()
        self.wire = Wire(self.daemon.grpc)
        self.assertEqual(self.head(), root)
        self.assertEqual((len(self.parked()), self.wire.account("ACME").counts.orders), (kept, 1 + len(CASES)))

    def test_what_is_kept_is_kept_byte_for_byte(self):
        bad = with_payload(lambda data: data[:-3])
        refusal(self.wire.append, bad)
        [kept] = self.parked().values()
        stored = kept.raw.data if kept.HasField("raw") else kept.data.value
        self.assertEqual((kept.id, kept.source, kept.occurred_at, stored), (bad.id, bad.source, bad.occurred_at, bad.data.value))

    def test_an_id_used_again_with_another_body_is_a_conflict(self):
        before = self.head()
        refused = refusal(self.wire.append, order("ACME", "good", "2024-03-01", 2))
        self.assertEqual((refused.reason, refused.code), ("EVENT_ID_CONFLICT", grpc.StatusCode.ALREADY_EXISTS))
        self.assertEqual(list(self.parked()), [int(refused.metadata["parked_position"])])
        self.assertEqual(self.wire.account("ACME").counts.orders, 1)
        self.assert_goes_on(before, "the conflict")

    def test_one_bad_event_keeps_the_others_of_its_request_out(self):
        refused = refusal(self.wire.append, order("ACME", "fine", "2024-03-01"), with_order(currency_code="XXQ"))
        self.assertEqual((refused.reason, self.wire.account("ACME").counts.orders), ("CURRENCY_UNKNOWN", 1))

    def test_requests_that_are_no_protobuf_are_refused_by_every_method(self):
        before = self.head()
        for service, methods in (("EventService", ("Append", "GetEvent", "ListEvents")), ("AuditService", ("GetTreeHead",)),
                                 ("AccountService", ("GetAccount", "BatchGetAccounts", "ListAccounts", "ListTimeline", "ExplainAccount"))):
            for method in methods:
                call = self.wire.channel.unary_unary(f"/guanxi.v1.{service}/{method}", lambda request: request, lambda answer: answer)
                for bad in (b"\xff" * 64, b"\x0a\x7fcut short"):
                    with self.subTest(f"{method} {bad[:4]}"):
                        self.assertIsNotNone(refusal(call, bad, timeout=SECONDS).code)
        self.assert_goes_on(before, "garbage")

    def test_a_request_larger_than_a_message_may_be_is_refused(self):
        before = self.head()
        refused = refusal(self.wire.append, *[with_payload(lambda data: data + b"\x2a\x80\x80\x40" + b"x" * MIB) for _ in range(9)])
        self.assertEqual((refused.code, refused.reason), (grpc.StatusCode.RESOURCE_EXHAUSTED, None))  # gRPC's own: docs/errors.md
        refused = refusal(self.wire.append, *[order("ACME", f"o-{n}", "2024-03-01") for n in range(1001)])
        self.assertEqual((refused.reason, refused.metadata["field"]), ("REQUEST_INVALID", "events"))
        self.assert_goes_on(before, "a large request")


class Directories(DaemonCase):
    def assert_not_opened(self, folder, reason, *options):
        with self.assertRaises(Refused) as refused:
            Daemon(folder, *options).start()
        self.assertEqual(refused.exception.code, 1)
        self.assertIn(reason, refused.exception.text)

    def test_a_directory_that_cannot_be_opened_is_named_with_its_reason(self):
        self.daemon.append(harness.order("ACME", 1))
        self.assert_not_opened(self.daemon.data, "DATA_DIRECTORY_IN_USE")
        self.assertEqual(self.daemon.stop(), 0)
        newer = self.folder / "newer"
        shutil.copytree(self.daemon.data, newer)
        text = (newer / "FORMAT").read_text()
        word, version = text.split()[:2]
        later = text.replace(f"{word} {version}", f"{word} {int(version) + 1}", 1)
        (newer / "FORMAT").write_text(later)
        self.assert_not_opened(newer, "DATA_DIRECTORY_NEWER")
        self.assertEqual((newer / "FORMAT").read_text(), later)
        (newer / "FORMAT").write_text("something else\n")
        self.assert_not_opened(newer, "DATA_DIRECTORY_FOREIGN")
        (newer / "FORMAT").write_text(f"{word} {version}\npartitions")
        self.assert_not_opened(newer, "STORE_CORRUPT")
        self.assert_not_opened(self.daemon.data, "DATA_DIRECTORY_FOREIGN", "--partitions", "7")
        file = self.folder / "file"
        file.write_text("")
        self.assert_not_opened(file, "DATA_DIRECTORY_FOREIGN")
        self.daemon.start()
        self.assertEqual(self.daemon.ask("account", "show", "ACME")["account"]["counts"]["orders"], "1")


if __name__ == "__main__":
    unittest.main()
