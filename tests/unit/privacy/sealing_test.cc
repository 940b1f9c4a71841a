#include "privacy/sealing.h"

#include <google/protobuf/descriptor.h>

#include <boost/test/unit_test.hpp>
#include <set>

#include "base/reason.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/control.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "unit/privacy/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::privacy;

namespace {

constexpr Binding kBinding{.account_id = "ACME", .source = "crm", .id = "e-1", .type = 201};

event::v1::ContactAdded LiWei() {
  event::v1::ContactAdded contact;
  contact.set_contact_id("li");
  contact.set_name("Li Wei 李伟");
  contact.set_department("purchasing");
  contact.set_level(event::v1::LEVEL_SENIOR);
  auto* fact = contact.add_facts();
  fact->set_topic("hobby");
  fact->set_text("badminton");
  return contact;
}

SealedPartView ViewOf(const SealedPart& part) { return {part.subject, part.key_id, part.nonce, part.ciphertext}; }

struct Sealed {
  TemporaryDirectory temporary;
  std::unique_ptr<KeyStore> keys = *KeyStore::Open(temporary.path());
  event::v1::ContactAdded message = LiWei();
  SealedPart part;

  Sealed() {
    auto sealed = Seal(kBinding, *keys, message);
    BOOST_REQUIRE(sealed.ok());
    BOOST_REQUIRE(sealed->has_value());
    part = **sealed;
    BOOST_REQUIRE(keys->Sync().ok());
  }
  Unsealed Open(const Binding& binding = kBinding) { return Unseal(binding, ViewOf(part), *keys, message); }
  bool Restored() const { return message.SerializeAsString() == LiWei().SerializeAsString(); }
  void CheckThatNothingIsInClear() const {
    for (const std::string& bytes : {message.SerializeAsString(), part.ciphertext}) {
      BOOST_TEST(bytes.find("Li Wei") == std::string::npos);
      BOOST_TEST(bytes.find("badminton") == std::string::npos);
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sealing, Sealed)

BOOST_AUTO_TEST_CASE(sealed_fields_leave_the_message_and_come_back) {
  CheckThatNothingIsInClear();
  BOOST_TEST(message.contact_id() == "li");
  BOOST_TEST(message.department() == "purchasing");
  BOOST_TEST((message.name().empty() && message.facts().empty()));
  BOOST_TEST(part.subject == "li");
  BOOST_TEST((Open() == Unsealed::kRestored));
  BOOST_TEST(Restored());
}

BOOST_AUTO_TEST_CASE(sealed_fields_come_back_after_a_restart) {
  keys.reset();
  keys = *KeyStore::Open(temporary.path());
  BOOST_TEST((Open() == Unsealed::kRestored));
  BOOST_TEST(Restored());
}

BOOST_AUTO_TEST_CASE(an_erased_person_stays_erased_and_the_rest_readable) {
  BOOST_TEST(*keys->Destroy(HashOfSubject("ACME", "li")));
  BOOST_TEST((Open() == Unsealed::kErased));
  BOOST_TEST(message.department() == "purchasing");
  BOOST_TEST(message.name().empty());
  event::v1::ContactAdded again = LiWei();
  const auto sealed = Seal(kBinding, *keys, again);
  BOOST_TEST(ReasonOf(sealed.status())->name == "STATE_CONTRADICTED");
  BOOST_TEST(again.SerializeAsString() == LiWei().SerializeAsString());
}

BOOST_AUTO_TEST_CASE(a_lost_key_is_not_taken_for_an_erasure) {
  TemporaryDirectory empty;
  keys = *KeyStore::Open(empty.path());
  BOOST_TEST((Open() == Unsealed::kKeyMissing));
  BOOST_REQUIRE(keys->FindOrCreate(HashOfSubject("ACME", "li")).ok());
  BOOST_TEST((Open() == Unsealed::kKeyMissing));
}

BOOST_AUTO_TEST_CASE(every_altered_byte_is_noticed) {
  const SealedPart good = part;
  for (std::string SealedPart::*member : {&SealedPart::nonce, &SealedPart::ciphertext}) {
    for (size_t i = 0; i < (good.*member).size(); ++i) {
      part = good;
      (part.*member)[i] = static_cast<char>((part.*member)[i] ^ 1);
      BOOST_REQUIRE((Open() == Unsealed::kForged));
    }
  }
  part = good;
  part.ciphertext.resize(5);
  BOOST_TEST((Open() == Unsealed::kForged));
}

BOOST_AUTO_TEST_CASE(a_part_opens_in_no_other_event) {
  for (const Binding& other : {Binding{"ACME", "erp", "e-1", 201}, Binding{"ACME", "crm", "e-2", 201}, Binding{"ACME", "crm", "e-1", 202},
                               Binding{"ACME", "crme", "-1", 201}}) {
    BOOST_TEST((Open(other) == Unsealed::kForged));
  }
  BOOST_TEST((Open({"BETA", "crm", "e-1", 201}) == Unsealed::kKeyMissing));
}

BOOST_AUTO_TEST_CASE(a_part_opens_for_no_other_person) {
  const auto wang = keys->FindOrCreate(HashOfSubject("ACME", "wang"));
  BOOST_REQUIRE(wang.ok());
  part.subject = "wang";
  BOOST_TEST((Open() == Unsealed::kKeyMissing));
  part.key_id = std::string(wang->id.begin(), wang->id.end());
  BOOST_TEST((Open() == Unsealed::kForged));
}

BOOST_AUTO_TEST_CASE(the_same_data_sealed_twice_look_different) {
  event::v1::ContactAdded again = LiWei();
  const SealedPart second = **Seal(kBinding, *keys, again);
  BOOST_TEST(second.key_id == part.key_id);
  BOOST_TEST(second.nonce != part.nonce);
  BOOST_TEST(second.ciphertext != part.ciphertext);
}

BOOST_AUTO_TEST_CASE(a_change_keeps_the_difference_between_unset_and_empty) {
  event::v1::ContactChanged change;
  change.set_contact_id("li");
  change.set_name("");
  const SealedPart sealed = **Seal(kBinding, *keys, change);
  BOOST_TEST(!change.has_name());
  BOOST_TEST((Unseal(kBinding, ViewOf(sealed), *keys, change) == Unsealed::kRestored));
  BOOST_TEST((change.has_name() && !change.has_department()));
}

BOOST_AUTO_TEST_CASE(events_without_personal_data_are_left_alone) {
  event::v1::ContactAdded anonymous;
  anonymous.set_contact_id("wang");
  BOOST_TEST(!Seal(kBinding, *keys, anonymous)->has_value());
  BOOST_TEST(!keys->Find(HashOfSubject("ACME", "wang")).has_value());
  event::v1::OrderPlaced order;
  order.set_order_id("o");
  BOOST_TEST(!Seal(kBinding, *keys, order)->has_value());
  std::string nonsense = "\xff\xff";
  BOOST_TEST(!SealPayload("guanxi.event.v1.OrderPlaced", kBinding, *keys, nonsense)->has_value());
  BOOST_TEST(nonsense == "\xff\xff");
}

BOOST_AUTO_TEST_CASE(personal_data_of_nobody_are_refused) {
  event::v1::ContactAdded nobody = LiWei();
  nobody.clear_contact_id();
  const auto sealed = Seal(kBinding, *keys, nobody);
  BOOST_TEST(ReasonOf(sealed.status())->name == "FIELD_INVALID");
  BOOST_TEST(MetadataOf(sealed.status())["field"] == "contact_id");
}

BOOST_AUTO_TEST_CASE(payload_bytes_are_sealed_and_unsealed_like_messages) {
  const std::string name = "guanxi.event.v1.ContactAdded";
  std::string payload = LiWei().SerializeAsString();
  const auto sealed = SealPayload(name, kBinding, *keys, payload);
  BOOST_REQUIRE((sealed.ok() && sealed->has_value()));
  BOOST_TEST(payload.find("Li Wei") == std::string::npos);
  BOOST_TEST((UnsealPayload(name, kBinding, ViewOf(**sealed), *keys, payload) == Unsealed::kRestored));
  BOOST_TEST(payload == LiWei().SerializeAsString());
  std::string broken = "\x0a\xff";
  BOOST_TEST(ReasonOf(SealPayload(name, kBinding, *keys, broken).status())->name == "PAYLOAD_UNDECODABLE");
  BOOST_TEST((UnsealPayload(name, kBinding, ViewOf(**sealed), *keys, broken) == Unsealed::kForged));
  BOOST_TEST((UnsealPayload("guanxi.event.v1.OrderPlaced", kBinding, ViewOf(part), *keys, payload) == Unsealed::kForged));
}

// Only fields of the event message itself are sealed; a personal field elsewhere would reach the log in clear.
BOOST_AUTO_TEST_CASE(personal_fields_stand_in_event_messages_that_name_their_subject) {
  std::set<std::string> with_personal;
  for (const auto* any :
       {event::v1::Money::descriptor(), event::v1::AccountOpened::descriptor(), event::v1::ContactAdded::descriptor(),
        event::v1::VisitHeld::descriptor(), event::v1::OpportunityOpened::descriptor(), event::v1::OrderPlaced::descriptor(),
        event::v1::ComplaintFiled::descriptor(), event::v1::TierDeclared::descriptor(), event::v1::ClockAdvanced::descriptor()}) {
    for (int m = 0; m < any->file()->message_type_count(); ++m) {
      const auto* type = any->file()->message_type(m);
      for (int f = 0; f < type->field_count(); ++f) {
        if (type->field(f)->options().GetExtension(event::v1::personal)) with_personal.insert(type->full_name());
      }
    }
  }
  BOOST_TEST(with_personal.size() == 2u);
  for (const std::string& name : with_personal) BOOST_TEST(HasPersonalFields(name), name);
  BOOST_TEST(!HasPersonalFields("guanxi.event.v1.OrderPlaced"));
}

BOOST_AUTO_TEST_SUITE_END()
