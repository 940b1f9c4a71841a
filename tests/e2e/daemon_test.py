"""What was acknowledged is there after kill -9, and a stranger's first calls work."""
import json
import unittest

from harness import Daemon, DaemonCase, Refused, order


class SurvivesKill(DaemonCase):
    def test_an_order_is_appended_read_killed_and_read_again(self):
        self.daemon.append(order("ACME", 1))
        before = self.daemon.ask("account", "show", "ACME")
        self.assertEqual(before["account"]["counts"]["orders"], "1")
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.daemon.ask("account", "show", "ACME")["account"], before["account"])

    def test_the_same_order_again_appends_nothing(self):
        self.daemon.append(order("ACME", 1))
        self.daemon.append(order("ACME", 1))
        self.assertEqual(self.daemon.ask("account", "show", "ACME")["account"]["counts"]["orders"], "1")

    def test_an_export_taken_in_elsewhere_gives_the_same_accounts(self):
        for number in range(20):
            self.daemon.append(order(f"account-{number % 3}", number))
        exported = self.daemon.run("export")
        other = Daemon(self.folder / "other", *self.options).start()
        self.addCleanup(other.kill)
        file = self.folder / "exported.jsonl"
        file.write_text(exported)
        other.run("import", "cloudevents", file)
        for number in range(3):
            name = f"account-{number}"
            self.assertEqual(other.ask("account", "show", name)["account"], self.daemon.ask("account", "show", name)["account"])

    def test_an_export_carries_the_adopted_policies_and_the_clock(self):
        text = self.daemon.run("policy", "show", "standard").replace("version = 1", "version = 2", 1)
        for name, at in (("standard", "2024-01-01"), ("transactional", "2024-06-01")):
            file = self.folder / "policy.toml"
            file.write_text(text)
            self.daemon.run("policy", "adopt", *([name] if name != "standard" else ["--file", file]), "--effective-at", at, "--actor", "lin", "--reason", "e2e")
        self.daemon.append(order("ACME", 1))
        self.daemon.run("admin", "clock", "--to", "2025-06-01", "--actor", "lin")
        file = self.folder / "exported.jsonl"
        file.write_text(self.daemon.run("export"))
        other = Daemon(self.folder / "other", *self.options).start()
        self.addCleanup(other.kill)
        for _ in range(2):
            other.run("import", "cloudevents", file)
            adopted = [{key: policy[key] for key in ("name", "version", "effectiveAt", "controlEpoch", "definition")}
                       for policy in other.ask("policy", "list")["policies"] if "effectiveAt" in policy]
            self.assertEqual([(policy["name"], policy["controlEpoch"]) for policy in adopted], [("standard", "1"), ("transactional", "2")])
        self.assertEqual(other.ask("account", "show", "ACME")["account"], self.daemon.ask("account", "show", "ACME")["account"])
        late = Daemon(self.folder / "late", "--clock", "wall").start()
        self.addCleanup(late.kill)
        with self.assertRaises(Refused) as refused:
            late.run("import", "cloudevents", file)
        self.assertIn("POLICY_RETROACTIVE", refused.exception.text)
        self.assertIn("--no-policies", refused.exception.text)
        late.run("import", "cloudevents", "--no-policies", file)
        self.assertEqual(late.ask("account", "show", "ACME")["account"]["accountVersion"], "1")

    def test_a_log_whose_keys_are_lost_is_not_opened_as_if_everybody_had_been_erased(self):
        self.daemon.run("events", "append", "--account", "ACME", "--type", "ContactAdded", "--id", "c", "--at", "2024-03-01", "--data",
                        json.dumps({"contactId": "c-1", "name": "Li Wei"}))
        self.daemon.stop()
        keys = self.daemon.data / "keys/subject-keys"
        keys.rename(self.folder / "lost")
        with self.assertRaises(Refused) as refused:
            self.daemon.start()
        self.assertIn("subject-keys is missing", refused.exception.text)
        keys.touch()
        self.daemon.start()
        [event] = self.daemon.ask("events", "list", "--account", "ACME")["events"]
        self.assertEqual((event.get("unreadableSubjects"), event.get("erasedSubjects")), (["c-1"], None))
        self.daemon.stop()
        (self.folder / "lost").rename(keys)
        self.daemon.start()
        [event] = self.daemon.ask("events", "list", "--account", "ACME")["events"]
        self.assertEqual(event["data"]["name"], "Li Wei")

    def test_a_second_daemon_on_the_directory_is_refused(self):
        with self.assertRaises(Refused) as refused:
            Daemon(self.daemon.data).start()
        self.assertIn("DATA_DIRECTORY_IN_USE", refused.exception.text)

    def test_an_address_of_the_network_is_refused_without_tls(self):
        daemon = Daemon(self.folder / "open")
        daemon.address = "0.0.0.0:0"
        with self.assertRaises(Refused) as refused:
            daemon.start()
        self.assertIn("TLS", refused.exception.text.upper())


class ImportedHistory(DaemonCase):
    options = ("--clock", "wall")
    newest = "2011-12-09T12:50:00Z"

    def import_into(self, daemon):
        event = order("ACME", 1, self.newest)
        line = {"specversion": "1.0", "source": "/e2e", "id": event["id"], "type": "guanxi.event.v1.OrderPlaced", "partitionkey": "ACME",
                "time": event["at"], "data": event["data"]}
        file = self.folder / "history.jsonl"
        file.write_text(json.dumps(line) + "\n")
        return daemon.run("import", "cloudevents", file)

    def revenue(self, *words):
        [totals] = self.daemon.ask("account", "show", "ACME", *words)["account"]["totals"]
        return totals["netRevenue12MonthsMicros"]

    def test_under_the_wall_clock_the_summary_says_why_it_looks_old_and_how_to_see_it_as_it_was(self):
        said = self.import_into(self.daemon)
        self.assertIn("days after the newest event", said)
        self.assertIn(f"--as-of {self.newest}", said)
        self.assertEqual((self.revenue(), self.revenue("--as-of", self.newest)), ("0", "1000000"))

    def test_under_the_events_clock_history_stays_where_it_ends(self):
        self.daemon.kill()
        self.daemon = Daemon(self.folder / "history", "--clock", "events").start()
        said = self.import_into(self.daemon)
        self.assertIn(f"the business clock stands at {self.newest}\n", said)
        self.assertEqual(self.revenue(), "1000000")


if __name__ == "__main__":
    unittest.main()
