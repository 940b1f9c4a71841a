// A cluster in a temporary directory, with a clock the test moves, and events
// said in one line.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/reason.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "partition/cluster.h"
#include "relations/event_type.h"

namespace guanxi::test {

// "none" of what has no reason.
inline std::string_view ReasonName(const absl::Status& status) {
  const ReasonEntry* reason = ReasonOf(status);
  return reason == nullptr ? "none" : reason->name;
}

inline Timestamp At(const std::string& text) { return ParseTimestamp(text).value(); }

template <class Message>
codec::Record EventOf(const std::string& account, const std::string& id, const std::string& at, const Message& message) {
  codec::Record record;
  record.type = static_cast<uint16_t>(relations::EventTypeFromName(message.GetDescriptor()->name()));
  record.account_id = account;
  record.id = id;
  record.source = "/test";
  record.occurred_at = At(at);
  record.payload = message.SerializeAsString();
  return record;
}

inline codec::Record Order(const std::string& account, const std::string& id, const std::string& at, int64_t euros) {
  event::v1::OrderPlaced order;
  order.set_order_id(id);
  order.set_currency_code("EUR");
  auto& line = *order.add_lines();
  line.set_product("p");
  line.set_quantity_micros(1'000'000);
  line.set_unit_price_micros(euros * 1'000'000);
  return EventOf(account, id, at, order);
}

class ClusterFixture {
 public:
  // adjust: options other than the fixture's.
  explicit ClusterFixture(uint32_t partitions = 2, std::function<void(partition::ClusterOptions&)> adjust = {})
      : partitions_(partitions), adjust_(std::move(adjust)) {
    char name[] = "/tmp/guanxi-test-XXXXXX";
    directory_ = mkdtemp(name);
    Open();
  }
  ~ClusterFixture() {
    cluster_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Open() {
    partition::ClusterOptions options;
    options.data_directory = directory_;
    options.settings.partitions = partitions_;
    options.wall_clock = false;
    options.now = [this] { return now_; };
    if (adjust_) adjust_(options);
    auto opened = partition::Cluster::Open(std::move(options));
    if (!opened.ok()) throw std::runtime_error(std::string(opened.status().message()));
    cluster_ = *std::move(opened);
  }
  void Reopen() {
    cluster_.reset();
    Open();
  }

  partition::EventOutcome Append(codec::Record record, bool strict = false, std::optional<uint64_t> expected_version = {}) {
    partition::Submission submission;
    const PartitionId to = cluster_->PartitionOf(record.account_id);
    submission.events.push_back(std::move(record));
    submission.strict = strict;
    submission.expected_version = expected_version;
    return cluster_->SubmitAndWait(to, std::move(submission)).front();
  }
  partition::ViewPtr ViewFor(const std::string& account) { return cluster_->ViewOf(cluster_->PartitionOf(account)); }
  partition::AccountAt Read(const std::string& account, const partition::AsOf& as_of = {}) {
    auto read = partition::ReadAccount(*ViewFor(account), account, as_of);
    if (!read.ok()) throw std::runtime_error(std::string(read.status().message()));
    return *std::move(read);
  }

  partition::Cluster& cluster() { return *cluster_; }
  const std::string& directory() const { return directory_; }
  Timestamp now_ = At("2026-01-01");

 private:
  uint32_t partitions_;
  std::function<void(partition::ClusterOptions&)> adjust_;
  std::string directory_;
  std::unique_ptr<partition::Cluster> cluster_;
};

}  // namespace guanxi::test
