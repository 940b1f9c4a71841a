"""Each kind of bad input gets a clear status with a stable reason; nothing is lost and nothing crashes."""
import datetime
import json
import unittest

from harness import Daemon, DaemonCase, Refused, now, order


def changed(**changes):
    event = order("ACME", 1)
    event["data"] = event["data"] | changes.pop("data", {})
    return event | changes


def line(**changes):
    return {"lines": [{"product": "pump", "quantityMicros": "1000000", "unitPriceMicros": "1"} | changes]}


FUTURE = (now() + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
CASES = [
    # what, event, reason
    ("an unknown currency", changed(data={"currencyCode": "XXQ"}), "CURRENCY_UNKNOWN"),
    ("a negative quantity", changed(data=line(quantityMicros="-1000000")), "AMOUNT_OUT_OF_RANGE"),
    ("a negative price", changed(data=line(unitPriceMicros="-5")), "AMOUNT_OUT_OF_RANGE"),
    ("no lines", changed(data={"lines": []}), "FIELD_INVALID"),
    ("a time too far in the future", changed(at=FUTURE), "OCCURRED_IN_FUTURE"),
    ("an account id with a slash", changed(account="a/b"), "ACCOUNT_ID_INVALID"),
    ("an account id of 100 KiB", changed(account="a" * 100_000), "ACCOUNT_ID_INVALID"),
    ("an empty event id", changed(id=""), "EVENT_ID_INVALID"),
    ("a wrong-typed field", changed(data={"lines": 7}), "error"),
]


class BadInput(DaemonCase):
    def test_each_is_refused_with_its_reason_and_the_daemon_goes_on(self):
        for what, event, reason in CASES:
            with self.subTest(what):
                with self.assertRaises(Refused) as refused:
                    self.daemon.append(event)
                # What is no OrderPlaced at all is wrong usage; the server is not asked.
                self.assertEqual(refused.exception.code, 2 if reason == "error" else 1, refused.exception)
                self.assertIn(reason, refused.exception.text)
                self.daemon.append(order("good", what))

    def test_an_id_used_again_with_another_body_is_a_conflict_and_kept(self):
        self.daemon.append(order("ACME", 1))
        with self.assertRaises(Refused) as refused:
            self.daemon.append(order("ACME", 1, amount=2_000_000))
        self.assertIn("EVENT_ID_CONFLICT", refused.exception.text)
        account = self.daemon.ask("account", "show", "ACME")["account"]
        self.assertEqual((account["counts"]["orders"], account["parkedEventCount"]), ("1", "1"))

    def test_bytes_that_are_no_utf8_and_text_that_is_no_json_are_named_by_line(self):
        file = self.folder / "broken.jsonl"
        whole = {"specversion": "1.0", "id": "v-1", "source": "/crm", "type": "guanxi.event.v1.VisitHeld", "time": "2024-03-01T00:00:00Z",
                 "partitionkey": "ACME", "data": {}}
        file.write_bytes(b"{\"specversion\":\"1.0\"\n\xff\xfe\n" + json.dumps(whole).encode() + b"\n")
        said = self.daemon.ask("import", "cloudevents", file)
        self.assertEqual([problem["line"] for problem in said["problems"]], [1, 2])

    def test_an_import_with_refused_events_says_so_by_its_exit_code(self):
        file = self.folder / "refused.jsonl"
        file.write_text(json.dumps({"specversion": "1.0", "id": "v-1", "source": "/crm", "type": "VisitHeld", "time": "2024-03-01T00:00:00Z",
                                    "partitionkey": "A" * 200, "data": {}}) + "\n")
        with self.assertRaises(Refused) as refused:
            self.daemon.ask("import", "cloudevents", file)
        self.assertEqual(refused.exception.code, 1)
        self.assertIn("1 events were refused", refused.exception.text)

    def test_wrong_usage_is_said_before_the_server_is_asked(self):
        for arguments in (("events", "get"), ("events", "get", "--account", "ACME"), ("account", "show", "\udcff")):
            with self.subTest(arguments), self.assertRaises(Refused) as refused:
                self.daemon.ask(*arguments)
            self.assertEqual(refused.exception.code, 2)

    def test_a_directory_that_holds_something_else_is_refused(self):
        foreign = self.folder / "foreign"
        foreign.mkdir()
        (foreign / "letters.txt").write_text("not ours")
        with self.assertRaises(Refused) as refused:
            Daemon(foreign).start()
        self.assertIn("DATA_DIRECTORY_FOREIGN", refused.exception.text)
        with self.assertRaises(Refused) as refused:
            Daemon(foreign / "letters.txt").start()
        self.assertIn("is a file and no directory", refused.exception.text)


if __name__ == "__main__":
    unittest.main()
