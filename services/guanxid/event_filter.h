// EventFilter, checked once and applied to many records.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "base/strong.h"
#include "base/time.h"
#include "codec/record.h"
#include "guanxi/v1/event_service.pb.h"

namespace guanxi::service {

class RecordFilter {
 public:
  // REQUEST_INVALID: a time outside the years 1-9999.
  static absl::StatusOr<RecordFilter> Make(const v1::EventFilter& filter);

  // Besides what is asked: nothing recorded after a position or that occurred after a time.
  void LimitTo(Position known_to, Timestamp valid_to);

  // The position is the reader's to check: MayPass.
  bool Passes(const codec::RecordView& record) const;
  // Without reading the record: what cannot pass.
  bool MayPass(Position position, Timestamp occurred_at) const;
  const std::string& account_id() const { return account_id_; }

 private:
  bool PassesTime(Timestamp occurred_at) const;

  std::string account_id_;
  std::set<std::string> types_;  // as asked: full names or last parts
  std::optional<Timestamp> from_, to_, valid_to_;
  std::optional<Position> known_to_;
  bool include_control_ = false;
};

}  // namespace guanxi::service
