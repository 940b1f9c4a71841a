#include "tools/guanxi/offline_audit.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "codec/record.h"
#include "rpc/time.h"
#include "tools/guanxi/proof.h"
#include "tools/guanxi/table.h"
#include "tools/guanxi/values.h"

namespace guanxi::cli {
namespace {

using guanxi::v1::SignedTreeHead;

absl::Status NotVerified(const std::string& origin, const std::string& what) {
  return absl::DataLossError("NOT verified: " + origin + ": " + what);
}

template <class Message>
bool Parse(const std::string& json, Message& message) {
  return google::protobuf::util::JsonStringToMessage(json, &message).ok();
}

// Calls judge(message, "NAME line N") with every line.
template <class Message, class Judge>
absl::Status ForEachLine(const std::string& name, std::istream& lines, const char* what, Judge judge) {
  std::string line;
  for (uint64_t number = 1; std::getline(lines, line); ++number) {
    const std::string origin = name + " line " + std::to_string(number);
    Message message;
    if (!Parse(line, message)) return NotVerified(origin, std::string("the line is no ") + what);
    if (absl::Status judged = judge(message, origin); !judged.ok()) return judged;
  }
  return lines.bad() ? NotVerified(name, "the file cannot be read to its end") : absl::OkStatus();
}

std::string Sizes(uint64_t first, uint64_t second) { return "size " + std::to_string(first) + " and size " + std::to_string(second); }

}  // namespace

OfflineAudit::OfflineAudit(ledger::PublicKey key, std::string log_epoch)
    : key_(std::move(key)), only_epoch_(std::move(log_epoch)), epoch_(only_epoch_) {}

absl::Status OfflineAudit::AddHeads(const std::string& name, std::istream& lines) {
  LastOfFile last;
  return ForEachLine<SignedTreeHead>(name, lines, "signed tree head",
                                     [&](const SignedTreeHead& line, const std::string& origin) { return AddHead(line, origin, last); });
}

absl::StatusOr<ledger::TreeHead> OfflineAudit::Judge(const SignedTreeHead& signed_head, const std::string& origin) const {
  const auto signed_at = rpc::FromProto(signed_head.signed_at());
  const std::string& root = signed_head.tree_head().root_hash();
  if (!signed_at || root.size() != ledger::kHashBytes) return NotVerified(origin, "the head has no time or no root of 32 bytes");
  ledger::TreeHead head{.log_epoch = signed_head.log_epoch(),
                        .partition = signed_head.tree_head().partition(),
                        .size = signed_head.tree_head().tree_size(),
                        .root = ledger::HashFromBytes(root),
                        .signed_at = *signed_at};
  if (!ledger::VerifyHead(key_, head, signed_head.signature()))
    return NotVerified(origin, "the signature is not one of this key over this head: the head was altered, or signed by another");
  return head;
}

absl::Status OfflineAudit::CheckEpoch(const ledger::TreeHead& head, const std::string& origin) {
  if (epoch_.empty()) epoch_ = head.log_epoch;
  if (head.log_epoch == epoch_) return absl::OkStatus();
  return NotVerified(origin, "the log epoch is " + head.log_epoch + ", not " + epoch_ +
                                 ": the log was restored to a point in time, or is another; judge each epoch for itself (--log-epoch)");
}

absl::Status OfflineAudit::AddHead(const SignedTreeHead& line, const std::string& origin, LastOfFile& last) {
  const absl::StatusOr<ledger::TreeHead> head = Judge(line, origin);
  if (!head.ok()) return head.status();
  if (!only_epoch_.empty() && head->log_epoch != only_epoch_) return absl::OkStatus();
  if (absl::Status checked = CheckEpoch(*head, origin); !checked.ok()) return checked;
  const auto before = last.find(head->partition);
  if (before != last.end() && head->size < before->second.size)
    return NotVerified(origin, "the tree shrank: " + Sizes(before->second.size, head->size));
  if (before != last.end() && head->signed_at < before->second.signed_at)
    return NotVerified(origin, "the head was signed before the one in front of it");
  last.insert_or_assign(head->partition, *head);
  if (absl::Status kept = Keep(*head, origin); !kept.ok()) return kept;
  Claim claim{head->partition, line.previous_tree_size(), head->size, {}, origin};
  for (const std::string& hash : line.consistency_hashes()) {
    if (hash.size() != ledger::kHashBytes) return NotVerified(origin, "a hash of the consistency proof has not 32 bytes");
    claim.proof.push_back(ledger::HashFromBytes(hash));
  }
  return Check(claim);
}

absl::Status OfflineAudit::Keep(const ledger::TreeHead& head, const std::string& origin) {
  auto& heads = partitions_[head.partition].heads;
  const auto [kept, is_new] = heads.try_emplace(head.size, KeptHead{head, origin, {}});
  if (kept->second.head.root == head.root) return absl::OkStatus();
  return NotVerified(origin, "the root differs from that of " + kept->second.origin + " of the same size: two histories were signed");
}

absl::Status OfflineAudit::Check(const Claim& claim) {
  if (claim.first == 0) return absl::OkStatus();
  auto& heads = partitions_[claim.partition].heads;
  const auto first = heads.find(claim.first);
  if (first == heads.end()) {
    claims_.push_back(claim);
    return absl::OkStatus();
  }
  KeptHead& second = heads.at(claim.second);
  if (!ledger::VerifyConsistency(hasher_, claim.first, first->second.head.root, claim.second, second.head.root, claim.proof))
    return NotVerified(claim.origin, "the consistency proof does not lead from the root of " + first->second.origin +
                                         " to this one: the proof was altered, or the log was");
  second.extends.push_back(claim.first);
  return absl::OkStatus();
}

absl::Status OfflineAudit::AddRecords(const std::string& name, std::istream& lines) {
  records_given_ = true;
  using guanxi::v1::StoredRecord;
  return ForEachLine<StoredRecord>(name, lines, "stored record",
                                   [&](const StoredRecord& line, const std::string& origin) { return AddRecord(line, origin); });
}

absl::Status OfflineAudit::AddRecord(const guanxi::v1::StoredRecord& line, const std::string& origin) {
  Partition& partition = partitions_[line.position().partition()];
  const uint64_t expected = partition.records.size();
  if (line.position().position() != expected)
    return NotVerified(origin, "the record's position is " + std::to_string(line.position().position()) + ", not " +
                                   std::to_string(expected) + ": records are missing, doubled or in another order");
  if (!codec::DecodeRecord(line.record()).ok())
    return NotVerified(origin, "the record does not have the checksum or form of one: it was altered, or a newer version wrote it");
  partition.records.Append(hasher_, hasher_.Leaf(line.record()));
  partition.records_end = origin;
  return CheckRootAt(partition, origin);
}

absl::Status OfflineAudit::CheckRootAt(Partition& partition, const std::string& origin) {
  const uint64_t size = partition.records.size();
  const auto kept = partition.heads.find(size);
  if (kept == partition.heads.end()) return absl::OkStatus();
  if (partition.records.Root(hasher_) != kept->second.head.root) {
    return NotVerified(origin, "the records do not have the root that " + kept->second.origin + " signed: a record of the positions " +
                                   std::to_string(partition.records_verified) + " to " + std::to_string(size - 1) + " was altered");
  }
  partition.records_verified = size;
  return absl::OkStatus();
}

absl::Status OfflineAudit::AddProof(const std::string& name, const std::string& json) {
  guanxi::v1::GetInclusionProofResponse proof;
  if (!Parse(json, proof)) return NotVerified(name, "the file is no inclusion proof in JSON");
  const absl::StatusOr<ledger::TreeHead> head = Judge(proof.signed_tree_head(), name);
  if (!head.ok()) return head.status();
  if (absl::Status checked = CheckEpoch(*head, name); !checked.ok()) return checked;
  if (proof.tree_head().tree_size() != head->size || proof.tree_head().partition() != head->partition ||
      proof.position().partition() != head->partition)
    return NotVerified(name, "the proof is of another partition or size than its signed head");
  const std::string problem = ProblemOf(proof, proof.position().position(), head->root);
  if (!problem.empty()) return NotVerified(name, problem);
  const auto& heads = partitions_[head->partition].heads;
  const auto kept = heads.find(head->size);
  if (kept != heads.end() && kept->second.head.root != head->root)
    return NotVerified(name, "the root differs from that of " + kept->second.origin + " of the same size: two histories were signed");
  proofs_.push_back(name + ": the record at " + std::to_string(head->partition) + ":" + std::to_string(proof.position().position()) +
                    " is in the log of size " + std::to_string(head->size) + ", signed " + FormatTimestamp(head->signed_at) +
                    (kept != heads.end() ? ", whose root " + kept->second.origin + " has too" : "; no head given has that size"));
  return absl::OkStatus();
}

absl::Status OfflineAudit::Finish() {
  // Checking again keeps those whose first tree is not among the heads.
  for (const Claim& claim : std::exchange(claims_, {}))
    if (absl::Status checked = Check(claim); !checked.ok()) return checked;
  if (partitions_.empty() && proofs_.empty()) return NotVerified("the files", "no signed head of the log is in them: nothing was checked");
  for (const auto& [number, partition] : partitions_) {
    const bool has_records = partition.records.size() > 0;
    if (records_given_ && !has_records && !partition.heads.empty() && partition.heads.rbegin()->first > 0)
      return NotVerified(partition.heads.rbegin()->second.origin,
                         "no records of partition " + std::to_string(number) + " are given: give those of every partition that has a head");
    const absl::Status finished = has_records ? FinishRecords(number, partition) : FinishChain(number, partition);
    if (!finished.ok()) return finished;
  }
  return absl::OkStatus();
}

absl::Status OfflineAudit::FinishRecords(uint32_t number, const Partition& partition) const {
  const uint64_t records = partition.records.size();
  const uint64_t newest = partition.heads.empty() ? 0 : partition.heads.rbegin()->first;
  if (records < newest)
    return NotVerified(partition.records_end, "the records of partition " + std::to_string(number) + " end here, but " +
                                                  partition.heads.rbegin()->second.origin + " signed " + std::to_string(newest) +
                                                  ": records are missing");
  if (records > newest)
    return NotVerified(partition.records_end, "the records of partition " + std::to_string(number) + " from position " +
                                                  std::to_string(newest) + " on are under no signed head");
  return absl::OkStatus();
}

absl::Status OfflineAudit::FinishChain(uint32_t, const Partition& partition) const {
  const KeptHead* before = nullptr;
  for (const auto& [size, kept] : partition.heads) {
    const auto& extends = kept.extends;
    if (before != nullptr && before->head.size > 0 && std::find(extends.begin(), extends.end(), before->head.size) == extends.end())
      return NotVerified(kept.origin, "nothing proves that this tree extends that of " + before->origin + " (" +
                                          Sizes(before->head.size, size) +
                                          "): lines are missing or files of heads do not meet; give the records too");
    before = &kept;
  }
  return absl::OkStatus();
}

std::string OfflineAudit::Summary() const {
  std::string text;
  for (const auto& [number, partition] : partitions_) {
    if (partition.heads.empty()) continue;
    const ledger::TreeHead& newest = partition.heads.rbegin()->second.head;
    text += "partition " + std::to_string(number) + ": " + FormatCount(partition.heads.size()) + " heads, the newest of size " +
            FormatCount(newest.size) + " with root " + ledger::ToHex(newest.root) + ", signed " + FormatTimestamp(newest.signed_at) +
            (partition.records.size() > 0 ? "; every record is under them\n" : "; each extends the one before\n");
  }
  for (const std::string& proof : proofs_) text += proof + "\n";
  return text + "verified here, log epoch " + epoch_ + "\n";
}

google::protobuf::Struct OfflineAudit::Report() const {
  google::protobuf::Struct report;
  auto& fields = *report.mutable_fields();
  fields["verified"].set_bool_value(true);
  fields["logEpoch"].set_string_value(epoch_);
  auto& partitions = *fields["partitions"].mutable_list_value();
  for (const auto& [number, partition] : partitions_) {
    if (partition.heads.empty()) continue;
    const ledger::TreeHead& newest = partition.heads.rbegin()->second.head;
    auto& one = *partitions.add_values()->mutable_struct_value()->mutable_fields();
    one["partition"].set_number_value(number);
    one["heads"].set_number_value(static_cast<double>(partition.heads.size()));
    one["treeSize"].set_string_value(std::to_string(newest.size));
    one["rootHash"].set_string_value(ledger::ToHex(newest.root));
    one["signedAt"].set_string_value(FormatTimestamp(newest.signed_at));
    one["checkedBy"].set_string_value(partition.records.size() > 0 ? "RECORDS" : "CHAIN");
  }
  auto& proofs = *fields["proofs"].mutable_list_value();
  for (const std::string& proof : proofs_) proofs.add_values()->set_string_value(proof);
  return report;
}

}  // namespace guanxi::cli
