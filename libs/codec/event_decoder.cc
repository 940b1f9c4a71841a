#include "codec/event_decoder.h"

#include <array>
#include <tuple>

#include "codec/from_proto.h"
#include "codec/wire_text.h"

namespace guanxi::codec {
namespace {

// A message keeps the memory of the largest payload it ever held; beyond this it is given back.
constexpr size_t kScratchPayloadBytesMax = size_t{64} << 10;

// Index of a type number in relations::kEventTypes; 0 for unknown ones.
constexpr size_t kTypeNumbers = 1000;
constexpr auto kIndexOfType = [] {
  std::array<uint8_t, kTypeNumbers> index{};
  for (size_t i = 1; i < relations::kEventTypes.size(); ++i) {
    index[static_cast<size_t>(relations::kEventTypes[i].type)] = static_cast<uint8_t>(i);
  }
  return index;
}();

absl::Status Undecodable(const google::protobuf::Descriptor& type, std::string_view payload) {
  const std::string field = FieldThatIsNotUtf8(type, payload);
  if (!field.empty()) return Refuse(Reason::TEXT_NOT_UTF8, field + " is not valid UTF-8", {{"field", field}});
  return Refuse(Reason::PAYLOAD_UNDECODABLE, "the data are no " + type.full_name(), {{"type", type.full_name()}});
}

bool HoldsPersonalData(relations::EventType type) {
  return type == relations::EventType::kContactAdded || type == relations::EventType::kContactChanged;
}

}  // namespace

// One message per row of kEventTypes; the first row, kUnknown, has none.
struct EventDecoder::Scratch {
  struct NoMessage {};
  std::tuple<NoMessage
#define GUANXI_SCRATCH_MESSAGE(name) , event::v1::name
                 GUANXI_EVENT_MESSAGES(GUANXI_SCRATCH_MESSAGE)
#undef GUANXI_SCRATCH_MESSAGE
             >
      messages;

  template <size_t kIndex>
  static absl::StatusOr<relations::EventBody> Decode(Scratch& scratch, const RecordView& record) {
    auto& message = std::get<kIndex>(scratch.messages);
    if (!message.ParseFromArray(record.payload.data(), static_cast<int>(record.payload.size()))) {
      return Undecodable(*message.GetDescriptor(), record.payload);
    }
    FieldCheck check(record);
    relations::EventBody body(std::in_place_index<kIndex>, FromProto(message, check));
    if (record.payload.size() > kScratchPayloadBytesMax) message = {};
    if (!check.ok()) return check.TakeStatus();
    return body;
  }

  using Decoder = absl::StatusOr<relations::EventBody> (*)(Scratch&, const RecordView&);

  template <size_t... kIndices>
  static constexpr auto MakeDecoders(std::index_sequence<kIndices...>) {
    return std::array<Decoder, sizeof...(kIndices) + 1>{nullptr, &Decode<kIndices + 1>...};
  }
};

EventDecoder::EventDecoder() : scratch_(std::make_unique<Scratch>()) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

absl::StatusOr<relations::EventBody> EventDecoder::DecodeBody(const RecordView& record) {
  static constexpr auto kDecoders = Scratch::MakeDecoders(std::make_index_sequence<relations::kEventTypes.size() - 1>());
  const size_t index = record.type < kTypeNumbers ? kIndexOfType[record.type] : 0;
  // Of a number that only newer versions know: theirs to judge.
  if (index == 0 && record.type != 0) return relations::UnknownEvent{std::string(record.type_name)};
  if (!record.sealed.empty() && !HoldsPersonalData(relations::EventType{record.type})) {
    return Refuse(Reason::FIELD_INVALID, "sealed parts in an event without personal fields", {{"field", "sealed"}});
  }
  if (index == 0) return relations::UnknownEvent{std::string(record.type_name)};
  if (!record.content_type.empty()) {
    return Refuse(Reason::PAYLOAD_UNDECODABLE, "the data are " + std::string(record.content_type) + ", not protobuf",
                  {{"content_type", std::string(record.content_type)}});
  }
  return kDecoders[index](*scratch_, record);
}

absl::StatusOr<relations::Event> EventDecoder::DecodeEvent(const RecordView& record, Position position) {
  absl::StatusOr<relations::EventBody> body = DecodeBody(record);
  if (!body.ok()) return body.status();
  const relations::EventType type = relations::TypeOf(*body);
  return relations::Event{.type = type, .position = position, .occurred_at = record.occurred_at, .body = *std::move(body)};
}

}  // namespace guanxi::codec
