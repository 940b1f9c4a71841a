#include "codec/wire_text.h"

#include <google/protobuf/unknown_field_set.h>

#include "codec/admission.h"

namespace guanxi::codec {

namespace pb = google::protobuf;

std::string FieldThatIsNotUtf8(const pb::Descriptor& type, std::string_view bytes) {
  pb::UnknownFieldSet fields;
  if (!fields.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  for (int i = 0; i < fields.field_count(); ++i) {
    const pb::UnknownField& field = fields.field(i);
    const pb::FieldDescriptor* const known = type.FindFieldByNumber(field.number());
    if (known == nullptr || field.type() != pb::UnknownField::TYPE_LENGTH_DELIMITED) continue;
    if (known->type() == pb::FieldDescriptor::TYPE_STRING && !IsUtf8(field.length_delimited())) return known->name();
    if (known->type() != pb::FieldDescriptor::TYPE_MESSAGE) continue;
    const std::string inner = FieldThatIsNotUtf8(*known->message_type(), field.length_delimited());
    if (!inner.empty()) return known->name() + (known->is_repeated() ? "[]." : ".") + inner;
  }
  return {};
}

}  // namespace guanxi::codec
