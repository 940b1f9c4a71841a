#include "intake/misplaced.h"

#include "base/reason.h"
#include "codec/control_record.h"
#include "codec/kafka_message.h"

namespace guanxi::intake {
namespace {

constexpr size_t kAtOnce = 256;
constexpr std::string_view kActor = "urn:guanxi:intake";

// As it would have been read in its own partition.
std::optional<codec::Record> EventIn(store::LogReader& log, Position position) {
  const auto bytes = log.Read(position);
  if (!bytes.ok()) return std::nullopt;
  const auto parked = codec::DecodeRecord(*bytes);
  if (!parked.ok() || parked->content_type != codec::kKafkaMessageContentType) return std::nullopt;
  const auto message = codec::MessageFromKept(parked->payload);
  if (!message.ok()) return std::nullopt;
  codec::FromKafka read = codec::RecordFromKafka(*message);
  if (!read.status.ok()) return std::nullopt;
  return std::move(read.record);
}

}  // namespace

std::vector<Misplaced::Found> Misplaced::Find(PartitionId partition) {
  const partition::ViewPtr view = cluster_.ViewOf(partition);
  Position& from = looked_[partition.value];
  std::vector<Found> found;
  const auto parked = partition::ListParked(*view, "", from, kAtOnce);
  if (!parked.ok()) return found;
  store::LogReader log = view->Log();
  for (const partition::ParkedEntry& entry : *parked) {
    if (entry.reason != static_cast<uint32_t>(Reason::PARTITION_WRONG)) continue;
    if (auto event = EventIn(log, entry.position)) found.push_back({entry.position, *std::move(event)});
  }
  // What is parked later has a later position.
  from = parked->size() < kAtOnce ? Position{view->log_size} : Position{parked->back().position.value + 1};
  return found;
}

void Misplaced::TakeUp(PartitionId partition, Position again) { looked_[partition.value] = std::min(looked_[partition.value], again); }

void Misplaced::SendOn(PartitionId partition) {
  std::vector<Found> found = Find(partition);
  if (found.empty()) return;
  std::vector<std::pair<PartitionId, codec::Record>> events, dismissals;
  for (Found& one : found) {
    const PartitionId right = cluster_.PartitionOf(one.event.account_id);
    events.emplace_back(right, std::move(one.event));
  }
  std::vector<Position> dismissed;
  const auto sent = cluster_.SubmitAllAndWait(std::move(events));
  for (size_t i = 0; i < found.size(); ++i) {
    if (partition::IsOpen(sent[i].status)) TakeUp(partition, found[i].position);
    // One that is parked there as well has a better reason there.
    if (!sent[i].status.ok() && !sent[i].parked_at) continue;
    dismissed.push_back(found[i].position);
    dismissals.emplace_back(partition,
                            codec::MakeParkedDismissed(found[i].position, "sent on to its own partition", cluster_.Now(), kActor));
  }
  const auto outcomes = cluster_.SubmitAllAndWait(std::move(dismissals), true);
  for (size_t i = 0; i < outcomes.size(); ++i)
    if (partition::IsOpen(outcomes[i].status)) TakeUp(partition, dismissed[i]);
}

void Misplaced::SendOn() {
  for (uint32_t p = 0; p < cluster_.partitions(); ++p) SendOn(PartitionId(p));
}

}  // namespace guanxi::intake
