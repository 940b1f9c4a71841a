// What an auditor keeps, judged with the public key alone: no server, nothing
// taken on trust (docs/audit.md).
#pragma once

#include <google/protobuf/struct.pb.h>

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "guanxi/v1/audit_service.pb.h"
#include "ledger/merkle.h"
#include "ledger/signed_head.h"

namespace guanxi::cli {

// Give it all heads, then all records, then proofs, then Finish. Every refusal is DATA_LOSS,
// "NOT verified: FILE line N: what is wrong"; after one, nothing more is
// judged. `name` is the file's, for messages. Not thread-safe. Memory: some
// 150 bytes per head, nothing per record.
class OfflineAudit {
 public:
  // log_epoch: heads of others are passed over; empty: all must be of one.
  explicit OfflineAudit(ledger::PublicKey key, std::string log_epoch = "");

  // Lines of SignedTreeHead. Each is signed; in a file a partition's sizes
  // never shrink and its times never go back; one size has one root.
  absl::Status AddHeads(const std::string& name, std::istream& lines);
  // Lines of StoredRecord, dense from position 0. Each record's checksum holds, and
  // the records up to the size of every head have that head's root.
  absl::Status AddRecords(const std::string& name, std::istream& lines);
  // A GetInclusionProofResponse: its head is signed and the record is under it.
  absl::Status AddProof(const std::string& name, const std::string& json);
  // What can be said only now: of a partition with records, that they end where
  // the newest head does; of any other, that every tree extends the one before
  // by a proof.
  absl::Status Finish();

  // What was verified, for people; and the same for programs: verified, logEpoch, partitions with partition, heads, treeSize, rootHash
  // (hexadecimal), signedAt, checkedBy (RECORDS or CHAIN), proofs. Sizes are strings, as in protobuf's JSON.
  std::string Summary() const;
  google::protobuf::Struct Report() const;

 private:
  struct KeptHead {
    ledger::TreeHead head;
    std::string origin;  // "heads.jsonl line 3"
    // Sizes of trees that this one is proved to extend.
    std::vector<uint64_t> extends;
  };
  // A proof whose first tree was not known when it was read.
  struct Claim {
    uint32_t partition;
    uint64_t first, second;
    ledger::Proof proof;
    std::string origin;
  };
  struct Partition {
    std::map<uint64_t, KeptHead> heads;  // by size
    ledger::Frontier records;
    std::string records_end;        // where the last record was read
    uint64_t records_verified = 0;  // size of the largest head that the records had the root of
  };
  using LastOfFile = std::map<uint32_t, ledger::TreeHead>;

  absl::StatusOr<ledger::TreeHead> Judge(const guanxi::v1::SignedTreeHead& signed_head, const std::string& origin) const;
  absl::Status CheckEpoch(const ledger::TreeHead& head, const std::string& origin);
  absl::Status AddHead(const guanxi::v1::SignedTreeHead& line, const std::string& origin, LastOfFile& last);
  absl::Status Keep(const ledger::TreeHead& head, const std::string& origin);
  absl::Status Check(const Claim& claim);
  absl::Status AddRecord(const guanxi::v1::StoredRecord& line, const std::string& origin);
  absl::Status CheckRootAt(Partition& partition, const std::string& origin);
  absl::Status FinishChain(uint32_t number, const Partition& partition) const;
  absl::Status FinishRecords(uint32_t number, const Partition& partition) const;

  const ledger::PublicKey key_;
  const std::string only_epoch_;
  bool records_given_ = false;
  std::string epoch_;
  std::map<uint32_t, Partition> partitions_;
  std::vector<Claim> claims_;
  std::vector<std::string> proofs_;
  ledger::Hasher hasher_;
};

}  // namespace guanxi::cli
