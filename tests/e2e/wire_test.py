"""The services over gRPC, asked by a client of another language: what they promise about streams, pages, proofs and commands."""
import concurrent.futures
import pathlib
import re
import time
import unittest
import urllib.error
import urllib.request

import grpc

from harness import Daemon, DaemonCase
from merkle import extends, includes, leaf
from wire import (SECONDS, Wire, account_service_pb2, admin_service_pb2, audit_service_pb2, event, event_service_pb2, in_hours, instant,
                  opened, order, policy_service_pb2, portfolio_service_pb2, refusal, trade_pb2)


class WireCase(DaemonCase):
    def setUp(self):
        super().setUp()
        self.wire = Wire(self.daemon.grpc)
        self.addCleanup(lambda: self.wire.close())

    def restart(self, *options):
        self.wire.close()
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.options = options or self.daemon.options
        self.daemon.start()
        self.wire = Wire(self.daemon.grpc)

    def advance_clock(self, to):
        self.wire.admin.AdvanceClock(admin_service_pb2.AdvanceClockRequest(to=instant(to), actor="test"), timeout=SECONDS)


def until_caught_up(call):
    """The messages of a stream up to the one that says so."""
    messages = []
    for message in call:
        messages.append(message)
        if message.HasField("caught_up"):
            call.cancel()
            return messages
    raise AssertionError("the stream ended")


class TierChanges(WireCase):
    def setUp(self):
        super().setUp()
        request = policy_service_pb2.AdoptPolicyRequest(shipped_name="transactional", actor="test", effective_at=instant("2020-01-01"))
        self.wire.policies.AdoptPolicy(request, timeout=SECONDS)

    def watch(self, **start):
        return self.wire.accounts.WatchTierChanges(account_service_pb2.WatchTierChangesRequest(**start), timeout=SECONDS)

    def told(self, **start):
        return [change for message in until_caught_up(self.watch(**start)) for change in message.changes]

    def three_good_months(self, account):
        for month in ("01", "02", "03"):
            self.wire.append(order(account, f"o-{month}", f"2024-{month}-10", 60_000))

    def test_an_order_that_lifts_an_account_is_told_while_it_happens(self):
        watch = self.watch(from_now=True)
        self.assertTrue(next(watch).HasField("caught_up"))
        self.three_good_months("ACME")
        changes = []
        while not changes:
            changes.extend(next(watch).changes)
        watch.cancel()
        [change] = changes
        self.assertEqual((change.account_id, getattr(change, "from"), change.to, change.kind), ("ACME", 1, 2, account_service_pb2.CHANGE_KIND_CHANGED))
        self.assertEqual(change.valid_from, instant("2024-03-10"))
        self.assertIn("o-03", [evidence.id for evidence in change.evidence])
        self.assertEqual(self.wire.account("ACME").computed_tier, 2)

    def test_a_late_order_restates_what_was_told(self):
        self.three_good_months("ACME")
        [first] = self.told(from_beginning=True)
        self.wire.append(order("ACME", "late", "2023-12-10", 60_000))
        changed, restated = self.told(from_beginning=True)
        self.assertEqual(changed, first)
        self.assertEqual(restated.kind, account_service_pb2.CHANGE_KIND_RESTATED)
        self.assertEqual(restated.supersedes, first.feed_position.position)
        self.assertEqual(restated.valid_from, instant("2024-02-10"))

    def test_resumed_from_any_checkpoint_no_change_is_missing_and_none_comes_twice(self):
        watch, seen, checkpoints = self.watch(from_beginning=True), [], []
        for number in range(6):
            self.three_good_months(f"account-{number}")
            while len(seen) <= number:
                message = next(watch)
                seen.extend(message.changes)
                checkpoints.append((message.checkpoint, len(seen)))
        watch.cancel()
        self.restart()
        everything = {(c.feed_position.partition, c.feed_position.position): c for c in seen}
        self.assertEqual(len(everything), 6)
        for checkpoint, count in checkpoints:
            rest = self.told(resume_after=checkpoint)
            places = [(c.feed_position.partition, c.feed_position.position) for c in seen[:count] + rest]
            self.assertEqual(sorted(places), sorted(everything))
        self.assertEqual(refusal(lambda: list(self.watch(resume_after=checkpoints[0][0][:-3]))).reason, "CONSISTENCY_TOKEN_INVALID")

    def test_one_account_is_watched_alone(self):
        self.three_good_months("ACME")
        self.three_good_months("other")
        self.assertEqual([change.account_id for change in self.told(from_beginning=True, account_id="other")], ["other"])


class Subscriptions(WireCase):
    def subscribe(self, **start):
        return self.wire.events.Subscribe(event_service_pb2.SubscribeRequest(**start), timeout=SECONDS)

    def test_resumed_from_any_checkpoint_no_event_is_missing_and_none_comes_twice(self):
        for number in range(12):
            self.wire.append(*[order(f"account-{number}", f"o-{n}", "2024-03-01") for n in range(100)])
        messages = until_caught_up(self.subscribe(from_beginning=True))
        self.assertGreater(len(messages), 3)
        self.restart()
        self.wire.append(order("ACME", "after the restart", "2024-03-01"))
        expected = sorted([(f"account-{number}", f"o-{n}") for number in range(12) for n in range(100)] + [("ACME", "after the restart")])
        for at in range(len(messages)):
            before = [(e.account_id, e.id) for message in messages[:at + 1] for e in message.events]
            after = [(e.account_id, e.id) for message in until_caught_up(self.subscribe(resume_after=messages[at].checkpoint)) for e in message.events]
            self.assertEqual(sorted(before + after), expected)

    def received(self, account, last):
        """Ids of the account's events until the last one, from the first record on."""
        stream = self.subscribe(from_beginning=True, filter=event_service_pb2.EventFilter(account_id=account))
        ids = []
        for message in stream:
            self.assertTrue(message.checkpoint)
            ids += [each.id for each in message.events]
            if last in ids:
                stream.cancel()
                return ids

    def test_subscribers_that_start_in_history_and_while_events_come_get_each_once_in_order(self):
        accounts = [f"account-{number}" for number in range(5)]

        def append(first):  # 6,000 before anybody subscribes: more than is kept in memory for those who follow
            for n in range(first, first + 1200, 200):
                for account in accounts:
                    self.wire.append(*[order(account, f"o-{k:04}", "2024-03-01") for k in range(n, n + 200)])

        append(0)
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            early = [(account, pool.submit(self.received, account, "o-2399")) for account in accounts * 2]
            append(1200)
            late = [(account, pool.submit(self.received, account, "o-2399")) for account in accounts]
            for account, ids in early + late:
                self.assertEqual(ids.result(), [f"o-{k:04}" for k in range(2400)], account)

    def test_a_stop_ends_the_stream_with_its_reason_and_the_daemon_with_0(self):
        stream = self.subscribe(from_now=True)
        self.assertTrue(next(stream).HasField("caught_up"))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            ended = pool.submit(refusal, lambda: [None for _ in stream])
            self.assertEqual(self.daemon.stop(), 0)
            self.assertEqual(ended.result().reason, "SHUTTING_DOWN")


class ParkedEvents(WireCase):
    options = ("--clock", "events", "--future-tolerance-seconds", "0")

    def parked(self, account=""):
        return self.wire.admin.ListParkedEvents(admin_service_pb2.ListParkedEventsRequest(account_id=account), timeout=SECONDS).events

    def retry(self, position, actor="test"):
        request = admin_service_pb2.RetryParkedEventRequest(position=position, actor=actor, reason="test")
        return self.wire.admin.RetryParkedEvent(request, timeout=SECONDS)

    def dismiss(self, position, actor="test"):
        request = admin_service_pb2.DismissParkedEventRequest(position=position, actor=actor, reason="test")
        return self.wire.admin.DismissParkedEvent(request, timeout=SECONDS)

    def test_a_repaired_event_is_folded_at_its_business_time_and_no_longer_counted(self):
        self.wire.append(order("ACME", "first", "2024-03-01"))
        early = order("ACME", "early", in_hours(1))
        refused = refusal(self.wire.append, early)
        self.assertEqual(refused.reason, "OCCURRED_IN_FUTURE")
        [parked] = self.parked("ACME")
        place = (refused.metadata["parked_partition"], refused.metadata["parked_position"])
        self.assertEqual((str(parked.position.partition), str(parked.position.position)), place)
        self.assertEqual(self.wire.account("ACME").parked_event_count, 1)
        self.assertEqual(refusal(self.retry, parked.position).reason, "OCCURRED_IN_FUTURE")
        self.assertEqual(refusal(self.retry, parked.position, actor="").reason, "REQUEST_INVALID")
        self.restart("--clock", "events", "--future-tolerance-seconds", "7200")
        result = self.retry(parked.position).result
        self.assertEqual(result.account_version, 2)
        account = self.wire.account("ACME")
        self.assertEqual((account.counts.orders, account.parked_event_count, account.last_event_at), (2, 0, early.occurred_at))
        selector = account_service_pb2.AccountSelector(account_id="ACME")
        timeline = self.wire.accounts.ListTimeline(account_service_pb2.ListTimelineRequest(account=selector), timeout=SECONDS).events
        self.assertEqual([e.id for e in timeline], ["first", "early"])
        self.assertEqual(refusal(self.retry, parked.position).reason, "PARKED_NOT_FOUND")
        again = self.wire.append(early).results[0]
        self.assertTrue(again.duplicate)
        self.assertEqual(again.position, result.position)

    def test_a_dismissed_event_is_no_longer_counted_and_stays_in_the_log(self):
        self.wire.append(order("ACME", "first", "2024-03-01"))
        self.assertEqual(refusal(self.wire.append, order("ACME", "first", "2024-03-02")).reason, "EVENT_ID_CONFLICT")
        [parked] = self.parked()
        self.assertEqual(refusal(self.retry, parked.position).reason, "EVENT_ID_CONFLICT")
        self.dismiss(parked.position)
        self.assertEqual((self.parked(), self.wire.account("ACME").parked_event_count), ([], 0))
        self.assertEqual(refusal(self.dismiss, parked.position).reason, "PARKED_NOT_FOUND")
        kept = self.wire.events.GetEvent(event_service_pb2.GetEventRequest(position=parked.position), timeout=SECONDS).event
        self.assertEqual(kept.occurred_at, instant("2024-03-02"))

    def test_parked_events_are_listed_in_pages(self):
        for number in range(7):
            refusal(self.wire.append, order(f"account-{number % 3}", f"early-{number}", in_hours(1)))
        names, token = [], ""
        while True:
            page = self.wire.admin.ListParkedEvents(admin_service_pb2.ListParkedEventsRequest(page_size=2, page_token=token), timeout=SECONDS)
            names += [e.id for e in page.events]
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(sorted(names), [f"early-{number}" for number in range(7)])
        self.assertEqual(refusal(self.retry, None).reason, "PARKED_NOT_FOUND")


class Proofs(WireCase):
    options = ("--clock", "events", "--partitions", "1")

    def head(self, size=0):
        return self.wire.audit.GetTreeHead(audit_service_pb2.GetTreeHeadRequest(tree_size=size), timeout=SECONDS).tree_head

    def inclusion(self, position, size):
        request = audit_service_pb2.GetInclusionProofRequest(position={"position": position}, tree_size=size)
        return self.wire.audit.GetInclusionProof(request, timeout=SECONDS)

    def consistency(self, first, second):
        request = audit_service_pb2.GetConsistencyProofRequest(first_tree_size=first, second_tree_size=second)
        return self.wire.audit.GetConsistencyProof(request, timeout=SECONDS)

    def test_every_kind_of_proof_is_verified_by_a_stranger(self):
        roots = {}
        for count in (1, 2, 253, 1, 257, 86):
            start = max(roots, default=0)
            self.wire.append(*[order("ACME", f"o-{start + n}", "2024-03-01") for n in range(count)])
            head = self.head()
            roots[head.tree_size] = head.root_hash
        self.assertEqual(sorted(roots), [1, 3, 256, 257, 514, 600])
        for size, root in roots.items():
            for position in {0, 1, 2, 100, 255, 256, 511, 512, size - 2, size - 1} & set(range(size)):
                with self.subTest(f"record {position} in {size}"):
                    answer = self.inclusion(position, size)
                    self.assertEqual((answer.leaf_hash, answer.tree_head.root_hash), (leaf(answer.record), root))
                    self.assertTrue(includes(position, size, leaf(answer.record), answer.hashes, root))
                    self.assertFalse(includes(position, size, leaf(answer.record + b"\x00"), answer.hashes, root))
            for later in (s for s in roots if s >= size):
                with self.subTest(f"{size} is a prefix of {later}"):
                    answer = self.consistency(size, later)
                    self.assertEqual((answer.first.root_hash, answer.second.root_hash), (root, roots[later]))
                    self.assertTrue(extends(size, root, later, roots[later], answer.hashes))

    def test_sizes_that_make_no_sense_are_refused(self):
        self.wire.append(order("ACME", "one", "2024-03-01"), order("ACME", "two", "2024-03-01"))
        for ask in (lambda: self.head(3), lambda: self.inclusion(0, 3), lambda: self.consistency(0, 2), lambda: self.consistency(2, 1),
                    lambda: self.consistency(1, 9)):
            self.assertEqual(refusal(ask).reason, "TREE_SIZE_INVALID")
        self.assertIn(refusal(lambda: self.inclusion(2, 2)).reason, ("TREE_SIZE_INVALID", "EVENT_NOT_FOUND"))
        self.assertIn(refusal(lambda: self.inclusion(1, 1)).reason, ("TREE_SIZE_INVALID", "EVENT_NOT_FOUND"))


class Pages(WireCase):
    def setUp(self):
        super().setUp()
        self.names = [f"account-{number:02}" for number in range(30)]
        for number, name in enumerate(self.names):
            self.wire.append(opened(name), order(name, "o", "2024-02-01", number // 3 * 1000))

    def page(self, token="", **arguments):
        return self.wire.accounts.ListAccounts(account_service_pb2.ListAccountsRequest(page_token=token, **arguments), timeout=SECONDS)

    def walk(self, **arguments):
        names, token = [], ""
        while True:
            page = self.page(token, **arguments)
            names += [account.account_id for account in page.accounts]
            token = page.next_page_token
            if not token:
                return names

    def test_pages_of_any_size_give_the_same_list_in_every_order(self):
        for ordered in account_service_pb2.AccountOrder.values():
            whole = self.walk(order=ordered)
            self.assertEqual(sorted(whole), self.names)
            for size in (1, 7, 29, 30, 5000):
                self.assertEqual(self.walk(order=ordered, page_size=size), whole)
        by_revenue = self.walk(order=account_service_pb2.ACCOUNT_ORDER_REVENUE)
        self.assertEqual([int(name[-2:]) // 3 for name in by_revenue], sorted((n // 3 for n in range(30)), reverse=True))
        self.assertEqual(self.walk(), self.names)

    def test_a_token_that_was_tampered_with_is_refused(self):
        token = self.page(page_size=7).next_page_token
        for at in range(len(token) - 1):
            changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
            self.assertEqual(refusal(self.page, changed, page_size=7).reason, "PAGE_TOKEN_INVALID", f"byte {at}")
        for other in (token[:-4], token + "AAAA", "x", "\N{SNOWMAN}"):
            self.assertEqual(refusal(self.page, other, page_size=7).reason, "PAGE_TOKEN_INVALID")

    def test_a_token_of_other_arguments_is_refused_but_the_size_of_pages_may_change(self):
        token = self.page(page_size=7).next_page_token
        self.assertEqual(refusal(self.page, token, order=account_service_pb2.ACCOUNT_ORDER_TIER).reason, "PAGE_TOKEN_INVALID")
        self.assertEqual(refusal(self.page, token, filter={"owner": "Li"}).reason, "PAGE_TOKEN_INVALID")
        self.assertEqual([a.account_id for a in self.page(token, page_size=2).accounts], self.names[7:9])

    def test_a_batch_answers_in_the_order_asked_and_names_the_missing(self):
        def batch(names):
            return self.wire.accounts.BatchGetAccounts(account_service_pb2.BatchGetAccountsRequest(account_ids=names), timeout=SECONDS)
        answer = batch(["account-07", "nobody", "account-03", "a/b", "account-07"])
        self.assertEqual([a.account_id for a in answer.accounts], ["account-07", "account-03", "account-07"])
        self.assertEqual(list(answer.missing_account_ids), ["nobody", "a/b"])
        for count in (0, 1001):
            refused = refusal(batch, ["account-00"] * count)
            self.assertEqual((refused.reason, refused.metadata["field"]), ("REQUEST_INVALID", "account_ids"))


class Commands(WireCase):
    def log_sizes(self):
        return [partition.log_size for partition in self.wire.partitions()]

    def test_a_command_for_another_version_is_refused_and_nothing_is_kept(self):
        self.wire.append(order("ACME", "one", "2024-03-01"), expected_version=0)
        before = self.log_sizes()
        refused = refusal(self.wire.append, order("ACME", "two", "2024-03-01"), expected_version=0)
        self.assertEqual((refused.reason, refused.code), ("EXPECTED_VERSION_MISMATCH", grpc.StatusCode.FAILED_PRECONDITION))
        self.assertEqual((refused.metadata["expected_version"], refused.metadata["account_version"]), ("0", "1"))
        self.assertEqual(self.log_sizes(), before)
        # The same command again, although the account has moved on since: it is known.
        self.assertTrue(self.wire.append(order("ACME", "one", "2024-03-01"), expected_version=0).results[0].duplicate)

    def test_a_strict_command_that_contradicts_is_refused_and_as_a_fact_it_is_kept(self):
        cancel = event("ACME", "c", "2024-03-02", trade_pb2.OrderCancelled(order_id="never placed"))
        strict = {"validation": event_service_pb2.VALIDATION_STRICT}
        self.wire.append(order("ACME", "one", "2024-03-01"), **strict)
        before = self.log_sizes()
        refused = refusal(self.wire.append, order("ACME", "two", "2024-03-01"), cancel, **strict)
        self.assertEqual((refused.reason, refused.metadata["anomaly"]), ("STATE_CONTRADICTED", "ORDER_UNKNOWN"))
        invalid = event("ACME", "i", "2024-03-02", trade_pb2.OrderPlaced(order_id="i"))
        self.assertIn(refusal(self.wire.append, invalid, **strict).reason, ("FIELD_INVALID", "CURRENCY_UNKNOWN"))
        self.assertEqual(self.log_sizes(), before)
        self.assertEqual(self.wire.account("ACME").counts.orders, 1)
        self.assertEqual(list(self.wire.append(cancel).results[0].anomalies), ["ORDER_UNKNOWN"])


class Authors(WireCase):
    def test_policies_and_the_clock_are_moved_by_somebody(self):
        adopt = policy_service_pb2.AdoptPolicyRequest(shipped_name="transactional", effective_at=instant("2020-01-01"))
        advance = admin_service_pb2.AdvanceClockRequest(to=instant("2024-01-01"))
        for call, request in ((self.wire.policies.AdoptPolicy, adopt), (self.wire.admin.AdvanceClock, advance)):
            refused = refusal(call, request, timeout=SECONDS)
            self.assertEqual((refused.reason, refused.metadata["field"]), ("REQUEST_INVALID", "actor"))


class BeforeAnythingHappened(WireCase):
    def test_the_standard_policy_is_in_force_until_its_own_adoption_takes_effect(self):
        self.wire.append(order("ACME", "o-1", "2024-03-01"))
        self.wire.policies.AdoptPolicy(policy_service_pb2.AdoptPolicyRequest(
            shipped_name="standard", effective_at=instant("2024-06-01"), actor="op"), timeout=SECONDS)
        listed = self.wire.policies.ListPolicies(policy_service_pb2.ListPoliciesRequest(), timeout=SECONDS).policies
        self.assertEqual([(policy.name, policy.control_epoch) for policy in listed if policy.in_force], [("standard", 0)])

    def test_an_account_before_its_first_event_says_when_that_was(self):
        self.wire.append(order("ACME", "o-1", "2024-03-01"), order("ACME", "o-2", "2024-04-01"))
        request = account_service_pb2.GetAccountRequest(account={"account_id": "ACME"})
        request.consistency.as_of.valid_to.CopyFrom(instant("2024-02-01"))
        refused = refusal(self.wire.accounts.GetAccount, request, timeout=SECONDS)
        self.assertEqual((refused.reason, refused.metadata["first_event_at"]), ("ACCOUNT_NOT_FOUND", "2024-03-01T00:00:00Z"))


class WallClock(WireCase):
    options = ("--clock", "wall")

    def test_a_clock_that_follows_the_wall_is_not_moved_past_it(self):
        refused = refusal(self.wire.admin.AdvanceClock, admin_service_pb2.AdvanceClockRequest(to=in_hours(24), actor="op"), timeout=SECONDS)
        self.assertEqual((refused.reason, refused.metadata["field"]), ("REQUEST_INVALID", "to"))

    def test_partitions_without_records_hold_no_answer_in_the_past(self):
        self.wire.append(order("ACME", "o-1", "2024-03-01"))
        end = time.monotonic() + SECONDS
        while self.tiers().read_at.valid_to.ToNanoseconds() < instant("2026-01-01").ToNanoseconds():
            self.assertLess(time.monotonic(), end, f"the answer is of {self.tiers().read_at.valid_to}")
            time.sleep(0.05)

    def tiers(self):
        return self.wire.portfolio.GetTierDistribution(portfolio_service_pb2.GetTierDistributionRequest(), timeout=SECONDS)

    def read_as_of(self, valid_to):
        request = account_service_pb2.GetAccountRequest(account={"account_id": "ACME"})
        request.consistency.as_of.valid_to.CopyFrom(valid_to)
        return request

    def test_an_account_is_read_as_of_now_without_waiting_for_the_next_tick(self):
        self.wire.append(order("ACME", "o-1", "2024-03-01"))
        now = in_hours(0)
        answer = self.wire.accounts.GetAccount(self.read_as_of(now), timeout=SECONDS)
        self.assertEqual(answer.read_at.valid_to, now)
        refused = refusal(self.wire.accounts.GetAccount, self.read_as_of(in_hours(1)), timeout=SECONDS)
        self.assertEqual((refused.reason, refused.metadata["field"]), ("READ_TIME_INVALID", "as_of.valid_to"))


class Overload(WireCase):
    options = ("--clock", "events", "--partitions", "1", "--queue-events", "1000", "--commit-events", "1")

    def test_a_stream_waits_for_a_full_queue_and_no_event_of_it_is_refused(self):
        def send(stream):
            messages = (event_service_pb2.AppendStreamRequest(
                events=[order(f"account-{n % 50}", f"s-{stream}-{part}-{n}", "2024-03-01") for n in range(1000)]) for part in range(3))
            return self.wire.events.AppendStream(messages, timeout=4 * SECONDS)

        with concurrent.futures.ThreadPoolExecutor() as pool:
            for answer in pool.map(send, range(2)):
                self.assertEqual((answer.appended, answer.refused, answer.parked), (3000, 0, 0))

    def test_a_full_queue_says_so_and_when_to_come_again_and_nothing_is_lost(self):
        waiting = {number: [order(f"account-{number}", f"o-{n}", "2024-03-01") for n in range(400)] for number in range(40)}
        overloaded = 0
        while waiting:
            calls = {number: self.wire.events.Append.future(event_service_pb2.AppendRequest(events=events), timeout=SECONDS)
                     for number, events in waiting.items()}
            for number, call in calls.items():
                try:
                    call.result()
                    del waiting[number]
                except grpc.RpcError:
                    refused = refusal(call.result)
                    self.assertEqual((refused.reason, refused.code), ("OVERLOADED", grpc.StatusCode.RESOURCE_EXHAUSTED))
                    self.assertGreater(int(refused.metadata["retry_after_ms"]), 0)
                    overloaded += 1
        self.assertGreater(overloaded, 0)
        self.assertEqual([self.wire.account(f"account-{number}").counts.orders for number in range(40)], [400] * 40)
        self.assertEqual(self.wire.partitions()[0].log_size, 40 * 400)


class Health(WireCase):
    def http(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.daemon.http}{path}", timeout=SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_grpc_and_http_say_that_the_daemon_is_alive_and_ready(self):
        # grpc.health.v1: field 1 of the answer is the status, 1 is SERVING.
        check = self.wire.channel.unary_unary("/grpc.health.v1.Health/Check", lambda request: request, lambda answer: answer)
        self.assertEqual(check(b"", timeout=SECONDS), b"\x08\x01")
        for service in ("Event", "Account", "Policy", "Portfolio", "Audit", "Admin"):
            name = f"guanxi.v1.{service}Service".encode()
            self.assertEqual(check(b"\x0a" + bytes([len(name)]) + name, timeout=SECONDS), b"\x08\x01", service)
        self.assertEqual(self.http("/healthz"), (200, "alive\n"))
        self.assertEqual(self.http("/readyz"), (200, "ready\n"))
        self.assertEqual(self.http("/elsewhere")[0], 404)
        self.wire.append(order("ACME", "one", "2024-03-01"))
        status, text = self.http("/metrics")
        self.assertEqual(status, 200)
        self.assertNotIn("ACME", text)
        manual = (pathlib.Path(__file__).resolve().parents[2] / "docs/operations.md").read_text()
        for metric in re.findall("^# TYPE (guanxi_[a-z_]+) ", text, re.M):
            self.assertIn(f"`{metric}", manual)


if __name__ == "__main__":
    unittest.main()
