"""The real daemon on a disk whose syncs are counted (bad_disk.cc): what is acknowledged costs one sync of the write-ahead log."""
import os
import re
import time
import unittest
import urllib.request

from harness import DaemonCase
from wire import SECONDS, Wire, event_service_pb2, order

APPENDS = 50


class Syncs(DaemonCase):
    options = ("--clock", "events", "--partitions", "1")

    def environment(self):
        self.counted = self.folder / "syncs"
        return {"LD_PRELOAD": os.environ["GUANXI_BAD_DISK"], "BAD_DISK_SYNCS": str(self.counted)}

    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())
        self.wire.append(order("A", "first", "2024-03-01"))
        # What opening and the first event's time bring is over.
        end = time.monotonic() + 4 * SECONDS
        while any(p.swept_to.ToNanoseconds() < p.clock.ToNanoseconds() for p in self.wire.partitions()):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        self.before = self.syncs(), self.commits()

    def syncs(self):
        return self.counted.stat().st_size

    def commits(self):
        with urllib.request.urlopen(f"http://{self.daemon.http}/metrics", timeout=SECONDS) as answer:
            return int(re.search(r'^guanxi_commits_total{partition="0"} (\d+)', answer.read().decode(), re.M)[1])

    def since(self):
        """(syncs, commits)"""
        return self.syncs() - self.before[0], self.commits() - self.before[1]

    def test_each_of_the_appends_that_wait_for_each_other_is_one_commit_and_one_sync(self):
        for number in range(APPENDS):
            self.wire.append(order(f"account-{number % 7}", f"o-{number}", "2024-03-01"))
        self.assertEqual(self.since(), (APPENDS, APPENDS))

    def test_the_events_of_one_call_share_a_sync(self):
        self.wire.append(*[order("A", f"o-{number}", "2024-03-01") for number in range(APPENDS)])
        self.assertEqual(self.since(), (1, 1))

    def test_calls_that_come_together_are_no_more_syncs_than_commits(self):
        calls = [self.wire.events.Append.future(event_service_pb2.AppendRequest(events=[order(f"account-{number % 7}", f"o-{number}", "2024-03-01")]),
                                                timeout=SECONDS) for number in range(4 * APPENDS)]
        for call in calls:
            call.result()
        syncs, commits = self.since()
        self.assertEqual(syncs, commits)
        self.assertGreater(commits, 0)

    def test_reads_sync_nothing(self):
        for _ in range(APPENDS):
            self.wire.account("A")
        self.assertEqual(self.since(), (0, 0))


if __name__ == "__main__":
    unittest.main()
