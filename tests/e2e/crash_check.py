"""What must be so after kills, whatever they hit: asked of the last daemon, compared with what clients were told."""
import collections
import time

from merkle import extends, root
from wire import (SECONDS, account_service_pb2, admin_service_pb2, audit_service_pb2, event_service_pb2, instant, relationship_pb2)


class Checker:
    def __init__(self, wire, partitions, told):
        self.wire, self.partitions, self.told = wire, partitions, told

    def check(self, subscribed, watched, heads):
        self.check_rows()
        log = self.follow(self.wire.events.Subscribe, event_service_pb2.SubscribeRequest(
            from_beginning=True, filter=event_service_pb2.EventFilter(include_control=True)), "events")
        self.check_log(log)
        self.check_referrals(log)
        feed = self.follow(self.wire.accounts.WatchTierChanges, account_service_pb2.WatchTierChangesRequest(from_beginning=True), "changes")
        self.check_same("events", subscribed, log, lambda event: event.position)
        self.check_same("tier changes", watched, feed, lambda change: change.feed_position)
        self.check_tiers(feed)
        for head in heads:
            self.check_extended(head)
        for partition in range(self.partitions):
            self.check_root(partition)

    def list_partitions(self):
        return self.wire.admin.ListPartitions(admin_service_pb2.ListPartitionsRequest(), timeout=SECONDS).partitions

    def wait_until_settled(self):
        """References are delivered, time is swept."""
        end = time.monotonic() + 2 * SECONDS
        while any(p.outbox_pending or p.swept_to.ToNanoseconds() < p.clock.ToNanoseconds() for p in self.list_partitions()):
            assert time.monotonic() < end, f"does not settle: {self.list_partitions()}"
            time.sleep(0.05)
        if self.told.clock:
            for partition in self.list_partitions():
                assert partition.clock.ToNanoseconds() >= instant(self.told.clock).ToNanoseconds(), "the clock was set back"

    def check_rows(self):
        finished = [m for m in self.wire.admin.RebuildViews(admin_service_pb2.RebuildViewsRequest(verify_only=True), timeout=4 * SECONDS) if m.finished]
        assert len(finished) == self.partitions, finished
        assert not any(m.rows_different for m in finished), f"rows differ from a fold from scratch: {finished}"
        assert sum(m.rows_compared for m in finished) > 0

    def follow(self, call, request, items):
        found, stream = [], call(request, timeout=4 * SECONDS)
        for message in stream:
            found.extend(getattr(message, items))
            if message.HasField("caught_up"):
                stream.cancel()
                return found
        raise AssertionError("the stream ended")

    def check_log(self, log):
        sizes = {p.partition: p.log_size for p in self.list_partitions()}
        by_partition = collections.defaultdict(list)
        for event in log:
            by_partition[event.position.partition].append(event.position.position)
        for partition, size in sizes.items():
            assert by_partition[partition] == list(range(size)), f"partition {partition}: {size} records, subscribed to {by_partition[partition]}"
        stored = collections.defaultdict(list)
        for event in log:
            if event.source == "/wire":
                stored[event.id, bool(event.parked_reason)].append((event.position.partition, event.position.position))
        for name, place in self.told.positions.items():
            assert stored[name, False] == [place], f"{name} was acknowledged at {place} and is at {stored[name, False]}"
        for name in self.told.streamed:
            assert len(stored[name, False]) == 1, f"{name} was acknowledged and is at {stored[name, False]}"
        for name, place in self.told.parked.items():
            assert place in stored[name, True], f"{name} was parked at {place} and is at {stored[name, True]}"
        twice = {key: places for key, places in stored.items() if not key[1] and len(places) > 1}
        assert not twice, f"stored twice: {twice}"
        self.check_whole({name for (name, parked), places in stored.items() if places})

    def check_whole(self, stored):
        strangers = stored - set(self.told.sent)
        assert not strangers, f"never sent: {strangers}"
        for name, batch in self.told.batches.items():
            there = len(batch & stored)
            assert there in (0, len(batch)), f"{there} of {len(batch)} events of the call {name} are there"

    def check_referrals(self, log):
        sent, received = collections.Counter(), collections.Counter()
        for event in log:
            if event.parked_reason:
                continue
            if event.type.endswith("ReferralReceived"):
                referral = relationship_pb2.ReferralReceived()
                event.data.Unpack(referral)
                sent[referral.referral_id, event.account_id, referral.referred_account_id] += 1
            elif event.type.endswith("ReferralRecorded"):
                referral = relationship_pb2.ReferralRecorded()
                event.data.Unpack(referral)
                received[referral.referral_id, referral.referring_account_id, event.account_id] += 1
        assert sent == received, f"referrals sent and not received once: {sent - received}; received: {received - sent}"

    def check_same(self, what, seen, there, place):
        """Per partition, in order: what a subscriber that resumed saw is what one sees that never left."""
        for partition in range(self.partitions):
            a = [item.SerializeToString(deterministic=True) for item in seen if place(item).partition == partition]
            b = [item.SerializeToString(deterministic=True) for item in there if place(item).partition == partition]
            positions = [place(item).position for item in seen if place(item).partition == partition]
            assert a == b, f"partition {partition}: {len(a)} {what} were seen over the kills, {len(b)} are there; seen: {positions}"

    def check_tiers(self, feed):
        """The changes told lead to the tier that is so."""
        superseded = {(c.feed_position.partition, c.supersedes) for c in feed if c.HasField("supersedes")}
        last = {}
        for change in feed:
            if (change.feed_position.partition, change.feed_position.position) in superseded or change.kind == account_service_pb2.CHANGE_KIND_RETRACTED:
                continue
            key = (change.valid_from.ToNanoseconds(), change.feed_position.position)
            if change.account_id not in last or last[change.account_id][0] < key:
                last[change.account_id] = (key, change.to)
        for account, (_, tier) in last.items():
            now = self.wire.account(account).computed_tier
            assert now == tier, f"{account} is in tier {now}, told was {tier}"

    def check_extended(self, head):
        if head.tree_size == 0:
            return
        request = audit_service_pb2.GetConsistencyProofRequest(partition=head.partition, first_tree_size=head.tree_size)
        proof = self.wire.audit.GetConsistencyProof(request, timeout=SECONDS)
        assert proof.first.root_hash == head.root_hash, f"the root of {head.tree_size} records is another than was told"
        assert extends(head.tree_size, head.root_hash, proof.second.tree_size, proof.second.root_hash, list(proof.hashes)), \
            f"the root of {head} is not extended by {proof.second}"

    def check_root(self, partition):
        """Of what is exported, computed here."""
        head = self.wire.audit.GetTreeHead(audit_service_pb2.GetTreeHeadRequest(partition=partition), timeout=SECONDS).tree_head
        request = audit_service_pb2.ExportRecordsRequest(partition=partition, tree_size=head.tree_size)
        records = [stored for answer in self.wire.audit.ExportRecords(request, timeout=4 * SECONDS) for stored in answer.records]
        assert [stored.position.position for stored in records] == list(range(head.tree_size)), f"the export of {head} has {len(records)} records"
        assert root([stored.record for stored in records]) == head.root_hash, f"the exported records are not those of {head}"
