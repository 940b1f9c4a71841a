// A text as a Kafka record: the key's line, a line "name: value" for each header, an empty line, the value. What has no
// line is null.
#include "codec/kafka_message.h"

#include "codec/admission.h"
#include "codec/event_decoder.h"
#include "fuzz/check.h"

using namespace guanxi;
using namespace guanxi::codec;

namespace {

std::optional<std::string_view> TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

KafkaMessage MessageOf(std::string_view text) {
  KafkaMessage message;
  message.time = ParseTimestamp("2025-06-01").value();
  message.key = TakeLine(text);
  for (auto line = TakeLine(text); line; line = TakeLine(text)) {
    if (line->empty()) {
      message.value = text;
      break;
    }
    const size_t colon = line->find(": ");
    if (colon == std::string_view::npos)
      message.headers.push_back({*line, std::nullopt});
    else
      message.headers.push_back({line->substr(0, colon), line->substr(colon + 2)});
  }
  return message;
}

void CheckSame(const Record& record, const OutgoingKafkaMessage& out) {
  KafkaMessage message;
  message.key = out.key, message.value = out.value;
  for (const auto& [name, value] : out.headers) message.headers.push_back({name, value});
  const FromKafka again = RecordFromKafka(message);
  GUANXI_FUZZ_CHECK(again.status.ok());
  GUANXI_FUZZ_CHECK(EncodeRecord(again.record.View()) == EncodeRecord(record.View()));
}

// Whatever lies in a topic gives every node the same bytes.
FromKafka Read(const KafkaMessage& message) {
  FromKafka read = RecordFromKafka(message);
  GUANXI_FUZZ_CHECK(EncodeRecord(RecordFromKafka(message).record.View()) == EncodeRecord(read.record.View()));
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const KafkaMessage message = MessageOf({reinterpret_cast<const char*>(data), size});
  const FromKafka read = Read(message);
  if (read.status.ok() && EventDecoder().DecodeBody(read.record.View()).ok()) {
    for (const KafkaMode mode : {KafkaMode::kBinary, KafkaMode::kStructured})
      for (const KafkaPayload payload : {KafkaPayload::kProtobuf, KafkaPayload::kJson})
        CheckSame(read.record, KafkaMessageFromRecord(read.record, mode, payload));
  }
  if (!read.status.ok()) {
    GUANXI_FUZZ_CHECK(read.record.park_reason != 0);
    GUANXI_FUZZ_CHECK(CheckSize(read.record.View()).ok());
    if (const auto kept = MessageFromKept(read.record.payload); kept.ok()) GUANXI_FUZZ_CHECK(kept->key == message.key);
  }
  (void)RecordInClear(message);
  return 0;
}
