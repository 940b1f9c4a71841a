"""The real files through the whole engine, against an independent computation straight from them."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

from harness import DaemonCase

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("GUANXI_SHARED_DATA", ROOT.parent / "shared" / "data"))
RETAIL = DATA / "online-retail" / "online_retail.csv.gz"


def there_is_data():
    """Absent data fail a run of CI; elsewhere the test says that it was not run."""
    if RETAIL.exists():
        return True
    if os.environ.get("CI"):
        raise FileNotFoundError(f"{RETAIL} is needed when CI is set")
    print(f"not run: {RETAIL} is absent")
    return False


class RealData(DaemonCase):
    def accounts(self):
        token, accounts = "", []
        while True:
            page = self.daemon.ask("account", "list", "--page-size", "1000", *(["--page-token", token] if token else []))
            accounts += page["accounts"]
            token = page.get("nextPageToken", "")
            if not token:
                return accounts

    def test_a_wholesalers_year_gives_the_figures_computed_from_its_file(self):
        oracle = json.loads(subprocess.check_output([sys.executable, ROOT / "tests" / "oracles" / "retail_oracle.py", RETAIL]))
        self.daemon.run("import", "retail", RETAIL)
        accounts = self.accounts()
        self.assertEqual(len(accounts), oracle["accounts"])
        self.assertEqual(sum(int(a["counts"].get("orders", 0)) for a in accounts), oracle["orders"])
        net = sum(int(t["netRevenueTotalMicros"]) for a in accounts for t in a["totals"])
        self.assertEqual(net, round(float(oracle["net_revenue"]) * 1_000_000))
        told = self.daemon.ask("portfolio", "concentration", "--share", "0.2")
        expected = oracle["concentration"]
        self.assertEqual(int(told["accounts"]), expected["accounts_positive"])
        self.assertEqual(int(told["topAccounts"]), expected["top_20_percent_accounts"])
        self.assertEqual(int(told["accountsFor80Percent"]), expected["accounts_for_80_percent"])
        for ours, theirs in (("share", "share_of_top_20_percent"), ("gini", "gini"), ("hhi", "hhi")):
            self.assertAlmostEqual(told[ours], expected[theirs], places=9)

    def test_a_second_import_appends_nothing_and_the_clock_ends_with_the_file(self):
        self.daemon.run("import", "retail", RETAIL)
        before = self.daemon.ask("admin", "partitions")
        self.daemon.run("import", "retail", RETAIL)
        after = self.daemon.ask("admin", "partitions")
        self.assertEqual([p["logSize"] for p in after["partitions"]], [p["logSize"] for p in before["partitions"]])
        self.assertEqual({p["clock"] for p in after["partitions"]}, {"2011-12-09T12:50:00Z"})

    def test_views_folded_again_from_the_log_are_the_same(self):
        self.daemon.run("import", "crm", DATA / "crm")
        self.assertRegex(self.daemon.run("admin", "rebuild"), r"(?s)( 0 different.*){4}")


if __name__ == "__main__":
    if there_is_data():
        unittest.main()
