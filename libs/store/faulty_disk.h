// A disk that fails when it is told to, for tests: passes everything on to the
// machine's files, remembers what was not fsynced, and loses it in a power cut.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "store/store.h"

namespace guanxi::store {

// Thread-safe. Outlives the stores on it.
class FaultyDisk final : public Disk {
 public:
  // seed: of what a power cut loses and of the bits that flip.
  explicit FaultyDisk(uint64_t seed);
  ~FaultyDisk() override;
  rocksdb::Env* env() const override;

  // Bytes that can still be written: of a write that does not fit the first part
  // is written, and the answer is ENOSPC. nullopt: there is room without end.
  void LimitRoom(std::optional<uint64_t> bytes);
  // EIO to every write, every fsync, every read, until it is taken back. A write
  // that fails leaves half of its bytes.
  void FailWrites(bool fail);
  void FailSyncs(bool fail);
  void FailReads(bool fail);
  // An fsync does not return until it is taken back.
  void HoldSyncs(bool hold);
  // In one in so many sectors of 4 KiB, one bit is read as another than was
  // written, the same in every read until it is set anew; 0: in none.
  void FlipBits(uint64_t one_in);

  // The power goes after so many more writes and fsyncs: from then on everything
  // that changes a file fails.
  void CutPowerAfter(uint64_t operations);
  bool is_dark() const;
  // Once the stores are closed: what was not fsynced is gone in part or as a
  // whole (the ends of files, the newest names of a directory), and the disk
  // works without faults.
  void RestorePower();

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace guanxi::store
