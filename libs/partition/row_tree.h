// Rows in memory, in key order: what the views have gained since their last
// checkpoint. A B+ tree whose nodes are copied before they change once they were
// published, so that every commit publishes an immutable tree for the price of
// the nodes it touched (as LMDB's pages; here in memory only). Nodes and rows live
// in one arena that is freed as a whole with its last tree. Knows no store.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace guanxi::partition {

// A key with its value, or the mark that the key was deleted. Never changes.
class Row {
 public:
  std::string_view key() const { return {bytes(), key_bytes_}; }
  std::string_view value() const { return {bytes() + key_bytes_, value_bytes_}; }
  bool deleted() const { return deleted_; }

 private:
  friend class RowTreeWriter;
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  uint32_t key_bytes_ = 0, value_bytes_ = 0;
  bool deleted_ = false;
};

namespace row_tree {

inline constexpr uint32_t kFanout = 16;
inline constexpr uint32_t kLevelsMax = 20;

// heads[i]: the first eight bytes of the key, so that most comparisons need no other memory.
struct Node {
  uint64_t edition = 0;
  uint32_t count = 0;
  bool leaf = true;
  uint64_t heads[kFanout];
  const Row* rows[kFanout];  // leaf: the rows; else no greater than any key of the child
};
struct Inner : Node {
  Node* children[kFanout];
};

// Memory that is given back as a whole. Pages are not given back to the system but
// to the next arena: faulting them in again would cost more than filling them.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();
  // Aligned to eight bytes.
  void* Allocate(size_t size) {
    size = (size + 7) & ~size_t{7};
    bytes += size;
    if (size > left_) return AllocateSlow(size);
    void* const at = at_;
    at_ += size, left_ -= size;
    return at;
  }
  size_t bytes = 0;
  uint64_t rows = 0;  // of different keys
  uint64_t edition = 1;

 private:
  void* AllocateSlow(size_t size);
  char* at_ = nullptr;
  size_t left_ = 0;
  std::vector<std::unique_ptr<char[]>> chunks_, large_;
};

}  // namespace row_tree

// An immutable tree. Copies share it; thread-safe. Empty when made without a writer.
class RowTree {
 public:
  RowTree() = default;
  // The row of the key, which may say that it was deleted; nullptr when the tree
  // knows nothing of it. Valid while the tree lives.
  const Row* Find(std::string_view key) const;
  bool empty() const { return root_ == nullptr; }
  // Rows in it and in later trees of its line: of the last one the number of its own.
  uint64_t rows_at_most() const { return arena_ == nullptr ? 0 : arena_->rows; }
  bool SameAs(const RowTree& other) const { return root_ == other.root_ && arena_ == other.arena_; }

  // Walks the rows, deleted ones too. Must not outlive the tree.
  class Iterator {
   public:
    explicit Iterator(const RowTree& tree) : root_(tree.root_) {}
    // To the first row with key >= the given; or the last with key < it.
    void Seek(std::string_view key);
    void SeekBefore(std::string_view key);
    void SeekToLast();
    void Next();
    void Prev();
    bool Valid() const { return depth_ > 0; }
    const Row& row() const { return *path_[depth_ - 1].node->rows[path_[depth_ - 1].index]; }

   private:
    struct Step {
      const row_tree::Node* node;
      uint32_t index;
    };
    void DescendLeft(const row_tree::Node* node);
    void DescendRight(const row_tree::Node* node);
    const row_tree::Node* root_;
    uint32_t depth_ = 0;
    Step path_[row_tree::kLevelsMax];
  };

 private:
  friend class RowTreeWriter;
  std::shared_ptr<row_tree::Arena> arena_;
  row_tree::Node* root_ = nullptr;
};

// The one writer of a line of trees. Not thread-safe; trees it has published are.
class RowTreeWriter {
 public:
  // Goes on from a published tree, or starts an empty one in an arena of its own.
  explicit RowTreeWriter(RowTree from = {});

  void Put(std::string_view key, std::string_view value) { Write(key, value, false); }
  // Remembers that the key is gone, whatever lies beneath says.
  void Delete(std::string_view key) { Write(key, {}, true); }

  // As it is now: good until the next change.
  const RowTree& current() const { return tree_; }
  // The same for ever: later changes copy what they touch.
  RowTree Publish();
  // Memory of all trees of this line, superseded rows and nodes included.
  size_t bytes() const { return tree_.arena_->bytes; }

 private:
  void Write(std::string_view key, std::string_view value, bool deleted);
  const Row* MakeRow(std::string_view key, std::string_view value, bool deleted);
  row_tree::Node* NewNode(bool leaf);
  row_tree::Node* Owned(row_tree::Node* node);
  // The node that stands in for `node`; *split: a new right neighbour, if it had to be split.
  row_tree::Node* Insert(row_tree::Node* node, uint64_t head, const Row* row, row_tree::Node** split);
  void InsertAt(row_tree::Node* node, uint32_t at, uint64_t head, const Row* row, row_tree::Node* child, row_tree::Node** split);

  RowTree tree_;
};

}  // namespace guanxi::partition
