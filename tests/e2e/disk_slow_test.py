"""The real daemon on a disk that takes its time (bad_disk.cc), and more writers than it can serve: memory is bounded, reads are answered at
memory speed, and who is refused is told when to come again. And on one that hangs altogether, or only for the file of personal keys."""
import concurrent.futures
import os
import pathlib
import re
import time
import unittest
import urllib.request

import grpc

from harness import DaemonCase
from reader import reading
from wire import SECONDS, Wire, contact_pb2, event, event_service_pb2, order, refusal_of, trade_pb2

WRITERS = 24
FLOOD = 8  # seconds
BATCH = 200


class SlowDisk(DaemonCase):
    options = ("--clock", "events", "--partitions", "2", "--cache-mib", "16", "--memtable-mib", "16", "--overlay-mib", "16",
               "--checkpoint-records", "2000", "--rpc-memory-mib", "64")

    def environment(self):
        return {"LD_PRELOAD": os.environ["GUANXI_BAD_DISK"], "BAD_DISK": f"{self.folder}/data/", "BAD_DISK_WHILE": str(self.folder / "slow"),
                "BAD_DISK_MICROS": "20000"}

    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())
        self.wire.append(order("read", "o", "2024-03-01"))

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def write(self, number, until):
        """(taken, refusals) of a writer that never waits."""
        wire, taken, refusals = Wire(self.daemon.grpc), 0, []
        line = trade_pb2.OrderLine(product="p" * 100, quantity_micros=1_000_000, unit_price_micros=1_000_000)
        placed = trade_pb2.OrderPlaced(order_id="o" * 100, currency_code="EUR", lines=[line] * 10)
        while time.monotonic() < until:
            try:
                wire.append(*[event(f"written-{number}", f"e-{taken + n}", "2024-03-01", placed) for n in range(BATCH)])
                taken += BATCH
            except grpc.RpcError as error:
                refusals.append(refusal_of(error))
        wire.close()
        return taken, refusals

    def flood(self):
        until, peak = time.monotonic() + FLOOD, 0
        with reading(self.daemon.grpc, "read") as reads, concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
            writing = [pool.submit(self.write, number, until) for number in range(WRITERS)]
            while not all(future.done() for future in writing):
                peak = max(peak, self.resident_mib())
                time.sleep(0.05)
            written = [future.result() for future in writing]
        return reads, sum(taken for taken, _ in written), [refused for _, all_of in written for refused in all_of], peak

    def test_writers_are_slowed_or_told_when_to_come_again_while_reads_go_on_in_bounded_memory(self):
        before = self.resident_mib()
        (self.folder / "slow").touch()
        reads, taken, refusals, peak = self.flood()
        (self.folder / "slow").unlink()
        print(f"{reads}; {taken} events taken, {len(refusals)} calls refused; resident {before} MiB, at most {peak} MiB", flush=True)
        self.assertGreater(taken, 0)
        self.assertGreater(len(reads.seconds), 10)
        self.assertLessEqual({refused.reason for refused in refusals}, {"OVERLOADED"})
        self.assertTrue(all(int(refused.metadata["retry_after_ms"]) > 0 for refused in refusals))
        self.assertLess(peak, before + 400)
        self.wire.append(order("well", "o", "2024-03-02"))
        with urllib.request.urlopen(f"http://{self.daemon.http}/readyz") as answer:
            self.assertEqual(answer.read().decode(), "ready\n")
        counted = sum(self.wire.account(f"written-{number}").account_version for number in range(WRITERS) if self.is_there(number))
        self.assertGreaterEqual(counted, taken)

    def is_there(self, number):
        try:
            self.wire.account(f"written-{number}")
            return True
        except grpc.RpcError:
            return False


class HangingDisk(DaemonCase):
    options = ("--clock", "events", "--partitions", "1", "--queue-events", "1000", "--heads-interval-seconds", "1")

    def environment(self):
        return {"LD_PRELOAD": os.environ["GUANXI_BAD_DISK"], "BAD_DISK": f"{self.folder}/data/", "BAD_DISK_HANGS": "1",
                "BAD_DISK_WHILE": str(self.folder / "hangs")}

    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())
        self.addCleanup(lambda: (self.folder / "hangs").unlink(missing_ok=True))
        self.wire.append(order("read", "o", "2024-03-01"))

    def http(self, path):
        with urllib.request.urlopen(f"http://{self.daemon.http}{path}", timeout=SECONDS) as answer:
            return answer.read().decode()

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\d+)", self.http("/metrics"), re.M)
        return int(found[1]) if found else 0

    def queued(self):
        return self.metric('guanxi_queue_events{partition="0"}')

    def refused(self):
        return self.metric('guanxi_rpcs_total{reason="OVERLOADED",rpc="EventService.Append"}')

    def wait(self, condition):
        end = time.monotonic() + 4 * SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_a_full_queue_is_shown_by_the_metrics_while_the_daemon_is_ready_and_reads(self):
        self.assertEqual((self.queued(), self.refused()), (0, 0))
        (self.folder / "hangs").touch()
        # One commit takes what is there, and hangs; the queue has room for five more.
        calls = [self.wire.events.Append.future(event_service_pb2.AppendRequest(
            events=[order(f"written-{call}", f"o-{n}", "2024-03-01") for n in range(BATCH)]), timeout=10 * SECONDS) for call in range(WRITERS)]
        self.wait(lambda: any(call.done() for call in calls))
        self.wait(lambda: self.queued() > 0 and self.refused() > 0)
        self.assertLessEqual(self.queued(), 1000)
        self.assertEqual((self.http("/readyz"), self.http("/healthz")), ("ready\n", "alive\n"))
        self.assertEqual(self.wire.account("read").counts.orders, 1)
        (self.folder / "hangs").unlink()
        refusals = [refusal_of(call) for call in calls if call.exception() is not None]
        self.assertEqual({refused.reason for refused in refusals}, {"OVERLOADED"})
        self.assertLess(len(refusals), len(calls))
        self.wait(lambda: self.refused() == len(refusals))
        self.assertEqual(self.queued(), 0)
        for number, call in enumerate(calls):
            if call.exception() is None:
                self.assertEqual(self.wire.account(f"written-{number}").counts.orders, BATCH)


class HangingCompactions(DaemonCase):
    """Files of rows pile up until RocksDB stops all writes."""
    options = ("--clock", "events", "--partitions", "1", "--queue-events", "1000", "--overlay-mib", "1", "--checkpoint-records", "20")

    def environment(self):
        return {"LD_PRELOAD": os.environ["GUANXI_BAD_DISK"], "BAD_DISK": f"{self.folder}/data/", "BAD_DISK_HANGS": "1",
                "BAD_DISK_WHILE": str(self.folder / "hangs"), "BAD_DISK_THREAD": "rocksdb:low"}

    def begin(self, number):
        events = [order("flooded", f"o-{number}-{n}", "2024-03-01") for n in range(20)]
        return self.wire.events.Append.future(event_service_pb2.AppendRequest(events=events), timeout=10 * SECONDS)

    def flood(self):
        """Calls, the last of which were refused."""
        calls, end = [], time.monotonic() + 4 * SECONDS
        while not any(call.done() and call.exception() for call in calls[-100:]):
            self.assertLess(time.monotonic(), end)
            calls.append(self.begin(len(calls)))
            time.sleep(0.01)
        return calls

    def test_a_write_stall_holds_up_writers_until_the_queue_is_full_and_no_reader(self):
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())
        self.addCleanup(lambda: (self.folder / "hangs").unlink(missing_ok=True))
        self.wire.append(order("read", "o", "2024-03-01"))
        (self.folder / "hangs").touch()
        calls = self.flood()
        waiting = [call for call in calls if not call.done()]
        self.assertTrue(waiting)
        said = "".join(log.read_text() for log in (self.folder / "data").rglob("LOG"))
        self.assertIn("Stopping writes because we have", said)
        for _ in range(20):
            self.assertEqual(self.wire.account("read").counts.orders, 1)
        self.assertFalse(any(call.done() for call in waiting))
        (self.folder / "hangs").unlink()
        refusals = [refusal_of(call) for call in calls if call.exception() is not None]
        self.assertEqual({refused.reason for refused in refusals}, {"OVERLOADED"})
        self.assertTrue(all(int(refused.metadata["retry_after_ms"]) > 0 for refused in refusals))
        self.assertEqual(self.wire.account("flooded").counts.orders, 20 * (len(calls) - len(refusals)))


class HangingKeys(DaemonCase):
    options = ("--clock", "events", "--partitions", "2")

    def environment(self):
        return {"LD_PRELOAD": os.environ["GUANXI_BAD_DISK"], "BAD_DISK": f"{self.folder}/data/keys/", "BAD_DISK_HANGS": "1",
                "BAD_DISK_WHILE": str(self.folder / "hangs")}

    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())
        self.addCleanup(lambda: (self.folder / "hangs").unlink(missing_ok=True))

    def contact(self, account, name, person):
        return event(account, name, "2024-03-01", contact_pb2.ContactAdded(contact_id=person, name=f"Firm {person}"))

    def begin(self, account, *events):
        return self.wire.events.Append.future(event_service_pb2.AppendRequest(events=events), timeout=SECONDS)

    def stream(self, *events):
        return self.wire.events.AppendStream.future(iter([event_service_pb2.AppendStreamRequest(events=events)]), timeout=SECONDS)

    def name_of(self, account, name):
        key = event_service_pb2.EventKey(account_id=account, source="/wire", id=name)
        shown = contact_pb2.ContactAdded()
        self.assertTrue(self.wire.events.GetEvent(event_service_pb2.GetEventRequest(key=key), timeout=SECONDS).event.data.Unpack(shown))
        return shown.name

    def test_a_file_of_keys_that_hangs_holds_up_new_persons_only(self):
        self.wire.append(self.contact("a", "added", "li"))
        (self.folder / "hangs").touch()
        # More of them than the daemon has threads for calls.
        waiting = [self.begin(f"b{n}", self.contact(f"b{n}", "added", f"wang-{n}")) for n in range(60)]
        waiting += [self.stream(self.contact(f"c{n}", "added", f"chen-{n}")) for n in range(20)]
        for n in range(20):
            self.wire.append(order("a", f"o{n}", "2024-03-01"))
            self.assertEqual(self.wire.account("a").counts.orders, n + 1)
        self.wire.append(self.contact("a", "again", "li"))
        self.assertEqual((self.name_of("a", "added"), self.name_of("a", "again")), ("Firm li", "Firm li"))
        [told] = [r for r in self.read_from_the_beginning() if r.id == "again"]
        self.assertEqual(told.account_id, "a")
        self.assertFalse(any(call.done() for call in waiting))
        (self.folder / "hangs").unlink()
        for call in waiting:
            call.result()
        self.daemon.kill()
        self.wire.close()
        self.daemon.start()
        self.wire = Wire(self.daemon.grpc)
        for n in range(60):
            self.assertEqual(self.name_of(f"b{n}", "added"), f"Firm wang-{n}")

    def read_from_the_beginning(self):
        for response in self.wire.events.Subscribe(event_service_pb2.SubscribeRequest(from_beginning=True), timeout=SECONDS):
            yield from response.events
            if response.HasField("caught_up"):
                return


if __name__ == "__main__":
    unittest.main()
