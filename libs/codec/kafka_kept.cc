#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/cloudevents.h"
#include "codec/kafka_message.h"
#include "relations/event_type.h"

// docs/formats/kafka.md, "What is kept of a record that cannot be read".
namespace guanxi::codec {
namespace {

constexpr uint8_t kWhole = 1;
constexpr uint8_t kShortened = 2;
constexpr uint8_t kWithoutValue = 3;
constexpr size_t kHashBytes = 32;

// Null: 0. Otherwise the length plus one, and the bytes.
void PutOptional(std::string& out, std::optional<std::string_view> text) {
  PutVarint(out, text ? text->size() + 1 : 0);
  if (text) out.append(*text);
}

std::optional<std::string_view> ReadOptional(ByteReader& reader) {
  const uint64_t length = reader.Varint();
  if (length == 0) return std::nullopt;
  return reader.Bytes(length - 1);
}

std::string Sha256(std::string_view bytes) {
  std::string hash(kHashBytes, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(hash.data()), nullptr, EVP_sha256(), nullptr);
  return hash;
}

std::string Shortened(std::string_view whole) {
  std::string kept(1, static_cast<char>(kShortened));
  PutVarint(kept, whole.size());
  kept += Sha256(whole);
  kept += whole.substr(0, kKeptOfLargeMessage);
  return kept;
}

constexpr std::array kOfContacts = {relations::EventType::kContactAdded, relations::EventType::kContactChanged};

bool NamesContactType(std::string_view text) {
  return std::any_of(kOfContacts.begin(), kOfContacts.end(),
                     [&](relations::EventType type) { return text.find(relations::FullName(type)) != std::string_view::npos; });
}

bool IsAboutContact(const Record& record) {
  const bool known = std::find(kOfContacts.begin(), kOfContacts.end(), relations::EventType{record.type}) != kOfContacts.end();
  return known || NamesContactType(record.type_name);
}

// JSON may give any letter by its number. Those that are sought are below 256.
std::string WithLettersForNumbers(std::string_view text) {
  constexpr std::string_view kNumber = "\\u00";
  constexpr size_t kDigits = 2;
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    uint8_t letter = 0;
    const std::string_view digits = text.starts_with(kNumber) ? text.substr(kNumber.size(), kDigits) : "";
    const bool is_number = digits.size() == kDigits && std::from_chars(digits.begin(), digits.end(), letter, 16).ptr == digits.end();
    plain += is_number ? static_cast<char>(letter) : text.front();
    text.remove_prefix(is_number ? kNumber.size() + kDigits : 1);
  }
  return plain;
}

// A stored record in base64, which is not searched: if it cannot be read, nobody knows whom it names.
bool HoldsRecordOfContact(std::string_view plain, std::string_view text) {
  if (plain.find("guanxirecord") == std::string_view::npos) return false;
  const absl::StatusOr<Record> read = RecordFromCloudEvent(text);
  return !read.ok() || IsAboutContact(*read);
}

// Persons' names do not get into the log by a producer's mistake: of an event about a contact that is not taken the value
// stays in the topic. Structured mode is searched as text, since it may be unreadable.
bool MayNamePersons(const KafkaMessage& message) {
  for (const KafkaHeader& header : message.headers)
    if (header.name == "ce_type" && header.value && NamesContactType(*header.value)) return true;
  if (!message.value) return false;
  const bool has_numbers = message.value->find("\\u") != std::string_view::npos;
  const std::string letters = has_numbers ? WithLettersForNumbers(*message.value) : "";
  const std::string_view plain = has_numbers ? std::string_view(letters) : *message.value;
  return NamesContactType(plain) || HoldsRecordOfContact(plain, *message.value);
}

absl::Status NotKept(std::string_view why) {
  return Refuse(Reason::STORE_CORRUPT, "no kept Kafka record: " + std::string(why), {{"what", "Kafka record"}});
}

}  // namespace

std::string KeptMessage(const KafkaMessage& message) {
  const bool whole = !message.value || !MayNamePersons(message);
  std::string kept(1, static_cast<char>(whole ? kWhole : kWithoutValue));
  PutOptional(kept, message.key);
  PutVarint(kept, message.headers.size());
  for (const KafkaHeader& header : message.headers) {
    PutLengthPrefixed(kept, header.name);
    PutOptional(kept, header.value);
  }
  if (whole) PutOptional(kept, message.value);
  if (!whole) PutVarint(kept, message.value->size());
  return kept.size() <= kPayloadBytesMax ? kept : Shortened(kept);
}

absl::StatusOr<KafkaMessage> MessageFromKept(std::string_view kept) {
  ByteReader reader(kept);
  const auto form = reader.LittleEndian<uint8_t>();
  if (reader.ok() && (form == kShortened || form == kWithoutValue))
    return absl::FailedPreconditionError("the Kafka record was not kept whole");
  if (!reader.ok() || form != kWhole) return NotKept("unknown form");
  KafkaMessage message;
  message.key = ReadOptional(reader);
  const uint64_t headers = reader.Varint();
  for (uint64_t i = 0; i < headers && reader.ok(); ++i) {
    KafkaHeader& header = message.headers.emplace_back();
    header.name = reader.LengthPrefixed();
    header.value = ReadOptional(reader);
  }
  message.value = ReadOptional(reader);
  if (!reader.ok() || !reader.AtEnd()) return NotKept("lengths do not add up");
  return message;
}

}  // namespace guanxi::codec
