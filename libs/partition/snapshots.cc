#include "partition/snapshots.h"

#include "base/byte_coding.h"
#include "base/reason.h"
#include "partition/keys.h"
#include "relations/row_coding.h"

namespace guanxi::partition {
namespace {

using relations::Child;
using relations::ChildKey;
using relations::ChildKind;

constexpr uint64_t kNotSuperseded = ~uint64_t{0};

struct Head {
  uint64_t included_to = 0;
  uint64_t superseded_at = kNotSuperseded;
};

std::string EncodeHead(const Head& head) {
  std::string out;
  PutLittleEndian(out, head.included_to);
  PutLittleEndian(out, head.superseded_at);
  return out;
}

Head DecodeHead(std::string_view bytes) {
  ByteReader in(bytes);
  Head head;
  head.included_to = in.LittleEndian<uint64_t>();
  head.superseded_at = in.LittleEndian<uint64_t>();
  return head;
}

std::string EncodeMemory(const relations::AccountCore& core, const SnapshotChildren& children) {
  std::string out(1, '\1');
  PutLengthPrefixed(out, relations::EncodedCore(core));
  PutVarint(out, children.count);
  return out += children.bytes;
}

absl::StatusOr<AccountMemory> DecodeMemory(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.LittleEndian<uint8_t>() != 1) return Refuse(Reason::STORE_CORRUPT, "an account snapshot has an unknown version");
  AccountMemory memory;
  auto core = relations::DecodeCore(in.LengthPrefixed());
  if (!core.ok()) return core.status();
  memory.core = *std::move(core);
  for (uint64_t n = in.Varint(); n > 0 && in.ok(); --n) {
    const auto kind = static_cast<ChildKind>(in.LittleEndian<uint8_t>());
    ChildKey key{kind, std::string(in.LengthPrefixed())};
    auto child = relations::DecodeChild(kind, in.LengthPrefixed());
    if (!child.ok()) return child.status();
    memory.children.emplace_hint(memory.children.end(), std::move(key), *std::move(child));
  }
  if (!in.ok() || !in.AtEnd()) return Refuse(Reason::STORE_CORRUPT, "an account snapshot is cut short");
  return memory;
}

std::string DataKeyOf(std::string_view head_key) {
  std::string key(head_key);
  key[kTableOfAccountAt] = static_cast<char>(Table::kSnapshotData);
  return key;
}

Timestamp InstantOf(std::string_view head_key) {
  return Timestamp{FromOrderedBits(GetBigEndian<uint64_t>(head_key.data() + head_key.size() - 16))};
}

}  // namespace

void SnapshotChildren::Add(ChildKind kind, std::string_view id, std::string_view row) {
  bytes += static_cast<char>(kind);
  PutLengthPrefixed(bytes, id);
  PutLengthPrefixed(bytes, row);
  ++count;
}

relations::Transition FoldInMemory(AccountMemory& memory, const relations::Event& event, const relations::FoldContext& context,
                                   std::set<relations::ChildKey>* touched) {
  relations::ChildSet children;
  for (auto& key : relations::ChildrenNeeded(memory.core, event, context.calendar)) {
    if (touched != nullptr) touched->insert(key);
    if (const auto it = memory.children.find(key); it != memory.children.end()) children.Load(key, it->second);
  }
  auto transition = relations::Fold(memory.core, children, event, context);
  children.ForEachDirty([&](const ChildKey& key, const Child* child) {
    if (touched != nullptr) touched->insert(key);
    if (child == nullptr) {
      memory.children.erase(key);
    } else {
      memory.children.insert_or_assign(key, *child);
    }
  });
  return transition;
}

std::string TimelineAfter(AccountNumber account, const relations::AccountCore& core) {
  if (core.account_version == 0) return Key(Table::kTimeline, account).bytes();
  return Key(Table::kTimeline, account).Time(core.last_event_at).At(Position{core.last_position.value + 1}).bytes();
}

void PutSnapshot(Overlay& rows, AccountNumber account, const relations::AccountCore& core, const SnapshotChildren& children,
                 Position included_to) {
  const Key key = Key(Table::kSnapshotHead, account).Time(core.last_event_at).At(included_to);
  rows.Put(key, EncodeHead({included_to.value, kNotSuperseded}));
  rows.Put(DataKeyOf(key), EncodeMemory(core, children));
}

void PutSnapshot(Overlay& rows, AccountNumber account, const AccountMemory& memory, Position included_to) {
  SnapshotChildren children;
  for (const auto& [key, child] : memory.children) children.Add(key.kind, key.id, relations::EncodedChild(child));
  PutSnapshot(rows, account, memory.core, children, included_to);
}

absl::Status SupersedeSnapshots(Overlay& rows, AccountNumber account, Timestamp at, Position position) {
  std::vector<std::pair<std::string, Head>> later;
  const auto status = rows.Scan(Key(Table::kSnapshotHead, account), [&](std::string_view key, std::string_view value) {
    const Head head = DecodeHead(value);
    if (InstantOf(key) > at && head.superseded_at == kNotSuperseded) later.emplace_back(key, head);
    return true;
  });
  if (!status.ok()) return status;
  for (auto& [key, head] : later) {
    head.superseded_at = position.value;
    rows.Put(key, EncodeHead(head));
  }
  return absl::OkStatus();
}

absl::StatusOr<AccountMemory> LatestSnapshotBefore(const Overlay& rows, AccountNumber account, Timestamp at, Position position) {
  std::string best;
  const auto status = rows.Scan(Key(Table::kSnapshotHead, account), [&](std::string_view key, std::string_view value) {
    const Head head = DecodeHead(value);
    if (InstantOf(key) <= at && head.included_to < position.value && head.superseded_at > position.value) best = DataKeyOf(key);
    return InstantOf(key) <= at;
  });
  if (!status.ok()) return status;
  if (best.empty()) return AccountMemory{};
  const auto bytes = rows.Get(best);
  if (!bytes.ok()) return bytes.status();
  if (!*bytes) return Refuse(Reason::STORE_CORRUPT, "an account snapshot has a head and no data");
  return DecodeMemory(**bytes);
}

absl::StatusOr<AccountMemory> SnapshotAsOf(const Rows& rows, AccountNumber account, Position known_to, Timestamp valid_to) {
  const Key prefix = Key(Table::kSnapshotHead, account);
  const Key end = Key(Table::kSnapshotHead, account).Time(Timestamp{valid_to.micros + 1});
  auto cursor = rows.ScanReverse(prefix, end);
  for (; cursor.Valid(); cursor.Next()) {
    const Head head = DecodeHead(cursor.value());
    if (head.included_to > known_to.value || head.superseded_at <= known_to.value) continue;
    const auto bytes = rows.Get(DataKeyOf(cursor.key()));
    if (!bytes.ok()) return bytes.status();
    if (!*bytes) return Refuse(Reason::STORE_CORRUPT, "an account snapshot has a head and no data");
    return DecodeMemory(**bytes);
  }
  if (auto status = cursor.status(); !status.ok()) return status;
  return AccountMemory{};
}

}  // namespace guanxi::partition
