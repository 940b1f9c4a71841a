// EventFilter, checked once and applied to many records.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "codec/record.h"
#include "guanxi/v1/event_service.pb.h"

namespace guanxi::service {

class RecordFilter {
 public:
  // REQUEST_INVALID: a time outside the years 1-9999.
  static absl::StatusOr<RecordFilter> Make(const v1::EventFilter& filter);

  bool Passes(const codec::RecordView& record) const;
  bool PassesTime(Timestamp occurred_at) const;
  const std::string& account_id() const { return account_id_; }

 private:
  std::string account_id_;
  std::set<std::string> types_;  // as asked: full names or last parts
  std::optional<Timestamp> from_, to_;
  bool include_control_ = false;
};

}  // namespace guanxi::service
