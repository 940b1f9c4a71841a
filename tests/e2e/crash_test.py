"""20 SIGKILLs of the real daemon under concurrent appends.

Every acknowledged event is there once, none twice, and every root that was told is extended by the roots after it.
"""
import base64
import collections
import json
import os
import random
import threading
import time
import unittest

from harness import DaemonCase, Refused, order
from merkle import extends

KILLS = 20
WRITERS = 4


class Writer(threading.Thread):
    """Appends orders of its own, one after the other, until stopped; a refused one is offered again, unchanged."""

    def __init__(self, case, number):
        super().__init__()
        self.case, self.number, self.acknowledged = case, number, []

    def run(self):
        count = 0
        while not self.case.done.is_set():
            name = f"{self.number}-{count}"
            try:
                self.case.daemon.append(order(f"account-{count % 7}", name))
            except Refused as refused:
                if refused.code != 3:
                    self.case.surprises.append(refused)
                time.sleep(0.05)
                continue
            self.acknowledged.append(f"o-{name}")
            count += 1


class Crash(DaemonCase):
    def test_twenty_kills_lose_and_double_nothing(self):
        seed = int(os.environ.get("GUANXI_SEED", time.time_ns()))
        print(f"seed {seed}", flush=True)
        draw = random.Random(seed)
        self.done, self.surprises = threading.Event(), []
        # Restarted daemons listen where the first one did, so that the writers find them.
        self.daemon.listen_again_at_the_same_port()
        writers = [Writer(self, number) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        try:
            for _ in range(KILLS):
                time.sleep(draw.uniform(0.05, 0.5))
                heads = self.heads()
                self.daemon.kill()
                self.daemon.start()
                self.check_extended(heads)
        finally:
            self.done.set()
            for writer in writers:
                writer.join()
        self.assertEqual(self.surprises, [])
        stored = collections.Counter(json.loads(line)["id"] for line in self.daemon.run("export").splitlines())
        acknowledged = [event for writer in writers for event in writer.acknowledged]
        self.assertGreater(len(acknowledged), KILLS)
        self.assertEqual([event for event in acknowledged if stored[event] != 1], [])
        self.assertEqual([event for event, times in stored.items() if event.startswith("o-") and times > 1], [])
        print(f"{len(acknowledged)} events acknowledged over {KILLS} kills", flush=True)

    def test_referrals_between_partitions_arrive_once_each_over_kills(self):
        draw = random.Random(int(os.environ.get("GUANXI_SEED", 1)))
        self.daemon.listen_again_at_the_same_port()
        for number in range(30):
            self.daemon.append({"account": f"account-{number % 7}", "type": "ReferralReceived", "id": f"r-{number}", "at": "2024-03-01T09:30:00Z",
                                "data": {"referralId": f"r-{number}", "referredAccountId": f"referred-{number}", "referralClass": "REFERRAL_CLASS_LIKELY"}})
            if draw.random() < 0.1:
                self.daemon.kill()
                self.daemon.start()
        until = time.monotonic() + 60
        while any(int(partition.get("outboxPending", 0)) for partition in self.daemon.ask("admin", "partitions")["partitions"]):
            self.assertLess(time.monotonic(), until, "what was to be told was not delivered")
        stored = [json.loads(line) for line in self.daemon.run("export").splitlines()]
        arrived = collections.Counter(event["subject"] for event in stored if event["type"].endswith("ReferralRecorded"))
        self.assertEqual(arrived, {f"referred-{number}": 1 for number in range(30)})

    def heads(self):
        return [self.daemon.ask("audit", "head", "--partition", partition)["treeHead"] for partition in range(4)]

    def check_extended(self, heads):
        for head in heads:
            size = int(head.get("treeSize", 0))
            if size == 0:
                continue
            proof = self.daemon.ask("audit", "consistency", "--partition", head.get("partition", 0), "--first", size)
            second, hashes = proof["second"], [base64.b64decode(text) for text in proof.get("hashes", [])]
            self.assertTrue(extends(size, base64.b64decode(head["rootHash"]), int(second["treeSize"]), base64.b64decode(second["rootHash"]), hashes),
                            f"the root of {head} is not extended by {second}")


if __name__ == "__main__":
    unittest.main()
