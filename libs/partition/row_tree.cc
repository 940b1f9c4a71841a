#include "partition/row_tree.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <new>

namespace guanxi::partition {

using row_tree::Inner;
using row_tree::kFanout;
using row_tree::Node;

namespace {

uint64_t HeadOf(std::string_view key) {
  uint64_t head = 0;
  key.copy(reinterpret_cast<char*>(&head), sizeof head);
  return std::endian::native == std::endian::little ? __builtin_bswap64(head) : head;
}

// Rows of the node whose keys are < key (or <= key).
template <bool kOrEqual>
uint32_t CountBelow(const Node* node, uint64_t head, std::string_view key) {
  uint32_t low = 0, high = node->count;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    const uint64_t other = node->heads[middle];
    const int order = other != head ? (other < head ? -1 : 1) : node->rows[middle]->key().compare(key);
    if (order < 0 || (kOrEqual && order == 0))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// The child that holds the key if any does.
uint32_t ChildFor(const Node* node, uint64_t head, std::string_view key) {
  const uint32_t n = CountBelow<true>(node, head, key);
  return n == 0 ? 0 : n - 1;
}

Inner* AsInner(Node* node) { return static_cast<Inner*>(node); }
const Inner* AsInner(const Node* node) { return static_cast<const Inner*>(node); }

}  // namespace

namespace row_tree {
namespace {

constexpr size_t kChunkBytes = 256u << 10;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kChunksKeptMax = 0;  // a row that is read after its tree is then memory that was freed
#else
constexpr size_t kChunksKeptMax = 512;
#endif

// Chunks of arenas that are gone, for those to come; of the whole process.
struct ChunkPool {
  std::mutex mutex;
  std::vector<std::unique_ptr<char[]>> chunks;

  std::unique_ptr<char[]> Take() {
    const std::lock_guard lock(mutex);
    if (chunks.empty()) return std::unique_ptr<char[]>(new char[kChunkBytes]);
    auto chunk = std::move(chunks.back());
    chunks.pop_back();
    return chunk;
  }
  void Give(std::vector<std::unique_ptr<char[]>> back) {
    const std::lock_guard lock(mutex);
    for (auto& chunk : back)
      if (chunks.size() < kChunksKeptMax) chunks.push_back(std::move(chunk));
  }
};

ChunkPool& Pool() {
  static ChunkPool* const pool = new ChunkPool;
  return *pool;
}

}  // namespace

Arena::~Arena() { Pool().Give(std::move(chunks_)); }

void* Arena::AllocateSlow(size_t size) {
  if (size > kChunkBytes / 4) return large_.emplace_back(new char[size]).get();
  char* const chunk = chunks_.emplace_back(Pool().Take()).get();
  at_ = chunk + size, left_ = kChunkBytes - size;
  return chunk;
}

}  // namespace row_tree

const Row* RowTree::Find(std::string_view key) const {
  const uint64_t head = HeadOf(key);
  const Node* node = root_;
  if (node == nullptr) return nullptr;
  while (!node->leaf) node = AsInner(node)->children[ChildFor(node, head, key)];
  const uint32_t at = CountBelow<false>(node, head, key);
  return at < node->count && node->rows[at]->key() == key ? node->rows[at] : nullptr;
}

void RowTree::Iterator::DescendLeft(const Node* node) {
  for (;; node = AsInner(node)->children[0]) {
    path_[depth_++] = {node, 0};
    if (node->leaf) return;
  }
}

void RowTree::Iterator::DescendRight(const Node* node) {
  for (;; node = AsInner(node)->children[node->count - 1]) {
    path_[depth_++] = {node, node->count - 1};
    if (node->leaf) return;
  }
}

void RowTree::Iterator::Seek(std::string_view key) {
  depth_ = 0;
  if (root_ == nullptr) return;
  const uint64_t head = HeadOf(key);
  const Node* node = root_;
  while (!node->leaf) {
    const uint32_t at = ChildFor(node, head, key);
    path_[depth_++] = {node, at};
    node = AsInner(node)->children[at];
  }
  path_[depth_++] = {node, CountBelow<false>(node, head, key)};
  if (path_[depth_ - 1].index == node->count) {
    --path_[depth_ - 1].index;
    Next();
  }
}

void RowTree::Iterator::SeekBefore(std::string_view key) {
  Seek(key);
  if (Valid())
    Prev();
  else
    SeekToLast();
}

void RowTree::Iterator::SeekToLast() {
  depth_ = 0;
  if (root_ != nullptr) DescendRight(root_);
}

void RowTree::Iterator::Next() {
  while (depth_ > 0) {
    Step& step = path_[depth_ - 1];
    if (++step.index < step.node->count) {
      if (!step.node->leaf) DescendLeft(AsInner(step.node)->children[step.index]);
      return;
    }
    --depth_;
  }
}

void RowTree::Iterator::Prev() {
  while (depth_ > 0) {
    Step& step = path_[depth_ - 1];
    if (step.index > 0) {
      --step.index;
      if (!step.node->leaf) DescendRight(AsInner(step.node)->children[step.index]);
      return;
    }
    --depth_;
  }
}

RowTreeWriter::RowTreeWriter(RowTree from) : tree_(std::move(from)) {
  if (tree_.arena_ == nullptr) tree_.arena_ = std::make_shared<row_tree::Arena>();
  ++tree_.arena_->edition;
}

RowTree RowTreeWriter::Publish() {
  ++tree_.arena_->edition;
  return tree_;
}

const Row* RowTreeWriter::MakeRow(std::string_view key, std::string_view value, bool deleted) {
  void* const memory = tree_.arena_->Allocate(sizeof(Row) + key.size() + value.size());
  Row* const row = new (memory) Row;
  row->key_bytes_ = static_cast<uint32_t>(key.size());
  row->value_bytes_ = static_cast<uint32_t>(value.size());
  row->deleted_ = deleted;
  char* const bytes = reinterpret_cast<char*>(row + 1);
  std::copy(key.begin(), key.end(), bytes);
  std::copy(value.begin(), value.end(), bytes + key.size());
  return row;
}

Node* RowTreeWriter::NewNode(bool leaf) {
  auto& arena = *tree_.arena_;
  Node* const node = leaf ? new (arena.Allocate(sizeof(Node))) Node : new (arena.Allocate(sizeof(Inner))) Inner;
  node->edition = arena.edition;
  node->leaf = leaf;
  return node;
}

Node* RowTreeWriter::Owned(Node* node) {
  if (node->edition == tree_.arena_->edition) return node;
  Node* const copy = NewNode(node->leaf);
  copy->count = node->count;
  std::copy_n(node->heads, node->count, copy->heads);
  std::copy_n(node->rows, node->count, copy->rows);
  if (!node->leaf) std::copy_n(AsInner(node)->children, node->count, AsInner(copy)->children);
  return copy;
}

void RowTreeWriter::InsertAt(Node* node, uint32_t at, uint64_t head, const Row* row, Node* child, Node** split) {
  if (node->count == kFanout) {
    // Rows that come in order fill their nodes.
    const uint32_t keep = at == kFanout ? kFanout : kFanout / 2;
    Node* const right = NewNode(node->leaf);
    right->count = kFanout - keep;
    std::copy_n(node->heads + keep, right->count, right->heads);
    std::copy_n(node->rows + keep, right->count, right->rows);
    if (!node->leaf) std::copy_n(AsInner(node)->children + keep, right->count, AsInner(right)->children);
    node->count = keep;
    *split = right;
    if (at > keep || keep == kFanout) node = right, at -= keep;
  }
  const auto shift = [&](auto* items) { std::copy_backward(items + at, items + node->count, items + node->count + 1); };
  shift(node->heads), shift(node->rows);
  node->heads[at] = head, node->rows[at] = row;
  if (!node->leaf) shift(AsInner(node)->children), AsInner(node)->children[at] = child;
  ++node->count;
}

Node* RowTreeWriter::Insert(Node* node, uint64_t head, const Row* row, Node** split) {
  node = Owned(node);
  if (node->leaf) {
    const uint32_t at = CountBelow<false>(node, head, row->key());
    if (at < node->count && node->rows[at]->key() == row->key()) {
      node->rows[at] = row;
    } else {
      InsertAt(node, at, head, row, nullptr, split);
      ++tree_.arena_->rows;
    }
    return node;
  }
  const uint32_t at = ChildFor(node, head, row->key());
  Node* child_split = nullptr;
  AsInner(node)->children[at] = Insert(AsInner(node)->children[at], head, row, &child_split);
  const Node* const child = AsInner(node)->children[at];
  node->heads[at] = child->heads[0], node->rows[at] = child->rows[0];
  if (child_split != nullptr) InsertAt(node, at + 1, child_split->heads[0], child_split->rows[0], child_split, split);
  return node;
}

void RowTreeWriter::Write(std::string_view key, std::string_view value, bool deleted) {
  const Row* const row = MakeRow(key, value, deleted);
  const uint64_t head = HeadOf(key);
  if (tree_.root_ == nullptr) tree_.root_ = NewNode(true);
  Node* split = nullptr;
  tree_.root_ = Insert(tree_.root_, head, row, &split);
  if (split == nullptr) return;
  Node* const root = NewNode(false);
  for (Node* child : {tree_.root_, split}) {
    root->heads[root->count] = child->heads[0], root->rows[root->count] = child->rows[0];
    AsInner(root)->children[root->count++] = child;
  }
  tree_.root_ = root;
}

}  // namespace guanxi::partition
