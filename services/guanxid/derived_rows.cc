#include "guanxid/derived_rows.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/admission.h"
#include "guanxid/account_message.h"
#include "ledger/hash.h"
#include "partition/account_reader.h"

namespace guanxi::service {
namespace {

std::string JsonOf(const google::protobuf::Message& message) {
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json);
  return json;
}

std::string PrintableOf(std::string_view text) { return codec::IsUtf8(text) ? std::string(text) : std::string(); }

DerivedRow ParkedRow(const partition::View& view, Position position, const codec::RecordView& record, std::string_view bytes) {
  google::protobuf::Struct row;
  auto& fields = *row.mutable_fields();
  fields["partition"].set_number_value(view.partition.value);
  fields["position"].set_string_value(std::to_string(position.value));
  fields["reason"].set_string_value(std::string(EntryOf(static_cast<Reason>(record.park_reason)).name));
  fields["leafHash"].set_string_value(ledger::ToHex(ledger::Hasher().Leaf(bytes)));
  fields["accountId"].set_string_value(PrintableOf(record.account_id));
  return {DerivedTopic::kParked, std::to_string(view.partition.value) + "/" + std::to_string(position.value), JsonOf(row)};
}

absl::Status AddParkedAndAccounts(const partition::View& view, uint64_t rows_max, ToldSoFar& told, std::set<std::string>& accounts,
                                  std::vector<DerivedRow>& rows) {
  store::LogReader log = view.Log();
  const uint64_t end = std::min(view.log_size, told.log_position + rows_max);
  for (; told.log_position < end; ++told.log_position) {
    const absl::StatusOr<std::string_view> bytes = log.View(Position{told.log_position});
    if (!bytes.ok()) return bytes.status();
    const absl::StatusOr<codec::RecordView> record = codec::DecodeRecord(*bytes);
    if (!record.ok()) return record.status();
    if (record->parked()) rows.push_back(ParkedRow(view, Position{told.log_position}, *record, *bytes));
    if (!record->account_id.empty()) accounts.emplace(record->account_id);
  }
  return absl::OkStatus();
}

absl::Status AddTierChanges(const partition::View& view, uint64_t rows_max, ToldSoFar& told, std::set<std::string>& accounts,
                            std::vector<DerivedRow>& rows) {
  const uint64_t left = view.feed_size - std::min(view.feed_size, told.feed_position);
  const auto changes = partition::ReadFeed(view, told.feed_position, std::min(left, rows_max));
  if (!changes.ok()) return changes.status();
  for (const partition::FeedRow& row : *changes) {
    const absl::StatusOr<v1::TierChange> change = TierChangeFrom(view, row, told.feed_position++);
    if (!change.ok()) return change.status();
    rows.push_back({DerivedTopic::kTierChanges, row.account_id, JsonOf(*change)});
    accounts.insert(row.account_id);
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeTold(const ToldSoFar& told) {
  std::string bytes;
  PutVarint(bytes, told.log_position);
  PutVarint(bytes, told.feed_position);
  return bytes;
}

absl::StatusOr<ToldSoFar> DecodeTold(std::string_view bytes) {
  ByteReader in(bytes);
  ToldSoFar told;
  told.log_position = in.Varint();
  told.feed_position = in.Varint();
  if (!in.ok() || !in.AtEnd()) return Refuse(Reason::SOURCE_FOREIGN, "the progress topic holds something else than progress");
  return told;
}

absl::StatusOr<std::vector<DerivedRow>> NextRows(const partition::View& view, uint64_t rows_max, ToldSoFar& told) {
  std::vector<DerivedRow> rows;
  std::set<std::string> accounts;
  if (absl::Status read = AddParkedAndAccounts(view, rows_max, told, accounts, rows); !read.ok()) return read;
  if (absl::Status read = AddTierChanges(view, rows_max, told, accounts, rows); !read.ok()) return read;
  for (const std::string& id : accounts) {
    const absl::StatusOr<partition::AccountAt> account = partition::ReadAccount(view, id);
    if (absl::IsNotFound(account.status())) continue;  // nothing but parked events
    if (!account.ok()) return account.status();
    const absl::StatusOr<v1::Account> shown = AccountFrom(view, *account, v1::ACCOUNT_VIEW_FULL);
    if (!shown.ok()) return shown.status();
    rows.push_back({DerivedTopic::kAccounts, id, JsonOf(*shown)});
  }
  return rows;
}

}  // namespace guanxi::service
