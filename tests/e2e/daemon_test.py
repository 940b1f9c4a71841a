"""What was acknowledged is there after kill -9, and a stranger's first calls work."""
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


if __name__ == "__main__":
    unittest.main()
