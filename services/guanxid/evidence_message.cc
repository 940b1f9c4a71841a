#include "guanxid/evidence_message.h"

#include "guanxid/event_message.h"
#include "relations/account.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

absl::StatusOr<v1::Evidence> Read(const partition::View& view, store::LogReader& log, Position position) {
  const absl::StatusOr<AccountRecord> read = ReadAccountRecord(log, position);
  if (!read.ok()) return read.status();
  const codec::RecordView& record = read->record;
  v1::Evidence evidence;
  evidence.mutable_position()->set_partition(view.partition.value);
  evidence.mutable_position()->set_position(position.value);
  evidence.set_source(std::string(record.source));
  evidence.set_id(std::string(record.id));
  evidence.set_type(TypeNameOf(record));
  evidence.set_actor(std::string(record.actor));
  *evidence.mutable_occurred_at() = rpc::ToProto(record.occurred_at);
  return evidence;
}

}  // namespace

absl::StatusOr<v1::Evidence> EvidenceAt(const partition::View& view, Position position) {
  store::LogReader log = view.Log();
  return Read(view, log, position);
}

absl::Status AddEvidence(const partition::View& view, const std::vector<Position>& positions,
                         google::protobuf::RepeatedPtrField<v1::Evidence>* out) {
  store::LogReader log = view.Log();
  for (const Position position : positions) {
    if (position == relations::kNoPosition) continue;
    absl::StatusOr<v1::Evidence> evidence = Read(view, log, position);
    if (!evidence.ok()) return evidence.status();
    *out->Add() = *std::move(evidence);
  }
  return absl::OkStatus();
}

}  // namespace guanxi::service
