"""The real daemon on a disk that is filled up and freed again (bad_disk.cc)."""
import os
import time
import unittest
import urllib.error
import urllib.request

import grpc

from harness import DaemonCase
from wire import Wire, contact_pb2, event, event_service_pb2, order, refusal

PATIENCE = 60  # seconds


class DiskFull(DaemonCase):
    options = ("--clock", "events", "--partitions", "2", "--checkpoint-records", "200")

    def environment(self):
        return {"LD_PRELOAD": os.environ["GUANXI_BAD_DISK"], "BAD_DISK": f"{self.folder}/data/", "BAD_DISK_WHILE": str(self.folder / "full")}

    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())
        self.appended, self.count = {}, 0

    def append(self):
        self.count += 1
        name, account = f"o-{self.count}", f"account-{self.count % 5}"
        contact = contact_pb2.ContactAdded(contact_id=name, name="Li Wei" * 50)
        made = event(account, name, "2024-03-01", contact) if self.count % 3 == 0 else order(account, name, "2024-03-01")
        [result] = self.wire.append(made).results
        self.appended[name] = (account, result.position)

    def append_until_refused(self):
        for _ in range(1000):
            try:
                self.append()
            except grpc.RpcError:
                return refusal(self.append)
        self.fail("the full disk took everything")

    def append_until_not_ready(self):
        """A file of keys that is full says so and leaves the partitions ready: orders need no key."""
        end = time.monotonic() + PATIENCE
        while self.http("/readyz")[0] == 200:
            self.assertLess(time.monotonic(), end)
            self.count += 3 - self.count % 3
            self.assertEqual(refusal(self.append).reason, "DISK_FULL")
        self.assertRegex(self.http("/readyz")[1], r"^not ready\npartition \d cannot write\n")
        self.assertRegex(self.http("/metrics")[1], r'guanxi_accepts_writes\{partition="\d"\} 0')

    def append_until_taken(self):
        end = time.monotonic() + PATIENCE
        taken = 0
        while taken < 10:  # both partitions
            try:
                self.append()
                taken += 1
            except grpc.RpcError as error:
                self.assertLess(time.monotonic(), end, error)
                taken = 0
                time.sleep(0.1)

    def http(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.daemon.http}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def check_everything_is_there(self):
        for name, (account, position) in self.appended.items():
            found = self.wire.events.GetEvent(self.key(account, name)).event
            self.assertEqual(found.position, position)

    def key(self, account, name):
        return event_service_pb2.GetEventRequest(key=event_service_pb2.EventKey(account_id=account, source="/wire", id=name))

    def test_writes_are_refused_reads_go_on_and_freed_room_is_used_without_a_restart(self):
        for _ in range(100):
            self.append()
        for _ in range(2):
            (self.folder / "full").touch()
            refused = self.append_until_refused()
            self.assertEqual((refused.code, refused.reason), (grpc.StatusCode.RESOURCE_EXHAUSTED, "DISK_FULL"))
            self.assertGreater(int(refused.metadata["retry_after_ms"]), 0)
            self.append_until_not_ready()
            self.check_everything_is_there()
            (self.folder / "full").unlink()
            self.append_until_taken()
            self.assertEqual(self.http("/readyz"), (200, "ready\n"))
            self.check_everything_is_there()
        self.daemon.kill()
        self.wire.close()
        self.daemon.start()
        self.wire = Wire(self.daemon.grpc)
        self.check_everything_is_there()
        self.append_until_taken()


if __name__ == "__main__":
    unittest.main()
