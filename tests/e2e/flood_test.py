"""Clients that read nothing, die, send too much or are too many: the daemon's memory is bounded, it says what it refused, and goes on."""
import concurrent.futures
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import unittest
import urllib.request

import grpc

from harness import DaemonCase
from reader import reading
from wire import SECONDS, Wire, admin_service_pb2, event, event_service_pb2, event_service_pb2_grpc, instant, order, refusal, trade_pb2

MIB = 1 << 20
RPC_MEMORY_MIB = 64


class Flood(DaemonCase):
    options = ("--clock", "events", "--partitions", "2", "--cache-mib", "16", "--memtable-mib", "16", "--overlay-mib", "16",
               "--rpc-memory-mib", str(RPC_MEMORY_MIB))

    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def http(self, path):
        with urllib.request.urlopen(f"http://{self.daemon.http}{path}", timeout=SECONDS) as answer:
            return answer.read().decode()

    def assert_well(self, resident_max):
        self.assertLess(self.resident_mib(), resident_max)
        self.assertEqual(self.http("/readyz"), "ready\n")
        self.wire.append(order("well", f"o-{time.monotonic_ns()}", "2024-03-01"))
        self.assertEqual(self.wire.account("well").account_id, "well")

    def fill(self, calls, account="filled", text=600):
        for number in range(calls):
            self.wire.append(*[event(f"{account}-{number % 7}", f"e-{number}-{n}", "2024-03-01", order_of(text)) for n in range(200)])

    def test_subscribers_that_never_read_cost_no_memory_and_hinder_nobody(self):
        streams = [self.wire.events.Subscribe(event_service_pb2.SubscribeRequest(from_beginning=True), timeout=10 * SECONDS) for _ in range(100)]
        self.fill(20)
        before = self.resident_mib()
        with reading(self.daemon.grpc, "filled-0") as reads:
            self.fill(60, "more")
        print(f"100 subscribers that never read: {reads}", flush=True)
        self.assert_well(before + 300)
        seen = 0
        for message in streams[50]:
            seen += len(message.events)
            if seen >= 80 * 200 + 1:
                break
        self.assertEqual(seen, 80 * 200 + 1)
        for stream in streams:
            stream.cancel()
        end = time.monotonic() + SECONDS
        while f'guanxi_rpcs_total{{reason="CANCELLED",rpc="EventService.Subscribe"}} {len(streams)}' not in self.http("/metrics"):
            self.assertLess(time.monotonic(), end, "what ended the streams is not counted")
            time.sleep(0.05)
        self.assert_well(before + 300)

    def test_a_client_that_dies_in_its_stream_leaves_whole_events_and_a_daemon_that_goes_on(self):
        script = "\n".join([
            "import sys, itertools", f"sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})", "from wire import *",
            "def forever():", "    for n in itertools.count():", "        yield event_service_pb2.AppendStreamRequest(events=[order('dying', f'o-{n}-{i}', '2024-03-01') for i in range(50)])",
            f"Wire({self.daemon.grpc!r}).events.AppendStream(forever())"])
        dying = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 2 * SECONDS
        while self.records() < 200:
            self.assertLess(time.monotonic(), end, "nothing arrived")
            time.sleep(0.05)
        dying.send_signal(signal.SIGKILL)
        dying.wait()
        while not re.search(r'guanxi_rpcs_total{reason="CANCELLED",rpc="EventService.AppendStream"} 1', self.http("/metrics")):
            self.assertLess(time.monotonic(), end, "the stream was not ended")
            time.sleep(0.05)
        finished = [m for m in self.wire.admin.RebuildViews(admin_service_pb2.RebuildViewsRequest(verify_only=True), timeout=SECONDS) if m.finished]
        self.assertEqual([m.rows_different for m in finished], [0, 0])
        self.assert_well(1000)

    def records(self):
        return sum(p.log_size for p in self.wire.partitions())

    def test_idle_http_connections_take_no_more_than_their_share_of_files(self):
        host, port = self.daemon.http.split(":")
        before = self.files()
        idle = [socket.create_connection((host, int(port)), SECONDS) for _ in range(300)]
        for number in range(20):
            self.wire.append(order("busy", f"o-{number}", "2024-03-01"))
        self.assertLess(self.files(), before + 150)
        for connection in idle:
            connection.close()
        self.assert_well(1000)

    def files(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def test_large_events_come_in_messages_that_clients_take_by_default(self):
        raw = event_service_pb2.RawData(type="x", content_type="text/plain", data=os.urandom(1000) * 900)
        for number in range(12):
            self.wire.append(event_service_pb2.NewEvent(id=f"o-{number}", source="/wire", account_id="large", occurred_at=instant("2024-03-01"), raw=raw))
        with grpc.insecure_channel(self.daemon.grpc) as channel:
            events, seen = event_service_pb2_grpc.EventServiceStub(channel), []
            stream = events.Subscribe(event_service_pb2.SubscribeRequest(from_beginning=True), timeout=4 * SECONDS)
            for message in stream:
                seen += [e.id for e in message.events]
                if message.HasField("caught_up"):
                    break
            stream.cancel()
            self.assertEqual(seen, [f"o-{number}" for number in range(12)])
            for account in ("", "large"):
                listed, page = [], None
                while page is None or page.next_page_token:
                    request = event_service_pb2.ListEventsRequest(filter=event_service_pb2.EventFilter(account_id=account), page_size=1000)
                    request.page_token = page.next_page_token if page else ""
                    page = events.ListEvents(request, timeout=SECONDS)
                    listed += [e.id for e in page.events]
                self.assertEqual(listed, [f"o-{number}" for number in range(12)])

    def test_a_message_above_the_limit_is_refused_and_the_connection_lives(self):
        big = event_service_pb2.NewEvent(id="big", source="/wire", account_id="A", raw=event_service_pb2.RawData(type="x", data=bytes(9 * MIB)))
        self.assertEqual(refusal(self.wire.append, big).code, grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assert_well(1000)

    def test_more_clients_than_it_can_serve_are_bounded_in_memory_and_told_so(self):
        before = self.resident_mib()
        payload = event_service_pb2.RawData(type="x", content_type="text/plain", data=os.urandom(1000) * 90)
        wires = [Wire(self.daemon.grpc) for _ in range(24)]
        codes, peak = [], 0

        def flood(number):
            events = [event_service_pb2.NewEvent(id=f"f-{number}-{n}", source="/wire", account_id=f"A{number}", occurred_at=instant("2024-03-01"), raw=payload)
                      for n in range(40)]
            requests = (event_service_pb2.AppendStreamRequest(events=events) for _ in range(2))
            try:
                wires[number % len(wires)].events.AppendStream(requests, timeout=4 * SECONDS)
                return grpc.StatusCode.OK
            except grpc.RpcError as error:
                return error.code()

        self.wire.append(order("read", "o", "2024-03-01"))
        with reading(self.daemon.grpc, "read") as reads, concurrent.futures.ThreadPoolExecutor(32) as pool:
            running = [pool.submit(flood, number) for number in range(160)]
            while not all(future.done() for future in running):
                peak = max(peak, self.resident_mib())
                time.sleep(0.05)
            codes = [future.result() for future in running]
        for wire in wires:
            wire.close()
        print(f"resident {before} MiB, at most {peak} MiB; {codes.count(grpc.StatusCode.OK)} of {len(codes)} streams taken; {reads}", flush=True)
        # 32 streams at once hold two messages of 4 MiB each, two queues 64 MiB each: less than the 1150 MiB that are sent.
        self.assertLess(peak, before + 900)
        self.assertLessEqual(set(codes), {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE})
        self.assertIn(grpc.StatusCode.OK, codes)
        self.assert_well(before + 900)


def order_of(text):
    line = trade_pb2.OrderLine(product="p" * 100, quantity_micros=1_000_000, unit_price_micros=1_000_000)
    return trade_pb2.OrderPlaced(order_id="o" * 100, currency_code="EUR", lines=[line] * (text // 110 + 1))


if __name__ == "__main__":
    unittest.main()
