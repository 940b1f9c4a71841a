#include "guanxid/event_filter.h"

#include "base/reason.h"
#include "guanxid/event_message.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

absl::Status SetTime(const google::protobuf::Timestamp& proto, const char* field, std::optional<Timestamp>& time) {
  time = rpc::FromProto(proto);
  if (time) return absl::OkStatus();
  return Refuse(Reason::REQUEST_INVALID, "the time lies outside the years 1-9999", {{"field", field}});
}

}  // namespace

absl::StatusOr<RecordFilter> RecordFilter::Make(const v1::EventFilter& filter) {
  RecordFilter made;
  made.account_id_ = filter.account_id();
  made.types_ = {filter.types().begin(), filter.types().end()};
  made.include_control_ = filter.include_control();
  if (filter.has_occurred_from())
    if (absl::Status ok = SetTime(filter.occurred_from(), "filter.occurred_from", made.from_); !ok.ok()) return ok;
  if (filter.has_occurred_to())
    if (absl::Status ok = SetTime(filter.occurred_to(), "filter.occurred_to", made.to_); !ok.ok()) return ok;
  return made;
}

void RecordFilter::LimitTo(Position known_to, Timestamp valid_to) {
  known_to_ = known_to;
  valid_to_ = valid_to;
}

bool RecordFilter::PassesTime(Timestamp occurred_at) const {
  return (!from_ || occurred_at >= *from_) && (!to_ || occurred_at < *to_) && (!valid_to_ || occurred_at <= *valid_to_);
}

bool RecordFilter::MayPass(Position position, Timestamp occurred_at) const {
  return (!known_to_ || position <= *known_to_) && PassesTime(occurred_at);
}

bool RecordFilter::Passes(const codec::RecordView& record) const {
  if (!account_id_.empty() && record.account_id != account_id_) return false;
  if (!include_control_ && IsControl(record)) return false;
  if (!PassesTime(record.occurred_at)) return false;
  if (types_.empty()) return true;
  const std::string name = TypeNameOf(record);
  return types_.count(name) > 0 || types_.count(name.substr(name.rfind('.') + 1)) > 0;
}

}  // namespace guanxi::service
