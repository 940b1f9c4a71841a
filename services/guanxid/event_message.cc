#include "guanxid/event_message.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include "base/reason.h"
#include "codec/shown_text.h"
#include "guanxi/event/v1/control.pb.h"
#include "privacy/sealing.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

using relations::EventType;

constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com/";

std::string ParkedReasonOf(uint32_t number) {
#define GUANXI_REASON_NAME(name, value, code, cause, remedy) \
  if (number == value) return #name;
  GUANXI_REASONS(GUANXI_REASON_NAME)
#undef GUANXI_REASON_NAME
  return std::to_string(number);
}

// A parked payload may be anything: shown as a message only when it is one, and one that JSON can say, as a time beyond
// the year 9999 is not: it would break the whole page of whoever reads JSON.
bool IsMessage(const std::string& type_name, const std::string& payload) {
  const auto* const type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type_name);
  if (type == nullptr) return false;
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  std::string json;
  return message->ParseFromString(payload) && google::protobuf::util::MessageToJsonString(*message, &json).ok();
}

void SetEnvelope(const codec::RecordView& record, v1::Event& event) {
  event.set_id(codec::ShownText(record.id));
  event.set_source(codec::ShownText(record.source));
  event.set_type(codec::ShownText(TypeNameOf(record)));
  event.set_account_id(codec::ShownText(record.account_id));
  *event.mutable_occurred_at() = rpc::ToProto(record.occurred_at);
  *event.mutable_recorded_at() = rpc::ToProto(record.recorded_at);
  event.set_actor(codec::ShownText(record.actor));
  event.set_on_behalf_of(codec::ShownText(record.on_behalf_of));
  event.set_correlation_id(codec::ShownText(record.correlation_id));
  event.set_causation_id(codec::ShownText(record.causation_id));
  event.set_account_version(record.account_version);
  if (record.parked()) event.set_parked_reason(ParkedReasonOf(record.park_reason));
  for (const codec::ExtensionView& extension : record.extensions) {
    v1::Extension& added = *event.add_extensions();
    added.set_name(codec::ShownText(extension.name));
    added.set_value(codec::ShownText(extension.value));
  }
}

// Subjects whose personal parts stay closed.
struct Closed {
  std::vector<std::string> gone, unreadable;
  friend bool operator==(const Closed&, const Closed&) = default;
};

Closed Unseal(const codec::RecordView& record, const privacy::KeyStore& keys, std::string& payload) {
  Closed closed;
  const privacy::Binding binding{record.account_id, record.source, record.id, record.type};
  for (const codec::SealedPartView& part : record.sealed) {
    const privacy::SealedPartView sealed{part.subject, part.key_id, part.nonce, part.ciphertext};
    const privacy::Unsealed unsealed = privacy::UnsealPayload(TypeNameOf(record), binding, sealed, keys, payload);
    if (unsealed == privacy::Unsealed::kRestored) continue;
    (unsealed == privacy::Unsealed::kErased ? closed.gone : closed.unreadable).push_back(codec::ShownText(part.subject));
  }
  return closed;
}

void SetPayload(const codec::RecordView& record, std::string payload, v1::Event& event) {
  const bool known = record.type != 0 && record.content_type.empty();
  if (known && (!record.parked() || IsMessage(event.type(), payload))) {
    event.mutable_data()->set_type_url(std::string(kTypeUrlPrefix) + event.type());
    event.mutable_data()->set_value(std::move(payload));
    return;
  }
  event.mutable_raw()->set_type(event.type());
  event.mutable_raw()->set_content_type(codec::ShownText(record.content_type));
  event.mutable_raw()->set_data(std::move(payload));
}

}  // namespace

std::string TypeNameOf(const codec::RecordView& record) {
  if (!record.type_name.empty()) return std::string(record.type_name);
  return relations::FullName(EventType{record.type});
}

bool IsControl(const codec::RecordView& record) {
  return relations::EntryOf(EventType{record.type}).family == relations::EventFamily::kControl;
}

v1::Event EventFrom(const codec::RecordView& record, PartitionId partition, Position position, const privacy::KeyStore& keys) {
  v1::Event event;
  event.mutable_position()->set_partition(partition.value);
  event.mutable_position()->set_position(position.value);
  SetEnvelope(record, event);
  std::string payload(record.payload);
  Closed closed = Unseal(record, keys, payload);
  for (std::string& subject : closed.gone) event.add_erased_subjects(std::move(subject));
  for (std::string& subject : closed.unreadable) event.add_unreadable_subjects(std::move(subject));
  SetPayload(record, std::move(payload), event);
  return event;
}

absl::StatusOr<v1::Event> ReadEventMessage(const partition::View& view, Position position, const privacy::KeyStore& keys) {
  store::LogReader log = view.Log();
  const absl::StatusOr<std::string_view> bytes = log.View(position);
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<codec::RecordView> record = codec::DecodeRecord(*bytes);
  if (!record.ok()) return record.status();
  return EventFrom(*record, view.partition, position, keys);
}

absl::StatusOr<AccountRecord> ReadAccountRecord(store::LogReader& log, Position position) {
  absl::StatusOr<std::string> bytes = log.Read(position);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<codec::RecordView> record = codec::DecodeRecord(*bytes);
  if (!record.ok()) return record.status();
  event::v1::ParkedRepaired repaired;
  const uint64_t version = record->account_version;
  if (EventType{record->type} == EventType::kParkedRepaired &&
      repaired.ParseFromArray(record->payload.data(), static_cast<int>(record->payload.size()))) {
    bytes = log.Read(Position{repaired.parked_position()});
    if (!bytes.ok()) return bytes.status();
  }
  AccountRecord read{std::make_unique<const std::string>(*std::move(bytes)), {}};
  record = codec::DecodeRecord(*read.bytes);
  if (!record.ok()) return record.status();
  read.record = *std::move(record);
  read.record.account_version = version;
  read.record.park_reason = 0;
  return read;
}

bool SameUnsealed(const codec::RecordView& stored, const codec::RecordView& offered, const privacy::KeyStore& keys) {
  if (stored.type != offered.type || stored.sealed.size() != offered.sealed.size()) return false;
  std::string first(stored.payload), second(offered.payload);
  const Closed first_closed = Unseal(stored, keys, first), second_closed = Unseal(offered, keys, second);
  if (!first_closed.unreadable.empty() || !second_closed.unreadable.empty()) return false;
  if (first_closed == second_closed) return first == second;
  return stored.payload == offered.payload;
}

}  // namespace guanxi::service
