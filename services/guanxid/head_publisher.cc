#include "guanxid/head_publisher.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <condition_variable>
#include <iostream>
#include <optional>
#include <string_view>

#include "base/reason.h"
#include "guanxid/durable_file.h"
#include "partition/view_tree.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

namespace fs = std::filesystem;
// Read first; all partitions' newest lines are in it unless one is very quiet.
constexpr uint64_t kTailBytes = 1 << 20;

absl::StatusOr<std::string> LineOf(const v1::SignedTreeHead& head) {
  std::string line;
  const auto status = google::protobuf::util::MessageToJsonString(head, &line);
  if (!status.ok()) return absl::InternalError("a head cannot be written as JSON: " + status.ToString());
  return line + "\n";
}

// Takes the last line off.
std::string_view TakeLastLine(std::string_view& lines) {
  lines.remove_suffix(lines.ends_with('\n') ? 1 : 0);
  const size_t begin = lines.rfind('\n') + 1;
  const std::string_view line = lines.substr(begin);
  lines = lines.substr(0, begin);
  return line;
}

}  // namespace

HeadPublisher::HeadPublisher(fs::path file, const partition::Cluster& cluster, const HeadSigner& signer)
    : file_(std::move(file)), cluster_(cluster), signer_(signer), last_(cluster.partitions()) {}

absl::StatusOr<std::unique_ptr<HeadPublisher>> HeadPublisher::Start(fs::path file, std::chrono::seconds interval,
                                                                    const partition::Cluster& cluster, const HeadSigner& signer) {
  std::unique_ptr<HeadPublisher> publisher(new HeadPublisher(std::move(file), cluster, signer));
  if (absl::Status resumed = publisher->Resume(); !resumed.ok()) return resumed;
  // A file that cannot be written is better found out now.
  if (absl::Status published = publisher->Publish(); !published.ok()) return published;
  publisher->timer_ = std::jthread([running = publisher.get(), interval](const std::stop_token& stop) { running->Run(stop, interval); });
  return publisher;
}

HeadPublisher::~HeadPublisher() {
  // Not started: refused.
  if (!timer_.joinable()) return;
  timer_.request_stop();
  timer_.join();
  PublishOrSay();
}

absl::Status HeadPublisher::Resume() {
  if (absl::Status cut = CutTornLine(file_); !cut.ok()) return cut;
  std::error_code none;
  const uint64_t size = fs::file_size(file_, none);
  if (none) return absl::OkStatus();
  for (uint64_t bytes = kTailBytes;; bytes *= 2) {
    const absl::StatusOr<std::string> tail = ReadTail(file_, bytes);
    if (!tail.ok()) return tail.status();
    const absl::StatusOr<size_t> missing = ResumeFrom(tail->size() < size ? tail->substr(tail->find('\n') + 1) : *tail);
    if (!missing.ok()) return missing.status();
    if (*missing == 0 || bytes >= size) break;
  }
  for (const Published& published : last_) {
    if (published.head.tree_size() == 0) continue;
    if (absl::Status checked = CheckAgainstLog(published); !checked.ok()) return checked;
    metrics_.Published(PartitionId{published.head.partition()}, published.signed_at);
  }
  return absl::OkStatus();
}

// How many partitions' newest heads were not found.
absl::StatusOr<size_t> HeadPublisher::ResumeFrom(const std::string& tail) {
  size_t missing = last_.size();
  std::fill(last_.begin(), last_.end(), Published{});
  for (std::string_view lines = tail; missing > 0 && !lines.empty();) {
    const std::string line(TakeLastLine(lines));
    v1::SignedTreeHead head;
    const std::optional<Timestamp> signed_at =
        google::protobuf::util::JsonStringToMessage(line, &head).ok() ? rpc::FromProto(head.signed_at()) : std::nullopt;
    if (!signed_at || head.tree_head().root_hash().size() != ledger::kHashBytes) {
      return absl::FailedPreconditionError(file_.string() + " holds a line that is no signed tree head: '" + line.substr(0, 80) +
                                           "'. Correct the file from a copy, or move it away: then a new one is begun.");
    }
    const uint32_t partition = head.tree_head().partition();
    if (head.log_epoch() != signer_.log_epoch() || partition >= last_.size() || last_[partition].head.tree_size() != 0) continue;
    if (!signer_.HasSigned(head, *signed_at))
      return absl::FailedPreconditionError(
          file_.string() + " was signed with another key than the one in the data directory's folder signing. " +
          "Put that key back from its copy; or, when it is lost, move the file away: then a new one is begun, " +
          "and every auditor must be given the new public key.");
    last_[partition] = {head.tree_head(), *signed_at};
    --missing;
  }
  return missing;
}

absl::Status HeadPublisher::CheckAgainstLog(const Published& published) const {
  const v1::TreeHead& head = published.head;
  const partition::ViewPtr view = cluster_.ViewOf(PartitionId{head.partition()});
  absl::StatusOr<ledger::Hash> root = Refuse(Reason::TREE_SIZE_INVALID, "the log is shorter");
  if (head.tree_size() <= view->log_size) root = partition::TreeRoot(*view, head.tree_size());
  if (root.ok() && ledger::AsBytes(*root) == head.root_hash()) return absl::OkStatus();
  return Refuse(Reason::STORE_CORRUPT,
                "partition " + std::to_string(head.partition()) + " has " + std::to_string(view->log_size) +
                    " records and not the root that was published at size " + std::to_string(head.tree_size()) + " in " + file_.string() +
                    ": the log is not the one that was published. If that is known and told to the auditors, move the file away",
                {{"partition", std::to_string(head.partition())}, {"tree_size", std::to_string(head.tree_size())}});
}

absl::StatusOr<v1::SignedTreeHead> HeadPublisher::NextHead(const partition::View& view, const Published& last) const {
  v1::TreeHead head;
  head.set_partition(view.partition.value);
  head.set_tree_size(view.log_size);
  const absl::StatusOr<ledger::Hash> root = partition::TreeRoot(view, view.log_size);
  if (!root.ok()) return root.status();
  head.set_root_hash(std::string(ledger::AsBytes(*root)));
  // Clocks are set back; heads are not.
  v1::SignedTreeHead next = signer_.Sign(head, std::max(signer_.Now(), last.signed_at));
  const absl::StatusOr<ledger::Proof> proof = partition::ConsistencyProof(view, last.head.tree_size(), view.log_size);
  if (!proof.ok()) return proof.status();
  next.set_previous_tree_size(last.head.tree_size());
  for (const ledger::Hash& hash : *proof) next.add_consistency_hashes(std::string(ledger::AsBytes(hash)));
  return next;
}

absl::Status HeadPublisher::Publish() {
  const std::lock_guard lock(mutex_);
  std::string lines;
  std::vector<Published> published = last_;
  for (uint32_t p = 0; p < cluster_.partitions(); ++p) {
    const partition::ViewPtr view = cluster_.ViewOf(PartitionId{p});
    if (view->log_size <= last_[p].head.tree_size()) continue;
    const absl::StatusOr<v1::SignedTreeHead> next = NextHead(*view, last_[p]);
    if (!next.ok()) return next.status();
    const absl::StatusOr<std::string> line = LineOf(*next);
    if (!line.ok()) return line.status();
    lines += *line;
    published[p] = {next->tree_head(), rpc::FromProto(next->signed_at()).value()};
  }
  if (lines.empty()) return absl::OkStatus();
  if (absl::Status appended = AppendDurably(file_, lines); !appended.ok()) return appended;
  for (uint32_t p = 0; p < last_.size(); ++p)
    if (published[p].head.tree_size() > last_[p].head.tree_size()) metrics_.Published(PartitionId{p}, published[p].signed_at);
  last_ = std::move(published);
  return absl::OkStatus();
}

void HeadPublisher::PublishOrSay() {
  const absl::Status published = Publish();
  if (published.ok()) return;
  metrics_.NotPublished();
  std::cerr << "guanxid: tree heads were not published: " << published.message() << std::endl;
}

void HeadPublisher::Run(const std::stop_token& stop, std::chrono::seconds interval) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) PublishOrSay();
}

}  // namespace guanxi::service
