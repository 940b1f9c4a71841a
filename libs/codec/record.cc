#include "codec/record.h"

#include <xxhash.h>

#include <optional>

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::codec {
namespace {

uint64_t ChecksumOf(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

bool HasTypeName(const RecordView& record) { return record.type == 0 && !record.type_name.empty(); }

void PutHeader(const RecordView& record, std::string& out) {
  const int flags = (record.parked() ? kRecordParked : 0) | (HasTypeName(record) ? kRecordHasTypeName : 0);
  PutLittleEndian(out, kRecordFormatVersion);
  PutLittleEndian(out, static_cast<uint8_t>(flags));
  PutLittleEndian(out, record.type);
  PutLittleEndian(out, static_cast<uint64_t>(record.occurred_at.micros));
  PutLittleEndian(out, static_cast<uint64_t>(record.recorded_at.micros));
}

void PutAttributes(const RecordView& record, std::string& out) {
  PutVarint(out, record.account_version);
  for (std::string_view text :
       {record.account_id, record.source, record.id, record.actor, record.on_behalf_of, record.correlation_id, record.causation_id}) {
    PutLengthPrefixed(out, text);
  }
  if (HasTypeName(record)) PutLengthPrefixed(out, record.type_name);
}

void PutLists(const RecordView& record, std::string& out) {
  PutVarint(out, record.extensions.size());
  for (const ExtensionView& extension : record.extensions) {
    PutLengthPrefixed(out, extension.name);
    PutLengthPrefixed(out, extension.value);
  }
  PutVarint(out, record.sealed.size());
  for (const SealedPartView& part : record.sealed) {
    PutLengthPrefixed(out, part.subject);
    PutLengthPrefixed(out, part.key_id);
    PutLengthPrefixed(out, part.nonce);
    PutLengthPrefixed(out, part.ciphertext);
  }
}

size_t EstimatedBytes(const RecordView& record) {
  return kRecordHeaderBytes + kRecordChecksumBytes + 64 + record.account_id.size() + record.source.size() + record.id.size() +
         record.payload.size();
}

absl::Status Corrupt(std::string_view what) {
  return Refuse(Reason::STORE_CORRUPT, "stored record: " + std::string(what), {{"what", std::string(what)}});
}

// A count is believed if the bytes that follow can hold it: each text takes at
// least one. The limits of admission are no measure: a parked record broke one.
std::optional<size_t> ReadCount(ByteReader& reader, size_t texts_each) {
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count > reader.rest().size() / texts_each) return std::nullopt;
  return static_cast<size_t>(count);
}

bool ReadLists(ByteReader& reader, RecordView& record) {
  const std::optional<size_t> extensions = ReadCount(reader, 2);
  if (!extensions) return false;
  record.extensions.reserve(*extensions);
  for (uint64_t i = 0; i < *extensions; ++i) {
    ExtensionView& extension = record.extensions.emplace_back();
    extension.name = reader.LengthPrefixed();
    extension.value = reader.LengthPrefixed();
  }
  const std::optional<size_t> parts = ReadCount(reader, 4);
  if (!parts) return false;
  record.sealed.reserve(*parts);
  for (uint64_t i = 0; i < *parts; ++i) {
    SealedPartView& part = record.sealed.emplace_back();
    part.subject = reader.LengthPrefixed();
    part.key_id = reader.LengthPrefixed();
    part.nonce = reader.LengthPrefixed();
    part.ciphertext = reader.LengthPrefixed();
  }
  return reader.ok();
}

void ReadAttributes(ByteReader& reader, RecordView& record, bool has_type_name) {
  record.account_version = reader.Varint();
  record.account_id = reader.LengthPrefixed();
  record.source = reader.LengthPrefixed();
  record.id = reader.LengthPrefixed();
  record.actor = reader.LengthPrefixed();
  record.on_behalf_of = reader.LengthPrefixed();
  record.correlation_id = reader.LengthPrefixed();
  record.causation_id = reader.LengthPrefixed();
  if (has_type_name) record.type_name = reader.LengthPrefixed();
}

absl::Status CheckFrame(std::string_view bytes) {
  if (bytes.size() < kRecordHeaderBytes + kRecordChecksumBytes) return Corrupt("too short");
  ByteReader checksum(bytes.substr(bytes.size() - kRecordChecksumBytes));
  bytes.remove_suffix(kRecordChecksumBytes);
  if (checksum.LittleEndian<uint64_t>() != ChecksumOf(bytes)) return Corrupt("checksum differs");
  if (static_cast<uint8_t>(bytes[0]) != kRecordFormatVersion) return Corrupt("unknown format version");
  if ((static_cast<uint8_t>(bytes[1]) & ~kRecordKnownFlags) != 0) return Corrupt("unknown flag");
  return absl::OkStatus();
}

}  // namespace

void EncodeRecord(const RecordView& record, std::string& out) {
  const size_t begin = out.size();
  out.reserve(begin + EstimatedBytes(record));
  PutHeader(record, out);
  PutAttributes(record, out);
  PutLists(record, out);
  PutLengthPrefixed(out, record.content_type);
  if (record.parked()) PutVarint(out, record.park_reason);
  PutLengthPrefixed(out, record.payload);
  PutLittleEndian(out, ChecksumOf(std::string_view(out).substr(begin)));
}

std::string EncodeRecord(const RecordView& record) {
  std::string out;
  EncodeRecord(record, out);
  return out;
}

absl::StatusOr<RecordView> DecodeRecord(std::string_view bytes) {
  if (absl::Status frame = CheckFrame(bytes); !frame.ok()) return frame;
  bytes.remove_suffix(kRecordChecksumBytes);
  ByteReader reader(bytes);
  reader.LittleEndian<uint8_t>();
  const auto flags = reader.LittleEndian<uint8_t>();
  RecordView record;
  record.type = reader.LittleEndian<uint16_t>();
  record.occurred_at.micros = static_cast<int64_t>(reader.LittleEndian<uint64_t>());
  record.recorded_at.micros = static_cast<int64_t>(reader.LittleEndian<uint64_t>());
  ReadAttributes(reader, record, (flags & kRecordHasTypeName) != 0);
  if (!ReadLists(reader, record)) return Corrupt("list of extensions or sealed parts");
  record.content_type = reader.LengthPrefixed();
  if ((flags & kRecordParked) != 0) {
    const uint64_t reason = reader.Varint();
    if (reason == 0 || reason > UINT32_MAX) return Corrupt("park reason");
    record.park_reason = static_cast<uint32_t>(reason);
  }
  record.payload = reader.LengthPrefixed();
  if (!reader.ok() || !reader.AtEnd()) return Corrupt("lengths do not add up");
  if (record.type != 0 && !record.type_name.empty()) return Corrupt("a known type has a name");
  return record;
}

Record Record::CopyOf(const RecordView& view) {
  Record copy{.type = view.type,
              .park_reason = view.park_reason,
              .occurred_at = view.occurred_at,
              .recorded_at = view.recorded_at,
              .account_version = view.account_version,
              .account_id = std::string(view.account_id),
              .source = std::string(view.source),
              .id = std::string(view.id),
              .actor = std::string(view.actor),
              .on_behalf_of = std::string(view.on_behalf_of),
              .correlation_id = std::string(view.correlation_id),
              .causation_id = std::string(view.causation_id),
              .type_name = std::string(view.type_name),
              .content_type = std::string(view.content_type),
              .payload = std::string(view.payload)};
  for (const ExtensionView& e : view.extensions) copy.extensions.push_back({std::string(e.name), std::string(e.value)});
  for (const SealedPartView& p : view.sealed) {
    copy.sealed.push_back({std::string(p.subject), std::string(p.key_id), std::string(p.nonce), std::string(p.ciphertext)});
  }
  return copy;
}

RecordView Record::View() const {
  RecordView view{.type = type,
                  .park_reason = park_reason,
                  .occurred_at = occurred_at,
                  .recorded_at = recorded_at,
                  .account_version = account_version,
                  .account_id = account_id,
                  .source = source,
                  .id = id,
                  .actor = actor,
                  .on_behalf_of = on_behalf_of,
                  .correlation_id = correlation_id,
                  .causation_id = causation_id,
                  .type_name = type_name,
                  .content_type = content_type,
                  .payload = payload};
  view.extensions.reserve(extensions.size());
  for (const Extension& e : extensions) view.extensions.push_back({e.name, e.value});
  view.sealed.reserve(sealed.size());
  for (const SealedPart& p : sealed) view.sealed.push_back({p.subject, p.key_id, p.nonce, p.ciphertext});
  return view;
}

}  // namespace guanxi::codec
