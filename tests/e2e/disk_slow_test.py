"""The real daemon on a disk that takes its time (bad_disk.cc), and more writers than it can serve: memory is bounded, reads are answered at
memory speed, and who is refused is told when to come again."""
import concurrent.futures
import os
import pathlib
import time
import unittest
import urllib.request

import grpc

from harness import DaemonCase
from reader import reading
from wire import Wire, event, order, refusal_of, trade_pb2

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


if __name__ == "__main__":
    unittest.main()
