"""Kills the real daemon at drawn moments while everything it does goes on, and looks whether anybody could tell.

  crash.py --seeds FROM-TO    one directory per seed: events appended one by one and in streams, of more accounts than stay hot, time,
                              rebuilds, subscribers and checkpoints every few records, one to four SIGKILLs, then everything is compared

What is appended follows from the seed; how the threads meet does not, so a failing seed is to be run more than once.
"""
import argparse
import collections
import pathlib
import random
import re
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

import grpc

from crash_check import Checker
from harness import Daemon
from wire import (SECONDS, Wire, account_service_pb2, admin_service_pb2, audit_service_pb2, event, event_service_pb2, instant, order,
                  policy_service_pb2, refusal_of, relationship_pb2)

ACCOUNTS = [f"account-{number}" for number in range(9)]
HOT = 100  # the fewest that can be set
BEGIN = 2023 * 12
# A call that ended so may or may not have happened.
UNSURE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INTERNAL)


class Told:
    """What the clients were told, by all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.positions = {}  # id -> (partition, position), acknowledged
        self.streamed = set()  # ids acknowledged without a position
        self.parked = {}  # id -> (partition, position)
        self.sent = {}  # id -> its batch: what may be in the log
        self.batches = collections.defaultdict(set)  # batch -> ids: all or none
        self.clock = ""
        self.surprises = []

    def count(self):
        return len(self.positions) + len(self.streamed)

    def surprise(self, text):
        with self.lock:
            self.surprises.append(text)


class Client(threading.Thread):
    """Does one kind of thing again and again until told to stop; survives the daemon's deaths."""

    def __init__(self, run, name):
        super().__init__(name=name, daemon=True)
        self.outer, self.told = run, run.told
        self.draw = random.Random(f"{run.seed} {name}")

    def run(self):
        try:
            while not self.outer.done.is_set():
                self.once()
        except Exception:  # noqa: BLE001: whatever it is, the run failed
            self.told.surprise(traceback.format_exc())

    def call(self, what):
        """what(wire), again on the next daemon if this one dies; None when the end came first."""
        while True:
            number, wire = self.outer.current()
            if wire is None:
                return None
            try:
                return what(wire)
            except grpc.RpcError as error:
                if error.code() not in UNSURE:
                    raise
            except ValueError:  # the channel was closed under the call
                pass
            if not self.outer.wait_for_another(number):
                if self.outer.current()[1] is not None:
                    self.told.surprise(f"{self.name}: a call of a daemon that lives did not end well")
                return None


class Appender(Client):
    """Events of one account, all or none; now and then one that is parked, or a referral that another account is told of."""

    batch = 0

    def once(self):
        account, self.batch = self.draw.choice(ACCOUNTS), self.batch + 1
        name = f"{self.name}-{self.batch}"
        if self.draw.random() < 0.03:
            return self.append_bad(account, name)
        events = [self.draw_event(account, f"{name}-{number}") for number in range(self.draw.choice([1, 1, 2, 5, 40]))]
        with self.told.lock:
            self.told.sent.update({e.id: name for e in events})
            self.told.batches[name] = {e.id for e in events}
        gives_up = self.draw.random() < 0.3
        answer = self.append_once(events) if gives_up else self.call(lambda wire: wire.append(*events))
        if answer is not None:
            with self.told.lock:
                self.told.positions.update({e.id: (r.position.partition, r.position.position) for e, r in zip(events, answer.results)})

    def append_once(self, events):
        number, wire = self.outer.current()
        try:
            return wire and wire.append(*events)
        except (grpc.RpcError, ValueError) as error:
            if isinstance(error, grpc.RpcError) and error.code() not in UNSURE:
                raise
            self.outer.wait_for_another(number)
            return None

    def append_bad(self, account, name):
        bad = order(account, name, self.draw_day())
        bad.data.value = bad.data.value.replace(b"EUR", b"E?R")
        self.told.sent[name] = name
        try:
            self.call(lambda wire: wire.append(bad))
        except grpc.RpcError as error:
            said = refusal_of(error)
            if said.reason != "CURRENCY_UNKNOWN":
                raise
            self.told.parked[name] = (int(said.metadata["parked_partition"]), int(said.metadata["parked_position"]))

    def draw_day(self):
        month = BEGIN + min(self.batch // 3, 34) - (self.draw.randrange(12) if self.draw.random() < 0.1 else 0)
        return f"{month // 12}-{month % 12 + 1:02}-{self.draw.randrange(1, 29):02}"

    def draw_event(self, account, name):
        if self.draw.random() < 0.04:
            other = self.draw.choice([other for other in ACCOUNTS if other != account])
            return event(account, name, self.draw_day(), relationship_pb2.ReferralReceived(referral_id=name, referred_account_id=other, referral_class=1))
        return order(account, name, self.draw_day(), self.draw.choice([1, 1_000, 60_000, 200_000]))


class Importer(Appender):
    """AppendStream: broken off by a kill, it is simply run again."""

    def once(self):
        self.batch += 1
        messages = [[self.draw_event(self.draw_account(), f"{self.name}-{self.batch}-{message}-{number}") for number in range(20)]
                    for message in range(self.draw.randrange(1, 30))]
        ids = [e.id for events in messages for e in events]
        self.told.sent.update({name: None for name in ids})
        requests = [event_service_pb2.AppendStreamRequest(events=events) for events in messages]
        answer = self.call(lambda wire: wire.events.AppendStream(iter(requests), timeout=SECONDS))
        if answer is None:
            return
        if answer.appended + answer.duplicates != len(ids):
            self.told.surprise(f"{len(ids)} imported, the answer is {answer}")
        with self.told.lock:
            self.told.streamed.update(ids)

    def draw_account(self):
        return self.draw.choice(ACCOUNTS)


class CrowdImporter(Importer):
    """Of more accounts than stay hot, in turn: each has gone cold when its next event comes."""

    turn = 0

    def draw_account(self):
        self.turn += 1
        return f"crowd-{self.turn % (4 * HOT // 3 * self.outer.partitions)}"


class Clock(Client):
    """Time: every tier that decays is told by a sweep."""

    month = BEGIN

    def once(self):
        if self.month > BEGIN + 44:
            return time.sleep(0.1)
        to = f"{self.month // 12}-{self.month % 12 + 1:02}-15"
        request = admin_service_pb2.AdvanceClockRequest(to=instant(to), actor="crash")
        if self.call(lambda wire: wire.admin.AdvanceClock(request, timeout=SECONDS)) is not None:
            self.told.clock = to
            self.month += 1
        time.sleep(self.draw.uniform(0, 0.1))


class Rebuilder(Client):
    def once(self):
        time.sleep(self.draw.uniform(0, 0.3))
        request = admin_service_pb2.RebuildViewsRequest(partition=self.draw.randrange(self.outer.partitions), verify_only=self.draw.random() < 0.5)
        for message in self.call(lambda wire: list(wire.admin.RebuildViews(request, timeout=SECONDS))) or []:
            if message.rows_different:
                self.told.surprise(f"a rebuild found other rows: {message}")


class Follower(Client):
    """A subscriber that resumes with the last checkpoint it received."""

    def __init__(self, run, name, subscribe, items):
        super().__init__(run, name)
        self.subscribe, self.items, self.checkpoint, self.seen = subscribe, items, None, []
        self.stream, self.ending, self.ended = None, False, False

    def run(self):
        try:
            while not self.ended and self.outer.current()[1] is not None:
                self.follow()
        except Exception:  # noqa: BLE001
            self.told.surprise(traceback.format_exc())

    def follow(self):
        number, wire = self.outer.current()
        try:
            self.stream = self.subscribe(wire, {"resume_after": self.checkpoint} if self.checkpoint else {"from_beginning": True})
            for message in self.stream:
                self.seen.extend(self.items(message))
                self.checkpoint = message.checkpoint
                self.ended = self.ending and message.HasField("caught_up")
                if self.ended or self.draw.random() < 0.01:  # a subscriber may leave and come back
                    return self.stream.cancel()
        except (grpc.RpcError, ValueError) as error:
            if isinstance(error, grpc.RpcError) and error.code() not in UNSURE:
                raise
            if not self.ending:
                self.outer.wait_for_another(number)

    def end(self):
        """Sees everything there is, then ends."""
        self.ending = True
        self.stream.cancel()


def subscribe(wire, start):
    filter = event_service_pb2.EventFilter(include_control=True)
    return wire.events.Subscribe(event_service_pb2.SubscribeRequest(filter=filter, **start), timeout=4 * SECONDS)


def watch(wire, start):
    return wire.accounts.WatchTierChanges(account_service_pb2.WatchTierChangesRequest(**start), timeout=4 * SECONDS)


class Run:
    def __init__(self, seed, folder):
        self.seed, self.draw, self.told, self.done = seed, random.Random(seed), Told(), threading.Event()
        self.partitions = self.draw.choice([1, 2, 3])
        options = {"clock": "events", "partitions": self.partitions, "checkpoint-records": self.draw.choice([3, 30, 300]), "overlay-mib": 1,
                   "commit-events": self.draw.choice([1, 50, 4096]), "hot-accounts": HOT, "account-cache-mib": self.draw.choice([0, 1, 96])}
        self.daemon = Daemon(folder / "data", *[f"--{key}={value}" for key, value in options.items()])
        self.changed = threading.Condition()
        self.number, self.wire = 0, None
        self.heads, self.loads = [], collections.Counter()

    def current(self):
        with self.changed:
            return self.number, self.wire

    def wait_for_another(self, number):
        """Until a daemon newer than the numbered one is there; false when none will come."""
        with self.changed:
            return self.changed.wait_for(lambda: self.number > number or self.wire is None, 2 * SECONDS) and self.wire is not None

    def start(self):
        self.daemon.start()
        with self.changed:
            self.number, self.wire = self.number + 1, Wire(self.daemon.grpc)
            self.changed.notify_all()

    def kill_somewhen(self):
        """After some more events were acknowledged, or in the midst of them."""
        goal, patience = self.told.count() + self.draw.choice([0, 1, 20, 300, 2000]), time.monotonic() + 4
        while self.told.count() < goal and time.monotonic() < patience:
            time.sleep(0.002)
        self.keep_heads()
        self.count_loads()
        time.sleep(self.draw.uniform(0, 0.05))
        old = self.wire
        self.daemon.kill()
        old.close()
        self.start()

    def keep_heads(self):
        for partition in range(self.partitions):
            request = audit_service_pb2.GetTreeHeadRequest(partition=partition)
            self.heads.append(self.wire.audit.GetTreeHead(request, timeout=SECONDS).tree_head)

    def count_loads(self):
        with urllib.request.urlopen(f"http://{self.daemon.http}/metrics", timeout=SECONDS) as answer:
            for found, count in re.findall(r'^guanxi_account_loads_total{found="(\w+)".*} (\d+)', answer.read().decode(), re.M):
                self.loads[found] += int(count)

    def run(self):
        self.start()
        self.wire.policies.AdoptPolicy(policy_service_pb2.AdoptPolicyRequest(shipped_name="transactional", actor="crash", effective_at=instant("2020-01-01")))
        followers = [Follower(self, "subscriber", subscribe, lambda message: message.events), Follower(self, "watcher", watch, lambda message: message.changes)]
        others = [Appender(self, "a"), Appender(self, "b"), Importer(self, "i"), CrowdImporter(self, "crowd"), Clock(self, "clock"), Rebuilder(self, "rebuilder")]
        for client in followers + others:
            client.start()
        for _ in range(self.draw.choice([1, 1, 2, 4])):
            self.kill_somewhen()
        self.done.set()
        for client in others:
            client.join(4 * SECONDS)
        if self.draw.random() < 0.5:
            self.daemon.kill()
            self.start()
        if self.draw.random() < 0.3:
            assert self.daemon.stop() == 0
            self.start()
        checker = Checker(self.wire, self.partitions, self.told)
        checker.wait_until_settled()
        for client in followers:
            client.end()
            client.join(4 * SECONDS)
        stuck = [client.name for client in followers + others if client.is_alive()]
        assert not stuck, f"still running: {stuck}"
        assert not self.told.surprises, "\n".join(self.told.surprises)
        checker.check(followers[0].seen, followers[1].seen, self.heads)

    def end(self):
        self.done.set()
        with self.changed:
            wire, self.wire = self.wire, None
            self.changed.notify_all()
        if wire is not None:
            wire.close()
        if self.daemon.process:
            self.daemon.kill()


def run_seed(seed):
    with tempfile.TemporaryDirectory(prefix="guanxi-crash-") as folder:
        run = Run(seed, pathlib.Path(folder))
        begun = time.monotonic()
        try:
            run.run()
        except BaseException:
            print(f"seed {seed} FAILED (tools/crash --seeds {seed}-{seed})", flush=True)
            print(pathlib.Path(run.daemon.log.name).read_text(), file=sys.stderr)
            raise
        finally:
            run.end()
        print(f"seed {seed}: {run.number} daemons, {run.told.count()} events acknowledged, {dict(run.loads)}, {time.monotonic() - begun:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", required=True, metavar="FROM-TO")
    first, last = map(int, parser.parse_args().seeds.split("-"))
    for seed in range(first, last + 1):
        run_seed(seed)
    print(f"{last - first + 1} seeds passed", flush=True)


if __name__ == "__main__":
    main()
