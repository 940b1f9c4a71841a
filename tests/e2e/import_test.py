"""What `guanxi import` makes of files as they come: rows that cannot be, and what it says about them."""
import json
import subprocess
import unittest

from harness import BIN, Daemon, DaemonCase, order

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
NEWEST = "2011-12-09T12:50:00Z"


def line(event):
    """The event of harness.order as a line of CloudEvents."""
    return json.dumps({"specversion": "1.0", "source": "/e2e", "id": event["id"], "type": f"guanxi.event.v1.{event['type']}",
                       "partitionkey": event["account"], "time": event["at"], "data": event["data"]}) + "\n"


class ImportCase(DaemonCase):
    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def said(self, *words):
        """(exit code, the JSON of every file, standard error)"""
        command = [BIN / "guanxi", "--server", self.daemon.grpc, "--output", "jsonl", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def clock(self):
        return {partition["clock"] for partition in self.daemon.ask("admin", "partitions")["partitions"]}


class OneRowHasNotComeYet(ImportCase):
    """Found by a reviewer: a row of 2111 was parked, and moved the clock all the same, for ever."""

    def import_it(self):
        path = self.write("retail.csv", HEADER + "1,A,X,6,2011-12-09 12:50:00,2.55,7.0,UK\n2,A,X,6,2111-12-01 08:26:00,2.55,7.0,UK\n")
        code, [report], _ = self.said("import", "retail", path)
        return code, report

    def test_under_the_events_clock_it_is_parked_and_the_clock_ends_with_what_was_accepted(self):
        for appended, duplicates in ((2, 0), (0, 2)):
            code, report = self.import_it()
            self.assertEqual((code, report["appended"], report["duplicates"]), (0, appended, duplicates))
            self.assertEqual([failure["reason"] for failure in report["failures"]][:1], ["OCCURRED_IN_FUTURE"])
            self.assertEqual((report["newestOccurredAt"], report["clock"], self.clock()), (NEWEST, NEWEST, {NEWEST}))

    def test_under_the_wall_clock_it_is_parked_and_everything_is_reported(self):
        self.daemon.kill()
        self.daemon = Daemon(self.folder / "wall", "--clock", "wall").start()
        code, report = self.import_it()
        self.assertEqual((code, report["appended"], report["parked"], report["newestOccurredAt"]), (0, 2, 1, NEWEST))
        self.assertLess(report["clock"], "2100")


class ClockOfTheFile(ImportCase):
    """An export of a server whose clock was put ahead."""

    def setUp(self):
        super().setUp()
        self.daemon.append(order("ACME", 1))
        self.daemon.run("admin", "clock", "--to", "2111-01-01", "--ahead", "--actor", "lin")
        self.file = self.write("export.jsonl", self.daemon.run("export"))

    def test_it_is_followed_by_a_server_that_can(self):
        other = Daemon(self.folder / "other", "--clock", "events").start()
        self.addCleanup(other.kill)
        self.assertEqual(json.loads(other.run("--output", "jsonl", "import", "cloudevents", self.file))["clock"], "2111-01-01T00:00:00Z")

    def test_a_server_that_cannot_says_so_after_the_report(self):
        self.daemon.kill()
        self.daemon = Daemon(self.folder / "wall", "--clock", "wall").start()
        code, [report], errors = self.said("import", "cloudevents", self.file)
        self.assertEqual((code, report["appended"]), (1, 1))
        self.assertIn("follows the wall clock", report["clockRefused"])
        self.assertIn("follows the wall clock", errors)
        self.assertNotIn("clock", report)


class BytesThatAreNoText(ImportCase):
    def test_the_report_of_purchases_is_json_all_the_same(self):
        path = self.write("cdnow.txt", b"00001 19970101 1\xe9 5.00\n00001 19970101 1 5.00\n")
        code, [report], _ = self.said("import", "cdnow", path)
        self.assertEqual((code, report["appended"], report["skipped"]), (0, 1, {"not_utf8": 1}))


class FilesThatCannotBeOpened(ImportCase):
    # Found by a reviewer: they were refused as by the server, with exit code 1.
    def test_they_are_wrong_usage_and_named(self):
        tables = self.folder / "crm"
        tables.mkdir()
        (tables / "accounts.csv").write_text("account,sector,year_established,revenue,employees,office_location,subsidiary_of\n")
        code, _, errors = self.said("import", "crm", tables)
        self.assertEqual(code, 2)
        self.assertRegex(errors, r"cannot open the file .*\.csv: No such file")
        code, _, errors = self.said("kafka", "produce", self.folder / "missing.jsonl", "--brokers", "127.0.0.1:1")
        self.assertEqual(code, 2)
        self.assertIn("missing.jsonl: No such file", errors)


class SeveralFiles(ImportCase):
    # Found by a reviewer: the second file was never read.
    def test_a_refused_event_of_one_stops_no_other(self):
        files = [self.write("refused.jsonl", line(order("A" * 200, 1))), self.write("good.jsonl", line(order("ACME", 1)))]
        code, reports, errors = self.said("import", "cloudevents", *files)
        self.assertEqual(code, 1)
        self.assertEqual([(report["appended"], report["refused"]) for report in reports], [(0, 1), (1, 0)])
        self.assertIn("1 events were refused", errors)

    def test_a_file_of_another_kind_stops_those_after_it(self):
        files = [self.write("letters.txt", "Dear Sir or Madam\n"), self.write("retail.csv", HEADER)]
        code, reports, errors = self.said("import", "retail", *files)
        self.assertEqual((code, reports), (2, []))
        self.assertIn("letters.txt has no column InvoiceNo", errors)


if __name__ == "__main__":
    unittest.main()
