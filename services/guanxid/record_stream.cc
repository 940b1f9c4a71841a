#include "guanxid/record_stream.h"

#include "base/reason.h"
#include "rpc/status.h"

namespace guanxi::service {
namespace {

constexpr size_t kMessageBytes = 1 << 20;
constexpr int kMessageRecords = 4096;

class ExportReactor final : public grpc::ServerWriteReactor<v1::ExportRecordsResponse> {
 public:
  ExportReactor(const Node& node, const v1::ExportRecordsRequest& request)
      : node_(node), partition_(request.partition()), next_(request.first_position()), end_(request.tree_size()) {
    node_.workers.Post([this] { Begin(); });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the client left"));
    node_.workers.Post([this] { WriteNext(); });
  }
  void OnDone() override {
    node_.metrics.StreamDone("AuditService.ExportRecords", ended_);
    delete this;
  }

 private:
  void Begin() {
    if (partition_ >= node_.cluster.partitions()) {
      return End(Refuse(Reason::REQUEST_INVALID, "there is no partition " + std::to_string(partition_), {{"field", "partition"}}));
    }
    const uint64_t size = node_.cluster.ViewOf(PartitionId{partition_})->log_size;
    if (end_ == 0) end_ = size;
    if (end_ > size || next_ > end_) {
      return End(Refuse(Reason::TREE_SIZE_INVALID, "the log has " + std::to_string(size) + " records", {{"size", std::to_string(size)}}));
    }
    WriteNext();
  }

  void WriteNext() {
    if (next_ == end_) return End(absl::OkStatus());
    if (const absl::Status filled = FillMessage(); !filled.ok()) return End(filled);
    StartWrite(&message_);
  }

  // From the newest view: records never change, and no snapshot is held for as long as the client reads.
  absl::Status FillMessage() {
    message_.Clear();
    store::LogReader log = node_.cluster.ViewOf(PartitionId{partition_})->Log();
    for (size_t bytes = 0; next_ < end_ && bytes < kMessageBytes && message_.records_size() < kMessageRecords; ++next_) {
      const absl::StatusOr<std::string_view> record = log.View(Position{next_});
      if (!record.ok()) return record.status();
      v1::StoredRecord& stored = *message_.add_records();
      stored.mutable_position()->set_partition(partition_);
      stored.mutable_position()->set_position(next_);
      stored.set_record(record->data(), record->size());
      bytes += record->size();
    }
    return absl::OkStatus();
  }

  void End(const absl::Status& status) {
    ended_ = status;
    Finish(rpc::ToGrpc(ended_));
  }

  const Node& node_;
  const uint32_t partition_;
  uint64_t next_, end_;
  v1::ExportRecordsResponse message_;
  absl::Status ended_;
};

}  // namespace

grpc::ServerWriteReactor<v1::ExportRecordsResponse>* StartExport(const Node& node, const v1::ExportRecordsRequest& request) {
  return new ExportReactor(node, request);
}

}  // namespace guanxi::service
