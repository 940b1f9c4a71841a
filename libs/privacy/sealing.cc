#include "privacy/sealing.h"

#include <google/protobuf/descriptor.h>

#include <map>
#include <memory>
#include <vector>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/common.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "privacy/cipher.h"

namespace guanxi::privacy {
namespace {

namespace pb = google::protobuf;

struct PersonalType {
  const pb::Message* prototype = nullptr;
  const pb::FieldDescriptor* subject = nullptr;
  std::vector<const pb::FieldDescriptor*> personal;
};

using PersonalTypes = std::map<std::string, PersonalType, std::less<>>;

PersonalType PersonalTypeOf(const pb::Descriptor& type) {
  PersonalType result{.prototype = pb::MessageFactory::generated_factory()->GetPrototype(&type)};
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor* const field = type.field(i);
    if (field->options().GetExtension(event::v1::personal)) result.personal.push_back(field);
    if (field->options().GetExtension(event::v1::personal_subject)) result.subject = field;
  }
  return result;
}

// The event types that have personal fields, by full name. Control records are
// the engine's own and hold none.
const PersonalTypes& TypesWithPersonalFields() {
  static const PersonalTypes* const kTypes = [] {
    auto* types = new PersonalTypes;
    for (const pb::Descriptor* any :
         {event::v1::AccountOpened::descriptor(), event::v1::ContactAdded::descriptor(), event::v1::VisitHeld::descriptor(),
          event::v1::OpportunityOpened::descriptor(), event::v1::OrderPlaced::descriptor(), event::v1::ComplaintFiled::descriptor(),
          event::v1::TierDeclared::descriptor()}) {
      for (int i = 0; i < any->file()->message_type_count(); ++i) {
        const pb::Descriptor& type = *any->file()->message_type(i);
        PersonalType personal = PersonalTypeOf(type);
        if (personal.subject != nullptr && !personal.personal.empty()) types->emplace(type.full_name(), std::move(personal));
      }
    }
    return types;
  }();
  return *kTypes;
}

const PersonalType* Find(std::string_view full_type_name) {
  const PersonalTypes& types = TypesWithPersonalFields();
  const auto found = types.find(full_type_name);
  return found == types.end() ? nullptr : &found->second;
}

bool IsSet(const pb::Message& message, const pb::FieldDescriptor* field) {
  const pb::Reflection& reflection = *message.GetReflection();
  return field->is_repeated() ? reflection.FieldSize(message, field) > 0 : reflection.HasField(message, field);
}

// The associated data: part and event cannot be combined otherwise.
std::string Associated(const Binding& binding) {
  std::string bytes = "guanxi-sealed 1\n";
  PutLittleEndian(bytes, binding.type);
  PutLengthPrefixed(bytes, binding.account_id);
  PutLengthPrefixed(bytes, binding.source);
  PutLengthPrefixed(bytes, binding.id);
  return bytes;
}

// A message of the same type with nothing but the personal fields.
std::unique_ptr<pb::Message> PersonalOnly(const pb::Message& message) {
  std::unique_ptr<pb::Message> personal(message.New());
  personal->CopyFrom(message);
  std::vector<const pb::FieldDescriptor*> set;
  personal->GetReflection()->ListFields(*personal, &set);
  for (const pb::FieldDescriptor* field : set) {
    if (!field->options().GetExtension(event::v1::personal)) personal->GetReflection()->ClearField(personal.get(), field);
  }
  personal->GetReflection()->MutableUnknownFields(personal.get())->Clear();
  return personal;
}

absl::StatusOr<std::unique_ptr<pb::Message>> Parse(const PersonalType& type, std::string_view payload) {
  std::unique_ptr<pb::Message> message(type.prototype->New());
  if (message->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return message;
  const std::string name = type.prototype->GetTypeName();
  return Refuse(Reason::PAYLOAD_UNDECODABLE, "the data are no " + name, {{"type", name}});
}

}  // namespace

bool HasPersonalFields(std::string_view full_type_name) { return Find(full_type_name) != nullptr; }

absl::StatusOr<std::optional<SealedPart>> Seal(const Binding& binding, KeyStore& keys, pb::Message& message) {
  const PersonalType* const type = Find(message.GetTypeName());
  if (type == nullptr) return std::nullopt;
  bool any = false;
  for (const pb::FieldDescriptor* field : type->personal) any |= IsSet(message, field);
  if (!any) return std::nullopt;
  const pb::Reflection& reflection = *message.GetReflection();
  const std::string subject = reflection.GetString(message, type->subject);
  if (subject.empty()) {
    return Refuse(Reason::FIELD_INVALID, type->subject->name() + " is missing", {{"field", type->subject->name()}});
  }
  const absl::StatusOr<SubjectKey> key = keys.FindOrCreate(HashOfSubject(binding.account_id, subject));
  if (!key.ok()) return key.status();
  std::optional<Encrypted> encrypted = Encrypt(*key, PersonalOnly(message)->SerializeAsString(), Associated(binding));
  if (!encrypted) return Refuse(Reason::STORE_FAILED, "encryption failed", {{"what", "encryption"}});
  for (const pb::FieldDescriptor* field : type->personal) reflection.ClearField(&message, field);
  return SealedPart{subject, std::string(key->id.begin(), key->id.end()), std::move(encrypted->nonce), std::move(encrypted->ciphertext)};
}

Unsealed Unseal(const Binding& binding, const SealedPartView& part, const KeyStore& keys, pb::Message& message) {
  const SubjectHash subject = HashOfSubject(binding.account_id, part.subject);
  const std::optional<SubjectKey> key = keys.Find(subject);
  if (!key) return keys.IsErased(subject) ? Unsealed::kErased : Unsealed::kKeyMissing;
  if (std::string_view(reinterpret_cast<const char*>(key->id.data()), key->id.size()) != part.key_id) return Unsealed::kKeyMissing;
  const std::optional<std::string> plaintext = Decrypt(*key, part.nonce, part.ciphertext, Associated(binding));
  return plaintext && message.MergeFromString(*plaintext) ? Unsealed::kRestored : Unsealed::kForged;
}

absl::StatusOr<std::optional<SealedPart>> SealPayload(std::string_view full_type_name, const Binding& binding, KeyStore& keys,
                                                      std::string& payload) {
  const PersonalType* const type = Find(full_type_name);
  if (type == nullptr) return std::nullopt;
  absl::StatusOr<std::unique_ptr<pb::Message>> message = Parse(*type, payload);
  if (!message.ok()) return message.status();
  absl::StatusOr<std::optional<SealedPart>> part = Seal(binding, keys, **message);
  if (part.ok() && part->has_value()) payload = (*message)->SerializeAsString();
  return part;
}

Unsealed UnsealPayload(std::string_view full_type_name, const Binding& binding, const SealedPartView& part, const KeyStore& keys,
                       std::string& payload) {
  const PersonalType* const type = Find(full_type_name);
  if (type == nullptr) return Unsealed::kForged;
  const absl::StatusOr<std::unique_ptr<pb::Message>> message = Parse(*type, payload);
  if (!message.ok()) return Unsealed::kForged;
  const Unsealed outcome = Unseal(binding, part, keys, **message);
  if (outcome == Unsealed::kRestored) payload = (*message)->SerializeAsString();
  return outcome;
}

}  // namespace guanxi::privacy
