"""SIGTERM in the midst of everything: running calls get their time, what was acknowledged is kept, and the next start folds nothing again."""
import itertools
import threading
import time
import unittest
import urllib.request

import grpc

from harness import DaemonCase
from wire import SECONDS, Wire, admin_service_pb2, event_service_pb2, instant, order, refusal_of


class Appender(threading.Thread):
    def __init__(self, case, number):
        super().__init__(daemon=True)
        self.case, self.number, self.acknowledged, self.ended = case, number, [], None

    def run(self):
        for count in itertools.count():
            made = [order(f"account-{self.number}-{count % 5}", f"o-{self.number}-{count}-{n}", "2024-03-01") for n in range(3)]
            try:
                self.case.wire.append(*made)
            except grpc.RpcError as error:
                self.ended = refusal_of(error)
                return
            self.acknowledged += [(e.account_id, e.id) for e in made]


class LifeCycleCase(DaemonCase):
    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())

    def is_there(self, account, name):
        key = event_service_pb2.EventKey(account_id=account, source="/wire", id=name)
        try:
            return self.wire.events.GetEvent(event_service_pb2.GetEventRequest(key=key), timeout=SECONDS).event.id == name
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.NOT_FOUND)
            return False

    def send_and_wait(self, released):
        """A client that sends one event and keeps its stream open."""
        yield event_service_pb2.AppendStreamRequest(events=[order("idle", "o-idle", "2024-03-01")])
        released.wait(10 * SECONDS)

    def read(self, stream, told):
        try:
            for _ in stream:
                pass
        except grpc.RpcError as error:
            told.append(refusal_of(error))

    def wait(self, condition):
        end = time.monotonic() + 4 * SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)


class LifeCycle(LifeCycleCase):
    options = ("--clock", "events", "--partitions", "2", "--drain-seconds", "3")

    def test_a_stopped_daemon_lost_nothing_told_its_clients_and_ended_with_zero(self):
        never_reads = self.wire.events.Subscribe(event_service_pb2.SubscribeRequest(from_beginning=True), timeout=10 * SECONDS)
        reads, told = self.wire.events.Subscribe(event_service_pb2.SubscribeRequest(from_now=True), timeout=10 * SECONDS), []
        reader = threading.Thread(target=self.read, args=(reads, told), daemon=True)
        released = threading.Event()
        idle = self.wire.events.AppendStream.future(self.send_and_wait(released), timeout=10 * SECONDS)
        appenders = [Appender(self, number) for number in range(3)]
        for thread in [reader, *appenders]:
            thread.start()
        self.wait(lambda: all(len(a.acknowledged) >= 60 for a in appenders))
        self.wire.admin.AdvanceClock(admin_service_pb2.AdvanceClockRequest(to=instant("2026-02-01"), actor="test"), timeout=SECONDS)
        self.assertEqual(self.daemon.stop(), 0)
        for thread in [reader, *appenders]:
            thread.join(4 * SECONDS)
            self.assertFalse(thread.is_alive())
        released.set()
        self.assertEqual([(said.reason, said.code) for said in told], [("SHUTTING_DOWN", grpc.StatusCode.UNAVAILABLE)])
        for appender in appenders:
            self.assertIn(appender.ended.code, (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED))
        self.assertNotEqual(idle.code(), grpc.StatusCode.OK)
        never_reads.cancel()
        self.wire.close()
        self.daemon.start()
        self.wire = Wire(self.daemon.grpc)
        for key in [key for appender in appenders for key in appender.acknowledged] + [("idle", "o-idle")]:
            self.wire.events.GetEvent(event_service_pb2.GetEventRequest(
                key=event_service_pb2.EventKey(account_id=key[0], source="/wire", id=key[1])), timeout=SECONDS)
        with urllib.request.urlopen(f"http://{self.daemon.http}/metrics", timeout=SECONDS) as answer:
            lines = answer.read().decode().splitlines()
        for partition in range(2):
            self.assertIn(f'guanxi_records_since_checkpoint{{partition="{partition}"}} 0', lines)

    def test_a_stream_that_stays_open_holds_up_the_end_for_as_long_as_calls_have(self):
        released = threading.Event()
        self.addCleanup(released.set)
        idle = self.wire.events.AppendStream.future(self.send_and_wait(released), timeout=10 * SECONDS)
        self.wait(lambda: self.is_there("idle", "o-idle"))
        began = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)
        took = time.monotonic() - began
        self.assertGreaterEqual(took, 3)
        self.assertLess(took, 3 + SECONDS)
        self.assertNotEqual(idle.code(), grpc.StatusCode.OK)


class LongDrain(LifeCycleCase):
    options = ("--clock", "events", "--drain-seconds", "600")

    def test_a_stream_that_its_client_ends_meanwhile_is_answered_and_no_longer_waited_for(self):
        released = threading.Event()
        self.addCleanup(released.set)
        running = self.wire.events.AppendStream.future(self.send_and_wait(released), timeout=10 * SECONDS)
        told = []
        reader = threading.Thread(target=self.read, args=(self.wire.events.Subscribe(
            event_service_pb2.SubscribeRequest(from_now=True), timeout=10 * SECONDS), told), daemon=True)
        reader.start()
        self.wait(lambda: self.is_there("idle", "o-idle"))
        self.daemon.process.terminate()
        self.wait(lambda: told)
        self.assertFalse(running.done())
        released.set()
        self.assertEqual(running.result().appended, 1)
        self.assertEqual(self.daemon.process.wait(4 * SECONDS), 0)


if __name__ == "__main__":
    unittest.main()
