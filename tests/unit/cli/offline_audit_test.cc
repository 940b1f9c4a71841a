#include "tools/guanxi/offline_audit.h"

#include <google/protobuf/util/json_util.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <sstream>

#include "codec/record.h"
#include "rpc/time.h"
#include "unit/ledger/textbook_tree.h"

using namespace guanxi;
using guanxi::cli::OfflineAudit;
using guanxi::ledger::Hash;
namespace textbook = guanxi::ledger::textbook;

namespace {

constexpr char kEpoch[] = "0123456789abcdef";
constexpr size_t kRecords = 20;

std::string HashBytes(const Hash& hash) { return std::string(ledger::AsBytes(hash)); }

std::string JsonOf(const google::protobuf::Message& message) {
  std::string json;
  BOOST_REQUIRE(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

ledger::SigningKey KeyOf(uint8_t byte) {
  std::array<uint8_t, ledger::kSeedBytes> seed;
  seed.fill(byte);
  return ledger::SigningKey::FromSeed(seed);
}

std::string RecordOf(size_t number, const char* account = "ACME") {
  const std::string id = "o-" + std::to_string(number);
  codec::RecordView record;
  record.type = 511;
  record.account_id = account;
  record.source = "erp";
  record.id = id;
  return codec::EncodeRecord(record);
}

std::vector<std::string> SomeRecords(const char* account = "ACME") {
  std::vector<std::string> records;
  for (size_t i = 0; i < kRecords; ++i) records.push_back(RecordOf(i, account));
  return records;
}

// The log of one partition, and what its honest server publishes of it.
struct Log {
  std::vector<std::string> records = SomeRecords();
  std::string epoch = kEpoch;
  ledger::SigningKey key = KeyOf(7);

  textbook::Leaves First(size_t size) const { return textbook::Leaves(records).first(size); }
  Hash RootAt(size_t size) const {
    ledger::Hasher hasher;
    return textbook::Mth(hasher, First(size));
  }

  v1::SignedTreeHead Head(size_t size, size_t previous) const {
    const Timestamp signed_at{1709285400000000 + static_cast<int64_t>(size)};
    v1::SignedTreeHead head;
    head.mutable_tree_head()->set_partition(1);
    head.mutable_tree_head()->set_tree_size(size);
    head.mutable_tree_head()->set_root_hash(HashBytes(RootAt(size)));
    head.set_log_epoch(epoch);
    *head.mutable_signed_at() = rpc::ToProto(signed_at);
    head.set_signature(ledger::SignHead(key, {epoch, 1, size, RootAt(size), signed_at}));
    head.set_previous_tree_size(previous);
    ledger::Hasher hasher;
    if (previous != 0)
      for (const Hash& hash : textbook::Subproof(hasher, previous, First(size), true)) head.add_consistency_hashes(HashBytes(hash));
    return head;
  }

  v1::StoredRecord Stored(size_t position) const {
    v1::StoredRecord stored;
    stored.mutable_position()->set_partition(1);
    stored.mutable_position()->set_position(position);
    stored.set_record(records[position]);
    return stored;
  }

  v1::GetInclusionProofResponse Proof(size_t position, size_t size) const {
    ledger::Hasher hasher;
    v1::GetInclusionProofResponse proof;
    *proof.mutable_signed_tree_head() = Head(size, 0);
    *proof.mutable_tree_head() = proof.signed_tree_head().tree_head();
    proof.set_leaf_hash(HashBytes(hasher.Leaf(records[position])));
    for (const Hash& hash : textbook::Path(hasher, position, First(size))) proof.add_hashes(HashBytes(hash));
    proof.set_record(records[position]);
    *proof.mutable_position() = Stored(position).position();
    return proof;
  }
};

// What the auditor has.
struct Evidence {
  std::vector<v1::SignedTreeHead> heads;
  std::vector<v1::StoredRecord> records;
  std::vector<v1::GetInclusionProofResponse> proofs;
  std::string epoch;
};

Evidence HeadsOf(const Log& log) { return {.heads = {log.Head(3, 0), log.Head(8, 3), log.Head(9, 8), log.Head(kRecords, 9)}}; }

Evidence AllOf(const Log& log) {
  Evidence evidence = HeadsOf(log);
  for (size_t i = 0; i < kRecords; ++i) evidence.records.push_back(log.Stored(i));
  for (size_t i = 0; i < kRecords; ++i) evidence.proofs.push_back(log.Proof(i, kRecords));
  return evidence;
}

template <class Messages>
std::string LinesOf(const Messages& messages) {
  std::string lines;
  for (const auto& message : messages) lines += JsonOf(message) + "\n";
  return lines;
}

absl::Status Judge(OfflineAudit& audit, const Evidence& evidence) {
  std::istringstream heads(LinesOf(evidence.heads)), records(LinesOf(evidence.records));
  absl::Status status = audit.AddHeads("heads", heads);
  if (status.ok() && !evidence.records.empty()) status = audit.AddRecords("records", records);
  for (const auto& proof : evidence.proofs)
    if (status.ok()) status = audit.AddProof("proof", JsonOf(proof));
  return status.ok() ? audit.Finish() : status;
}

std::string Verdict(const Evidence& evidence) {
  OfflineAudit audit(KeyOf(7).Public(), evidence.epoch);
  const absl::Status status = Judge(audit, evidence);
  return status.ok() ? "verified" : std::string(status.message());
}

// The verdict on evidence in which something was changed.
std::string VerdictAfter(Evidence evidence, const std::function<void(Evidence&)>& change) {
  change(evidence);
  return Verdict(evidence);
}

void Expect(const std::string& verdict, const std::string& origin, const std::string& what) {
  BOOST_TEST(verdict.starts_with("NOT verified: " + origin + ": "), verdict);
  BOOST_TEST(verdict.find(what) != std::string::npos, verdict << " does not say: " << what);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(offline_audit)

BOOST_AUTO_TEST_CASE(honest_evidence_verifies) {
  BOOST_TEST(Verdict(HeadsOf(Log())) == "verified");
  BOOST_TEST(Verdict(AllOf(Log())) == "verified");
}

BOOST_AUTO_TEST_CASE(the_summary_says_what_was_verified) {
  OfflineAudit audit(KeyOf(7).Public());
  BOOST_REQUIRE(Judge(audit, AllOf(Log())).ok());
  const std::string summary = audit.Summary();
  for (const char* part : {"partition 1: 4 heads, the newest of size 20", "every record is under them",
                           "the record at 1:19 is in the log of size 20", "heads line 4 has too", kEpoch})
    BOOST_TEST(summary.find(part) != std::string::npos, summary << " lacks " << part);
}

BOOST_AUTO_TEST_CASE(one_altered_byte_of_any_record_names_its_line) {
  const Evidence evidence = AllOf(Log());
  for (size_t i = 0; i < kRecords; ++i) {
    const size_t bytes = evidence.records[i].record().size();
    for (size_t byte = 0; byte < bytes; byte += 7) {
      const auto alter = [&](Evidence& e) { (*e.records[i].mutable_record())[byte] ^= 1; };
      Expect(VerdictAfter(evidence, alter), "records line " + std::to_string(i + 1), "altered");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_record_altered_with_a_new_checksum_is_found_between_two_heads) {
  const auto alter = [](Evidence& e) { e.records[4].set_record(RecordOf(4, "EVIL")); };
  Expect(VerdictAfter(AllOf(Log()), alter), "records line 8", "positions 3 to 7");
  const auto alter_newer = [](Evidence& e) { e.records[19].set_record(RecordOf(19, "EVIL")); };
  Expect(VerdictAfter(AllOf(Log()), alter_newer), "records line 20", "positions 9 to 19");
}

BOOST_AUTO_TEST_CASE(missing_doubled_and_moved_records_are_found) {
  const Evidence evidence = AllOf(Log());
  Expect(VerdictAfter(evidence, [](Evidence& e) { e.records.erase(e.records.begin() + 5); }), "records line 6", "missing");
  Expect(VerdictAfter(evidence, [](Evidence& e) { e.records.insert(e.records.begin() + 5, e.records[5]); }), "records line 7", "doubled");
  Expect(VerdictAfter(evidence, [](Evidence& e) { std::swap(e.records[5], e.records[6]); }), "records line 6", "another order");
  Expect(VerdictAfter(evidence, [](Evidence& e) { e.records.pop_back(); }), "records line 19", "records are missing");
  const auto add = [](Evidence& e) {
    e.records.push_back(e.records.back());
    e.records.back().mutable_position()->set_position(kRecords);
  };
  Expect(VerdictAfter(evidence, add), "records line 21", "under no signed head");
}

BOOST_AUTO_TEST_CASE(a_head_altered_in_any_field_names_its_line) {
  const std::vector<std::function<void(v1::SignedTreeHead&)>> alterations = {
      [](auto& head) { (*head.mutable_tree_head()->mutable_root_hash())[31] ^= 1; },
      [](auto& head) { head.mutable_tree_head()->set_tree_size(head.tree_head().tree_size() + 1); },
      [](auto& head) { head.mutable_tree_head()->set_partition(0); },
      [](auto& head) { head.set_log_epoch("0123456789abcdee"); },
      [](auto& head) { head.mutable_signed_at()->set_nanos(head.signed_at().nanos() + 1000); },
      [](auto& head) { (*head.mutable_signature())[0] ^= 1; },
      [](auto& head) { head.clear_signature(); },
      [](auto& head) {
        head.set_signature(ledger::SignHead(KeyOf(8), {kEpoch, 1, 3, Log().RootAt(3), {0}}));
      },
  };
  for (size_t line = 0; line < 4; ++line)
    for (const auto& alter : alterations)
      Expect(VerdictAfter(HeadsOf(Log()), [&](Evidence& e) { alter(e.heads[line]); }), "heads line " + std::to_string(line + 1),
             "signature");
}

BOOST_AUTO_TEST_CASE(a_consistency_proof_altered_in_any_hash_names_its_line) {
  const Evidence evidence = HeadsOf(Log());
  for (size_t line = 1; line < 4; ++line) {
    for (int i = 0; i < evidence.heads[line].consistency_hashes_size(); ++i) {
      const auto alter = [&](Evidence& e) { (*e.heads[line].mutable_consistency_hashes(i))[0] ^= 1; };
      Expect(VerdictAfter(evidence, alter), "heads line " + std::to_string(line + 1), "consistency proof");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_line_taken_out_of_the_heads_is_missed_unless_the_records_are_there) {
  const auto take_out = [](Evidence& e) { e.heads.erase(e.heads.begin() + 1); };
  Expect(VerdictAfter(HeadsOf(Log()), take_out), "heads line 2", "lines are missing");
  BOOST_TEST(VerdictAfter(AllOf(Log()), take_out) == "verified");
}

BOOST_AUTO_TEST_CASE(heads_in_another_order_are_a_tree_that_shrank) {
  Expect(VerdictAfter(HeadsOf(Log()), [](Evidence& e) { std::swap(e.heads[1], e.heads[2]); }), "heads line 3", "shrank");
}

BOOST_AUTO_TEST_CASE(a_history_rewritten_by_the_holder_of_the_key_is_found_out) {
  Log rewritten;
  rewritten.records[2] = RecordOf(2, "EVIL");
  const Evidence honest = HeadsOf(Log());
  // The same size, signed twice.
  Expect(VerdictAfter(honest, [&](Evidence& e) { e.heads.push_back(rewritten.Head(kRecords, 0)); }), "heads line 5", "two histories");
  // A later size whose proof is of the new history.
  Expect(VerdictAfter(honest, [&](Evidence& e) { e.heads[3] = rewritten.Head(kRecords, 9); }), "heads line 4", "consistency proof");
  // A later size without proof.
  Expect(VerdictAfter(honest, [&](Evidence& e) { e.heads[3] = rewritten.Head(kRecords, 0); }), "heads line 4", "nothing proves");
}

BOOST_AUTO_TEST_CASE(a_file_of_heads_that_avoids_the_kept_sizes_proves_nothing) {
  Log rewritten;
  rewritten.records[2] = RecordOf(2, "EVIL");
  OfflineAudit audit(KeyOf(7).Public());
  std::istringstream kept(LinesOf(std::vector{Log().Head(8, 0)}));
  std::istringstream shown(LinesOf(std::vector{rewritten.Head(4, 0), rewritten.Head(kRecords, 4)}));
  BOOST_REQUIRE(audit.AddHeads("kept", kept).ok());
  BOOST_REQUIRE(audit.AddHeads("shown", shown).ok());
  Expect(std::string(audit.Finish().message()), "kept line 1", "nothing proves");
}

BOOST_AUTO_TEST_CASE(files_of_heads_that_meet_verify_in_any_order) {
  const Evidence evidence = HeadsOf(Log());
  for (const bool newer_first : {false, true}) {
    OfflineAudit audit(KeyOf(7).Public());
    std::istringstream older(LinesOf(std::vector{evidence.heads[0], evidence.heads[1]}));
    std::istringstream newer(LinesOf(std::vector{evidence.heads[2], evidence.heads[3]}));
    BOOST_REQUIRE(audit.AddHeads("one", newer_first ? newer : older).ok());
    BOOST_REQUIRE(audit.AddHeads("two", newer_first ? older : newer).ok());
    BOOST_TEST(audit.Finish().ok());
  }
}

BOOST_AUTO_TEST_CASE(heads_of_two_epochs_are_judged_one_epoch_at_a_time) {
  Log restored;
  restored.epoch = "fedcba9876543210";
  Evidence evidence = HeadsOf(Log());
  evidence.heads.push_back(restored.Head(5, 0));
  Expect(Verdict(evidence), "heads line 5", "log epoch");
  for (const char* epoch : {kEpoch, "fedcba9876543210"}) {
    evidence.epoch = epoch;
    BOOST_TEST(Verdict(evidence) == "verified");
  }
}

BOOST_AUTO_TEST_CASE(a_proof_altered_anywhere_is_found) {
  const Evidence honest{.proofs = {Log().Proof(5, kRecords)}};
  BOOST_TEST(Verdict(honest) == "verified");
  const auto verdict = [&](const std::function<void(v1::GetInclusionProofResponse&)>& alter) {
    return VerdictAfter(honest, [&](Evidence& e) { alter(e.proofs[0]); });
  };
  Expect(verdict([](auto& proof) { (*proof.mutable_record())[30] ^= 1; }), "proof", "record's hash");
  Expect(verdict([](auto& proof) { (*proof.mutable_leaf_hash())[0] ^= 1; }), "proof", "record's hash");
  for (int i = 0; i < honest.proofs[0].hashes_size(); ++i)
    Expect(verdict([i](auto& proof) { (*proof.mutable_hashes(i))[0] ^= 1; }), "proof", "does not lead");
  Expect(verdict([](auto& proof) { proof.mutable_position()->set_position(4); }), "proof", "does not lead");
  Expect(verdict([](auto& proof) { proof.mutable_position()->set_partition(0); }), "proof", "another partition");
  Expect(verdict([](auto& proof) { proof.mutable_tree_head()->set_tree_size(19); }), "proof", "another partition or size");
  Expect(verdict([](auto& proof) { (*proof.mutable_signed_tree_head()->mutable_signature())[9] ^= 1; }), "proof", "signature");
  Expect(verdict([](auto& proof) { proof.clear_signed_tree_head(); }), "proof", "no root");
}

BOOST_AUTO_TEST_CASE(a_proof_of_another_history_than_the_heads_is_found) {
  Log rewritten;
  rewritten.records[2] = RecordOf(2, "EVIL");
  Evidence evidence = HeadsOf(Log());
  evidence.proofs = {rewritten.Proof(2, kRecords)};
  Expect(Verdict(evidence), "proof", "two histories");
}

BOOST_AUTO_TEST_CASE(a_line_that_is_cut_short_is_named) {
  const std::string lines = LinesOf(HeadsOf(Log()).heads);
  OfflineAudit audit(KeyOf(7).Public());
  std::istringstream heads(lines.substr(0, lines.size() - 9));
  Expect(std::string(audit.AddHeads("heads", heads).message()), "heads line 4", "no signed tree head");
}

BOOST_AUTO_TEST_SUITE_END()
