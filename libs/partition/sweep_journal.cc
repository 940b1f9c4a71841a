#include "partition/sweep_journal.h"

#include "base/byte_coding.h"
#include "partition/keys.h"

namespace guanxi::partition {
namespace {

std::string SweepKey(uint64_t number) {
  std::string key(kMetaSweep);
  PutBigEndian(key, number);
  return key;
}

}  // namespace

void NoteSweep(store::Batch& batch, const NotedSweep& slice) {
  std::string value;
  PutLittleEndian(value, slice.log_size);
  PutLittleEndian(value, slice.accounts_max);
  batch.Put(store::Family::kMeta, SweepKey(slice.number), value);
}

void ForgetSweep(store::Batch& batch, uint64_t number) { batch.Delete(store::Family::kMeta, SweepKey(number)); }

absl::StatusOr<std::deque<NotedSweep>> ReadSweeps(const store::Snapshot& snapshot) {
  std::deque<NotedSweep> slices;
  auto cursor = snapshot.ScanPrefix(store::Family::kMeta, kMetaSweep);
  for (; cursor.Valid(); cursor.Next()) {
    ByteReader in(cursor.value());
    NotedSweep slice;
    slice.number = GetBigEndian<uint64_t>(cursor.key().data() + kMetaSweep.size());
    slice.log_size = in.LittleEndian<uint64_t>();
    slice.accounts_max = in.LittleEndian<uint64_t>();
    slices.push_back(slice);
  }
  if (auto status = cursor.status(); !status.ok()) return status;
  return slices;
}

}  // namespace guanxi::partition
