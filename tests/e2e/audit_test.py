"""What somebody outside can check with the public key alone: signed heads, exports and proofs, by the real command line and by
implementations that are not ours: the RFC 6962 tree of scitt-cose, the Ed25519 of libsodium."""
import base64
import calendar
import json
import os
import pathlib
import random
import shutil
import subprocess
import time
import unittest
import urllib.request

import nacl.exceptions
import nacl.signing
from scitt_cose import merkle as rfc6962

from harness import BIN, DaemonCase, Refused
from wire import SECONDS, Wire, audit_service_pb2, order, refusal

PARTITIONS = 2


def jsonl(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def raw_key(pem):
    """The 32 bytes at the end of the key's DER (RFC 8410)."""
    return base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))[-32:]


def signed_text(head):
    """docs/formats/signed-head.md, from its words."""
    tree = head["treeHead"]
    seconds, _, fraction = head["signedAt"].rstrip("Z").partition(".")
    whole = calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S"))
    micros = whole * 1_000_000 + int((fraction or "0").ljust(6, "0")[:6])
    return f"guanxi/{head['logEpoch']}/{tree.get('partition', 0)}\n{tree['treeSize']}\n{tree['rootHash']}\nsigned_at {micros}\n"


def hexes(hashes):
    return [hash.hex() for hash in hashes]


class AuditCase(DaemonCase):
    options = ("--clock", "events", "--partitions", str(PARTITIONS), "--heads-interval-seconds", "1")

    def setUp(self):
        super().setUp()
        self.count = 0
        self.heads = self.folder / "data" / "heads.jsonl"
        self.key = self.folder / "guanxi.pub.pem"
        self.key.write_text(self.daemon.run("audit", "key"))

    def append(self, orders):
        wire = Wire(self.daemon.grpc)
        for account in range(7):
            numbers = range(self.count + account, self.count + orders, 7)
            if numbers:
                wire.append(*(order(f"account-{account}", f"o-{number}", "2024-03-01") for number in numbers))
        wire.close()
        self.count += orders

    def published(self, partition=0):
        heads = jsonl(self.heads) if self.heads.exists() else []
        return [head for head in heads if head["treeHead"].get("partition", 0) == partition]

    def published_size(self, partition):
        return max((int(head["treeHead"]["treeSize"]) for head in self.published(partition)), default=0)

    def wait_until_published(self):
        """Until the newest tree of every partition is in the file of heads."""
        sizes = {p: int(self.daemon.ask("audit", "head", "--partition", p)["treeHead"].get("treeSize", 0)) for p in range(PARTITIONS)}
        give_up = time.monotonic() + 60
        while any(self.published_size(p) < size for p, size in sizes.items()):
            self.assertLess(time.monotonic(), give_up, "the file of heads does not grow")
            time.sleep(0.1)

    def export(self):
        """(folder, its files of records)"""
        folder = self.folder / f"evidence-{self.count}"
        self.daemon.run("audit", "export", folder)
        return folder, sorted(folder.glob("records-*.jsonl"))

    def verify(self, *words, key=None):
        """(exit code, what was said), by a command that reaches no server."""
        command = [BIN / "guanxi", "--server", "127.0.0.1:1", "audit", "verify", "--key", key or self.key, *words]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def assert_verified(self, *words):
        code, said = self.verify(*words)
        self.assertEqual(code, 0, said)
        self.assertIn("verified here", said)
        return said

    def assert_not_verified(self, what, *words):
        code, said = self.verify(*words)
        self.assertEqual(code, 1, said)
        self.assertIn("NOT verified", said)
        self.assertIn(what, said)


class SignedHeads(AuditCase):
    def test_the_file_of_heads_grows_and_goes_on_after_a_kill(self):
        for _ in range(3):
            self.append(40)
            self.wait_until_published()
            self.daemon.kill()
            self.daemon.start()
        self.append(40)
        self.assertEqual(self.daemon.stop(), 0)
        sizes = [int(head["treeHead"]["treeSize"]) for head in self.published()]
        self.assertGreater(len(sizes), 3)
        self.assertEqual(sizes, sorted(set(sizes)))
        self.assertEqual([int(head.get("previousTreeSize", 0)) for head in self.published()], [0, *sizes[:-1]])
        self.assertIn("each extends the one before", self.assert_verified("--heads", self.heads))

    def test_a_stopped_daemon_has_published_its_last_record(self):
        self.append(40)
        size = self.daemon.ask("audit", "head", "--partition", 0)["treeHead"]["treeSize"]
        self.daemon.stop()
        self.assertEqual(self.published()[-1]["treeHead"]["treeSize"], size)

    def test_a_line_that_a_crash_tore_is_cut_off(self):
        self.append(40)
        self.wait_until_published()
        self.daemon.kill()
        whole = self.heads.read_text()
        self.heads.write_text(whole + whole.splitlines()[-1][:50])
        self.daemon.start()
        self.append(40)
        self.wait_until_published()
        self.assertTrue(self.heads.read_text().startswith(whole))
        self.assert_verified("--heads", self.heads)

    def test_heads_go_on_in_a_new_file_when_theirs_was_moved_away(self):
        self.append(40)
        self.wait_until_published()
        kept = self.folder / "kept.jsonl"
        self.heads.rename(kept)
        self.append(40)
        while not self.heads.exists():
            time.sleep(0.1)
        self.assertEqual(self.daemon.stop(), 0)
        self.assert_verified("--heads", kept, self.heads)

    def test_a_log_older_than_its_published_heads_does_not_start(self):
        self.daemon.stop()
        shutil.copytree(self.folder / "data", self.folder / "old")
        self.daemon.start()
        self.append(40)
        self.wait_until_published()
        self.daemon.stop()
        newer_heads = self.heads.read_text()
        shutil.rmtree(self.folder / "data")
        (self.folder / "old").rename(self.folder / "data")
        self.heads.write_text(newer_heads)
        with self.assertRaises(Refused) as refused:
            self.daemon.start()
        self.assertIn("the log is not the one that was published", refused.exception.text)

    def test_a_key_that_is_missing_or_damaged_is_told_and_never_replaced(self):
        self.append(40)
        self.wait_until_published()
        self.daemon.stop()
        private = self.folder / "data" / "signing" / "ed25519.pem"
        self.assertEqual(private.stat().st_mode & 0o777, 0o600)
        pem = private.read_text()
        for damage, said in ((private.unlink, "is missing beside its public key"), (lambda: private.write_text(pem[:60]), "is not a PEM file")):
            damage()
            with self.assertRaises(Refused) as refused:
                self.daemon.start()
            self.assertIn(said, refused.exception.text)
            self.assertIn("every auditor must be given the new public key", refused.exception.text)
        shutil.move(private.parent, self.folder / "signing")
        with self.assertRaises(Refused) as refused:
            self.daemon.start()
        self.assertIn("was signed with another key", refused.exception.text)
        shutil.rmtree(private.parent)
        shutil.move(self.folder / "signing", private.parent)
        private.write_text(pem)
        self.daemon.start()
        self.assertEqual(self.daemon.run("audit", "key"), self.key.read_text())

    def test_metrics_say_when_a_head_was_published(self):
        self.append(40)
        self.wait_until_published()
        with urllib.request.urlopen(f"http://{self.daemon.http}/metrics", timeout=SECONDS) as answer:
            text = answer.read().decode()
        for partition in range(PARTITIONS):
            name = f'guanxi_head_published_timestamp_seconds{{partition="{partition}"}} '
            value = next(line for line in text.splitlines() if line.startswith(name))
            self.assertLess(abs(float(value[len(name):]) - time.time()), 3600)
        self.assertIn("guanxi_head_publish_failures_total 0", text)


class Verify(AuditCase):
    def setUp(self):
        super().setUp()
        self.append(60)
        self.wait_until_published()
        self.append(60)
        self.wait_until_published()
        self.evidence, self.records = self.export()
        self.all = ("--heads", self.heads, self.evidence / "heads.jsonl", "--records", *self.records)

    def altered(self, path, line, change):
        """A copy of the file in which the line's message was changed."""
        lines = path.read_text().splitlines()
        message = json.loads(lines[line - 1])
        change(message)
        lines[line - 1] = json.dumps(message)
        copy = self.folder / f"altered-{path.name}"
        copy.write_text("\n".join(lines) + "\n")
        return copy

    def test_a_program_reads_what_was_verified_as_json(self):
        code, said = self.verify("--output", "json", *self.all)
        self.assertEqual(code, 0, said)
        report = json.loads(said)
        self.assertEqual({one["checkedBy"] for one in report["partitions"]}, {"RECORDS"})
        self.assertEqual(sum(int(one["treeSize"]) for one in report["partitions"]), sum(len(jsonl(path)) for path in self.records))

    def test_nothing_is_verified_where_nothing_was_checked(self):
        empty = self.folder / "empty.jsonl"
        empty.write_text("")
        self.assert_not_verified("nothing was checked", "--heads", empty)
        self.assert_not_verified("nothing was checked", "--heads", self.heads, "--log-epoch", "typo")
        self.assert_not_verified("no records of partition", *self.all[:3], "--records", empty)
        self.assert_not_verified("no records of partition 1", *self.all[:4], self.records[0])

    def test_an_export_replaces_no_other_one(self):
        with self.assertRaises(Refused) as refused:
            self.daemon.run("audit", "export", self.evidence)
        self.assertIn("holds an export already", refused.exception.text)

    def test_an_export_and_the_kept_heads_verify(self):
        said = self.assert_verified(*self.all)
        self.assertEqual(said.count("every record is under them"), PARTITIONS)
        self.assertEqual(sum(len(jsonl(path)) for path in self.records), sum(int(head["treeHead"]["treeSize"]) for head in
                                                                            jsonl(self.evidence / "heads.jsonl")))

    def test_one_byte_of_a_record_is_named_by_its_line(self):
        def change(record):
            record["record"] = ("B" if record["record"][0] == "A" else "A") + record["record"][1:]

        altered = self.altered(self.records[0], 17, change)
        self.assert_not_verified(f"{altered} line 17", "--heads", self.heads, "--records", altered)

    def test_one_byte_of_a_head_is_named_by_its_line(self):
        for field in ("signature", "logEpoch", "signedAt"):
            def change(head):
                text = head[field]
                head[field] = text[:2] + ("1" if text[2] != "1" else "2") + text[3:]

            altered = self.altered(self.heads, 2, change)
            self.assert_not_verified(f"{altered} line 2", "--heads", altered)

    def test_a_proof_verifies_without_a_server_and_one_byte_of_it_does_not(self):
        proof = self.folder / "proof.json"
        proof.write_text(self.daemon.run("--output", "json", "audit", "prove", "0:17"))
        self.assertIn("the record at 0:17 is in the log", self.assert_verified("--proof", proof, "--heads", self.heads))
        told = json.loads(proof.read_text())
        told["hashes"][0] = ("B" if told["hashes"][0][0] == "A" else "A") + told["hashes"][0][1:]
        proof.write_text(json.dumps(told))
        self.assert_not_verified(f"{proof}: the proof does not lead from the record to the root", "--proof", proof)

    def test_another_key_verifies_nothing(self):
        other = self.folder / "other.pub.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.folder / "other.pem"], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", self.folder / "other.pem", "-pubout", "-out", other], check=True, capture_output=True)
        code, said = self.verify("--heads", self.heads, key=other)
        self.assertEqual(code, 1)
        self.assertIn("line 1: the signature is not one of this key", said)

    def test_wrong_use_is_told_from_what_does_not_verify(self):
        for words, key in (((), None), (("--records", self.records[0]), None), (("--heads", self.folder / "none"), None),
                           (("--heads", self.heads), self.heads), (("--heads", self.heads), self.folder / "none")):
            self.assertEqual(self.verify(*words, key=key)[0], 2, words)


class OtherImplementations(AuditCase):
    def test_they_agree_on_roots_signatures_and_proofs_of_random_sizes(self):
        seed = int(os.environ.get("GUANXI_SEED", time.time_ns()))
        print(f"seed {seed}", flush=True)
        draw = random.Random(seed)
        for _ in range(4):
            self.append(draw.randint(1, 300))
            self.wait_until_published()
        folder, files = self.export()
        key = nacl.signing.VerifyKey(raw_key(self.key.read_text()))
        for partition, file in enumerate(files):
            records = [base64.b64decode(line["record"]).hex() for line in jsonl(file)]
            self.check_heads(key, records, self.published(partition) + [jsonl(folder / "heads.jsonl")[partition]])
            self.check_proofs(records, partition, draw)

    def check_heads(self, key, records, heads):
        self.assertGreater(len(heads), 1)
        for head in heads:
            key.verify(signed_text(head).encode(), base64.b64decode(head["signature"]))
            with self.assertRaises(nacl.exceptions.BadSignatureError):
                key.verify(signed_text(head).encode() + b"x", base64.b64decode(head["signature"]))
            size, previous = int(head["treeHead"]["treeSize"]), int(head.get("previousTreeSize", 0))
            self.assertEqual(base64.b64decode(head["treeHead"]["rootHash"]).hex(), rfc6962.merkle_root(records[:size]))
            hashes = hexes(map(base64.b64decode, head.get("consistencyHashes", [])))
            self.assertEqual(hashes, rfc6962.consistency_proof(records, previous, size))

    def check_proofs(self, records, partition, draw):
        wire = Wire(self.daemon.grpc)
        for _ in range(50):
            size = draw.randint(1, len(records))
            index, first = draw.randrange(size), draw.randint(1, size)
            asked = audit_service_pb2.GetInclusionProofRequest(tree_size=size)
            asked.position.partition, asked.position.position = partition, index
            proof = wire.audit.GetInclusionProof(asked, timeout=SECONDS)
            self.assertEqual(proof.leaf_hash.hex(), rfc6962.leaf_hash(records[index]))
            self.assertEqual(hexes(proof.hashes), rfc6962.inclusion_proof(records[:size], index))
            self.assertEqual(proof.signed_tree_head.tree_head.root_hash.hex(), rfc6962.merkle_root(records[:size]))
            self.assertEqual(proof.position, asked.position)
            asked = audit_service_pb2.GetConsistencyProofRequest(partition=partition, first_tree_size=first, second_tree_size=size)
            proof = wire.audit.GetConsistencyProof(asked, timeout=SECONDS)
            self.assertEqual(hexes(proof.hashes), rfc6962.consistency_proof(records, first, size))
        wire.close()

    def test_the_records_of_any_range_are_exported(self):
        self.append(300)
        wire = Wire(self.daemon.grpc)
        self.addCleanup(wire.close)

        def records(**asked):
            answers = wire.audit.ExportRecords(audit_service_pb2.ExportRecordsRequest(partition=1, **asked), timeout=SECONDS)
            return [(record.position.position, record.record) for answer in answers for record in answer.records]

        everything = records()
        self.assertEqual([position for position, _ in everything], list(range(len(everything))))
        self.assertEqual(records(first_position=5, tree_size=9), everything[5:9])
        self.assertEqual(records(first_position=9, tree_size=9), [])
        self.assertEqual(refusal(records, tree_size=len(everything) + 1).reason, "TREE_SIZE_INVALID")
        self.assertEqual(refusal(records, first_position=9, tree_size=8).reason, "TREE_SIZE_INVALID")


if __name__ == "__main__":
    unittest.main()
