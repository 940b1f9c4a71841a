#include "intake/misplaced.h"

#include <algorithm>

#include "base/reason.h"
#include "codec/admission.h"
#include "codec/control_record.h"
#include "codec/kafka_message.h"
#include "partition/event_source.h"
#include "partition/offered_event.h"

namespace guanxi::intake {
namespace {

constexpr size_t kAtOnce = 256;
constexpr std::string_view kActor = "urn:guanxi:intake";

codec::AdmissionRules RulesOf(const partition::View& view) {
  const std::vector<codec::AdmissionRules> levels = codec::AdmissionLevels();
  return levels[std::min<size_t>(view.admission.level, levels.size()) - 1];
}

}  // namespace

// As it would have been read in its own partition.
std::optional<codec::Record> Misplaced::EventIn(store::LogReader& log, Position position) {
  const auto bytes = log.Read(position);
  if (!bytes.ok()) return std::nullopt;
  const auto parked = codec::DecodeRecord(*bytes);
  if (!parked.ok() || parked->content_type != codec::kKafkaMessageContentType) return std::nullopt;
  const auto message = codec::MessageFromKept(parked->payload);
  if (!message.ok()) return std::nullopt;
  codec::FromKafka read = codec::RecordFromKafka(*message);
  if (!read.status.ok() || !WouldBeTaken(read.record, parked->recorded_at)) return std::nullopt;
  return std::move(read.record);
}

bool Misplaced::WouldBeTaken(const codec::Record& event, Timestamp recorded_at) {
  const partition::ViewPtr view = cluster_.ViewOf(cluster_.PartitionOf(event.account_id));
  const Timestamp newest = std::max(recorded_at, view->source.last_time);
  return codec::CheckEnvelope(event.View(), newest, RulesOf(*view)).ok() && !partition::IsReservedForEngine(event.View()) &&
         decoder_.DecodeBody(event.View()).ok() && !IsHeldOtherwise(*view, event);
}

// What cannot be found out counts as such: it is not sent.
bool Misplaced::IsHeldOtherwise(const partition::View& view, const codec::Record& event) {
  const auto positions = partition::FindEvent(view, event.account_id, event.source, event.id);
  if (!positions.ok()) return !absl::IsNotFound(positions.status());
  store::LogReader log = view.Log();
  for (const Position at : *positions) {
    const auto held = partition::ReadEvent(log, nullptr, decoder_, at);
    if (!held.ok()) return true;
    if (held->record.source != event.source || held->record.id != event.id) continue;
    return !partition::HaveSameHead(held->record, event.View()) ||
           !partition::HaveSameBody(held->record, held->event.body, event.View(), decoder_);
  }
  return false;
}

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
