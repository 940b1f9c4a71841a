// Keys of the view family: one byte names the table, so that one generation of
// all views is one RocksDB family. Tables of an account stand behind the account,
// so that what an event changes lies together. Numbers are big-endian: byte order
// is their order. acct is the AccountNumber, u32.
//
//   'a' acct 'r' 0                                -> what the indexes hold of it, length-prefixed, and its core (index.h)
//   'a' acct 'r' kind:u8 child id                 -> row (relations/row_coding.h)
//   'a' acct 'd' xxh3-64(source, 0, id)           -> positions, varints (several only on a hash collision)
//   'a' acct 't' occurred_at:ordered u64 position:u64 -> empty; the account's events in fold order
//   'a' acct 's' occurred_at position             -> {included_to, superseded_at} u64 LE: snapshot after that event
//   'a' acct 'S' occurred_at position             -> core and all children at that event
//   'a' acct 'F' n:u32                            -> told change n of the account (feed.h)
//   'n' account id                                -> acct u32 BE
//   'T' 4-tier:u8 1000-score:u16 account id       -> empty
//   'R' ~revenue:ordered i128 account id          -> empty; highest first
//   'O' owner 0 account id                        -> empty; bytes 0 and 1 of a text before a 0 are written 1 1 and 1 2
//   'G' group 0 account id                        -> empty
//   'X' system 0 external id 0 account id         -> empty
//   'D' due:ordered u64 acct                      -> empty; the next instant the account changes by time
//   'D' due:ordered u64 ffffffff                  -> how many accounts were looked at, varint: a policy's first month end, due for all
//   'M' month:ordered u32 currency[3] acct        -> month row (relations/row_coding.h)
//   'P' position:u64                              -> parked record: reason varint; account id and its 'Q' key, length-prefixed
//   'Q' xxh3-64(account id, 0, source, 0, id)     -> positions of open parked records, varints, the newest few
//   'C' account id                                -> number of open parked records, varint
//   'B' position:u64 n:u8                         -> outbox: an encoded record for another account
//   '#' name                                      -> counters: "accounts", "unknown", "parked"
//   '!'                                           -> how far the views are (projector_state.h); only in the store
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "base/byte_coding.h"
#include "base/strong.h"
#include "base/time.h"
#include "relations/child.h"

namespace guanxi::partition {

enum class Table : char {
  kName = 'n',
  kRow = 'r',
  kEventId = 'd',
  kTimeline = 't',
  kSnapshotHead = 's',
  kSnapshotData = 'S',
  kByTier = 'T',
  kByRevenue = 'R',
  kByOwner = 'O',
  kByGroup = 'G',
  kByExternalId = 'X',
  kDue = 'D',
  kMonth = 'M',
  kParked = 'P',
  kParkedCount = 'C',
  kParkedId = 'Q',
  kOutbox = 'B',
  kTold = 'F',
  kCounter = '#',
  kState = '!',
};

// No account has this number.
inline constexpr AccountNumber kEveryAccount{0xffffffff};

inline constexpr char kOfAccount = 'a';
inline constexpr size_t kTableOfAccountAt = 5;

// The table of a key, or of a prefix that reaches it.
inline Table TableOf(std::string_view key) {
  return static_cast<Table>(key[0] == kOfAccount && key.size() > kTableOfAccountAt ? key[kTableOfAccountAt] : key[0]);
}

// Builds a key part by part, without allocating for the usual ones.
class Key {
 public:
  explicit Key(Table table) { U8(static_cast<uint8_t>(table)); }
  // Of a table that stands behind its account.
  Key(Table table, AccountNumber account) { U8(kOfAccount).Account(account).U8(static_cast<uint8_t>(table)); }
  Key& U8(uint8_t v) { return Big(v); }
  Key& U16(uint16_t v) { return Big(v); }
  Key& U32(uint32_t v) { return Big(v); }
  Key& U64(uint64_t v) { return Big(v); }
  Key& Account(AccountNumber a) { return U32(a.value); }
  Key& Time(Timestamp t) { return U64(OrderedBits(t.micros)); }
  Key& At(Position p) { return U64(p.value); }
  Key& Text(std::string_view s);
  // Text that is followed by more: ends with a zero byte, and holds none.
  Key& Terminated(std::string_view s);
  Key& Int128(int128 v);
  // A key is given wherever bytes are taken. NOLINTNEXTLINE(google-explicit-constructor)
  operator std::string_view() const { return long_.empty() ? std::string_view(short_, size_) : std::string_view(long_); }
  std::string bytes() const { return std::string(std::string_view(*this)); }

 private:
  template <class T>
  Key& Big(T v) {
    char big[sizeof(T)];
    for (size_t i = 0; i < sizeof(T); ++i) big[i] = static_cast<char>(v >> (8 * (sizeof(T) - 1 - i)));
    return Text({big, sizeof big});
  }
  char short_[80];
  size_t size_ = 0;
  std::string long_;  // holds the whole key once it is longer than short_
};

inline Key& Key::Text(std::string_view s) {
  if (long_.empty() && size_ + s.size() <= sizeof short_) {
    std::memcpy(short_ + size_, s.data(), s.size());
    size_ += s.size();
  } else {
    if (long_.empty()) long_.assign(short_, size_);
    long_.append(s);
  }
  return *this;
}

inline Key& Key::Terminated(std::string_view s) {
  // Zero becomes 1 1, and one 1 2; hardly any text holds them.
  for (size_t rare; (rare = s.find_first_of(std::string_view("\0\1", 2))) != std::string_view::npos; s.remove_prefix(rare + 1))
    Text(s.substr(0, rare)).U8(1).U8(s[rare] == 0 ? 1 : 2);
  return Text(s).U8(0);
}

inline Key& Key::Int128(int128 v) {
  const auto bits = static_cast<unsigned __int128>(v) ^ (static_cast<unsigned __int128>(1) << 127);
  return U64(static_cast<uint64_t>(bits >> 64)).U64(static_cast<uint64_t>(bits));
}

// Keys of the meta family, which describes the log.
inline constexpr std::string_view kMetaSize = "size";            // records in the log, u64 LE
inline constexpr std::string_view kMetaRoot = "root";            // tree head's hash at that size
inline constexpr std::string_view kMetaRecorded = "recorded";    // newest recorded_at, micros, i64 LE
inline constexpr std::string_view kMetaFeedSize = "feed size";   // rows in the feed, u64 LE
inline constexpr std::string_view kMetaSource = "source";        // how far the source was applied (source_progress.h)
inline constexpr std::string_view kMetaAdmission = "admission";  // level u32 LE, position u64 LE of its record; absent: 1
inline constexpr std::string_view kMetaSweep = "sweep ";         // + slice u64 BE: a sweep since the last checkpoint (sweep_journal.h)

}  // namespace guanxi::partition
