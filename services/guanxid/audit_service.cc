#include "guanxid/audit_service.h"

#include "base/reason.h"
#include "guanxid/read_at.h"
#include "guanxid/record_stream.h"
#include "guanxid/unary.h"
#include "partition/view_tree.h"

namespace guanxi::service {
namespace {

absl::StatusOr<partition::ViewPtr> ViewOf(const Node& node, uint32_t partition, const v1::Consistency& consistency) {
  if (partition < node.cluster.partitions()) return NewestViewFor(node, PartitionId{partition}, consistency);
  return Refuse(Reason::REQUEST_INVALID, "there is no partition " + std::to_string(partition), {{"field", "partition"}});
}

absl::Status SetTreeHead(const Node& node, const partition::View& view, uint64_t size, v1::TreeHead& head) {
  const absl::StatusOr<ledger::Hash> root = partition::TreeRoot(view, size);
  if (!root.ok()) return root.status();
  head.set_partition(view.partition.value);
  head.set_tree_size(size);
  head.set_root_hash(std::string(ledger::AsBytes(*root)));
  return absl::OkStatus();
}

uint64_t SizeOf(const partition::View& view, uint64_t asked) { return asked == 0 ? view.log_size : asked; }

absl::Status GetTreeHead(const SigningNode& node, const v1::GetTreeHeadRequest& request, v1::GetTreeHeadResponse& response) {
  const absl::StatusOr<partition::ViewPtr> view = ViewOf(node, request.partition(), request.consistency());
  if (!view.ok()) return view.status();
  if (absl::Status head = SetTreeHead(node, **view, SizeOf(**view, request.tree_size()), *response.mutable_tree_head()); !head.ok())
    return head;
  *response.mutable_signed_tree_head() = node.signer.Sign(response.tree_head(), node.signer.Now());
  response.set_public_key(node.signer.public_key().Bytes());
  *response.mutable_read_at() = ReadAtOf(node, {*view});
  return absl::OkStatus();
}

absl::Status GetInclusionProof(const SigningNode& node, const v1::GetInclusionProofRequest& request,
                               v1::GetInclusionProofResponse& response) {
  const absl::StatusOr<partition::ViewPtr> view = ViewOf(node, request.position().partition(), request.consistency());
  if (!view.ok()) return view.status();
  const uint64_t size = SizeOf(**view, request.tree_size());
  const Position position{request.position().position()};
  absl::StatusOr<std::string> record = (*view)->Log().Read(position);
  if (!record.ok()) return record.status();
  const absl::StatusOr<ledger::Proof> proof = partition::InclusionProof(**view, position.value, size);
  if (!proof.ok()) return proof.status();
  if (absl::Status head = SetTreeHead(node, **view, size, *response.mutable_tree_head()); !head.ok()) return head;
  for (const ledger::Hash& hash : *proof) response.add_hashes(std::string(ledger::AsBytes(hash)));
  response.set_leaf_hash(std::string(ledger::AsBytes(ledger::Hasher().Leaf(*record))));
  response.set_record(*std::move(record));
  *response.mutable_position() = request.position();
  *response.mutable_read_at() = ReadAtOf(node, {*view});
  *response.mutable_signed_tree_head() = node.signer.Sign(response.tree_head(), node.signer.Now());
  return absl::OkStatus();
}

absl::Status GetConsistencyProof(const Node& node, const v1::GetConsistencyProofRequest& request,
                                 v1::GetConsistencyProofResponse& response) {
  const absl::StatusOr<partition::ViewPtr> view = ViewOf(node, request.partition(), request.consistency());
  if (!view.ok()) return view.status();
  const uint64_t first = request.first_tree_size(), second = SizeOf(**view, request.second_tree_size());
  if (first == 0) return Refuse(Reason::TREE_SIZE_INVALID, "first_tree_size is at least 1", {{"field", "first_tree_size"}});
  const absl::StatusOr<ledger::Proof> proof = partition::ConsistencyProof(**view, first, second);
  if (!proof.ok()) return proof.status();
  for (const ledger::Hash& hash : *proof) response.add_hashes(std::string(ledger::AsBytes(hash)));
  *response.mutable_read_at() = ReadAtOf(node, {*view});
  if (absl::Status head = SetTreeHead(node, **view, first, *response.mutable_first()); !head.ok()) return head;
  return SetTreeHead(node, **view, second, *response.mutable_second());
}

}  // namespace

GUANXI_ANSWER(AuditService, GetTreeHead)
GUANXI_ANSWER(AuditService, GetInclusionProof)
GUANXI_ANSWER(AuditService, GetConsistencyProof)

grpc::ServerWriteReactor<v1::ExportRecordsResponse>* AuditServiceHandler::ExportRecords(grpc::CallbackServerContext*,
                                                                                        const v1::ExportRecordsRequest* request) {
  return StartExport(node_, *request);
}

}  // namespace guanxi::service
