#include "ledger/tile.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "base/reason.h"
#include "unit/ledger/textbook_tree.h"

using namespace guanxi;
using namespace guanxi::ledger;

namespace {

// What a partition does with its tree: keeps the tiles and the leaf hashes of its records.
struct TreeStore {
  std::map<TileId, std::string> tiles;
  std::string leaves;

  void Commit(TreeWriter& writer) {
    for (TileWrite& write : writer.TakeDirtyTiles()) tiles[write.tile] = std::move(write.hashes);
  }
  TileLoader Loader() const {
    return [this](TileId id) -> absl::StatusOr<std::string> {
      if (const auto found = tiles.find(id); found != tiles.end()) return found->second;
      BOOST_REQUIRE(id.level == 0u);
      return leaves.substr(std::min(leaves.size(), id.index * kTileWidth * kHashBytes), kTileWidth * kHashBytes);
    };
  }
};

// A tree in which leaf i is the hash of the number i, grown in commits of random sizes.
struct GrownTree {
  explicit GrownTree(uint64_t size, uint32_t seed) {
    std::mt19937 random(seed);
    Frontier plain;
    for (uint64_t n = 0; n < size;) {
      for (uint64_t end = std::min<uint64_t>(size, n + 1 + random() % 700); n < end; ++n) {
        const Hash leaf = hasher.Leaf(std::to_string(n));
        store.leaves.append(AsBytes(leaf));
        writer.Append(leaf);
        roots.push_back(plain.Root(hasher));
        plain.Append(hasher, leaf);
      }
      store.Commit(writer);
    }
    roots.push_back(plain.Root(hasher));
  }
  Hash LeafAt(uint64_t index) { return hasher.Leaf(std::to_string(index)); }

  Hasher hasher;
  TreeStore store;
  TreeWriter writer;
  std::vector<Hash> roots;  // by size
};

// Each test shows it with its failures.
struct Seed {
  const uint32_t seed = std::random_device{}();
};

constexpr uint64_t kLarge = 70'000;  // two tile levels above the leaves

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tile, Seed)

BOOST_AUTO_TEST_CASE(nodes_lie_in_the_tile_of_their_height_and_place) {
  BOOST_TEST((TileOf({0, 255}) == TileId{0, 0}));
  BOOST_TEST((TileOf({0, 256}) == TileId{0, 1}));
  BOOST_TEST((TileOf({7, 1}) == TileId{0, 0}));
  BOOST_TEST((TileOf({7, 2}) == TileId{0, 1}));
  BOOST_TEST((TileOf({8, 255}) == TileId{1, 0}));
  BOOST_TEST((TileOf({8, 256}) == TileId{1, 1}));
  BOOST_TEST((TileOf({16, 3}) == TileId{2, 0}));
}

BOOST_AUTO_TEST_CASE(tile_widths_grow_with_the_tree) {
  BOOST_TEST(TileWidthAt({0, 0}, 0) == 0u);
  BOOST_TEST(TileWidthAt({0, 0}, 255) == 255u);
  BOOST_TEST(TileWidthAt({0, 0}, 1000) == 256u);
  BOOST_TEST(TileWidthAt({0, 3}, 1000) == 232u);
  BOOST_TEST(TileWidthAt({1, 0}, 1000) == 3u);
  BOOST_TEST(TileWidthAt({1, 1}, 1000) == 0u);
}

BOOST_AUTO_TEST_CASE(a_single_append_mostly_writes_nothing) {
  TreeWriter writer;
  for (int i = 0; i < 255; ++i) {
    writer.AppendRecord("r");
    BOOST_TEST(writer.TakeDirtyTiles().empty());
  }
  BOOST_TEST(writer.TailLeaves().size() == 255 * kHashBytes);
  writer.AppendRecord("r");
  const auto writes = writer.TakeDirtyTiles();
  BOOST_REQUIRE(writes.size() == 2u);
  BOOST_TEST((writes[0].tile == TileId{0, 0}));
  BOOST_TEST(writes[0].hashes.size() == 256 * kHashBytes);
  BOOST_TEST((writes[1].tile == TileId{1, 0}));
  BOOST_TEST(writes[1].hashes == AsBytes(writer.Root()));
  BOOST_TEST(writer.TailLeaves().empty());
}

BOOST_AUTO_TEST_CASE(a_commit_of_many_records_writes_each_tile_once) {
  TreeWriter writer;
  for (int i = 0; i < 1000; ++i) writer.AppendRecord("r");
  const auto writes = writer.TakeDirtyTiles();
  BOOST_TEST(writes.size() == 4u);  // 3 of level 0, 1 of level 1
  BOOST_TEST(writes.back().hashes.size() == 3 * kHashBytes);
}

BOOST_AUTO_TEST_CASE(proofs_from_tiles_verify_in_a_large_tree) {
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  GrownTree tree(kLarge, seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    const uint64_t size = 1 + random() % kLarge;
    const uint64_t index = random() % size;
    TileReader reader(tree.store.Loader());
    BOOST_REQUIRE((*RootOfSize(tree.hasher, reader, size) == tree.roots[size]));
    const auto inclusion = MakeInclusionProof(tree.hasher, reader, index, size);
    BOOST_REQUIRE(inclusion.ok());
    BOOST_REQUIRE(VerifyInclusion(tree.hasher, tree.LeafAt(index), index, size, *inclusion, tree.roots[size]));
    const auto consistency = MakeConsistencyProof(tree.hasher, reader, index + 1, size);
    BOOST_REQUIRE(consistency.ok());
    BOOST_REQUIRE(VerifyConsistency(tree.hasher, index + 1, tree.roots[index + 1], size, tree.roots[size], *consistency));
  }
}

BOOST_AUTO_TEST_CASE(the_writer_has_the_root_of_the_textbook_at_every_size) {
  TreeWriter writer;
  Hasher hasher;
  const auto leaves = textbook::SomeLeaves(600);
  for (size_t n = 0; n < leaves.size(); ++n) {
    if (n % 7 == 0) BOOST_REQUIRE((writer.Root() == textbook::Mth(hasher, textbook::Leaves(leaves).first(n))));
    writer.AppendRecord(leaves[n]);
  }
}

BOOST_AUTO_TEST_CASE(a_restored_writer_goes_on_as_if_it_had_never_stopped) {
  for (uint64_t size : {0, 1, 255, 256, 257, 511, 65535, 65536, 65537, 65536 + 256, 66000}) {
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    GrownTree tree(size, seed);
    auto restored = TreeWriter::Restore(size, tree.store.Loader());
    BOOST_REQUIRE(restored.ok());
    for (uint64_t n = size; n < size + 600; ++n) {
      BOOST_REQUIRE((restored->Root() == tree.writer.Root()));
      restored->Append(tree.LeafAt(n));
      tree.writer.Append(tree.LeafAt(n));
    }
    const auto expected = tree.writer.TakeDirtyTiles();
    const auto writes = restored->TakeDirtyTiles();
    BOOST_REQUIRE(writes.size() == expected.size());
    for (size_t i = 0; i < writes.size(); ++i) {
      BOOST_TEST((writes[i].tile == expected[i].tile));
      BOOST_TEST((writes[i].hashes == expected[i].hashes));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_tile_that_is_too_short_is_corruption) {
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  GrownTree tree(1000, seed);
  tree.store.tiles[{1, 0}].resize(2 * kHashBytes);
  BOOST_TEST(ReasonOf(TreeWriter::Restore(1000, tree.store.Loader()).status())->name == "STORE_CORRUPT");
  TileReader reader(tree.store.Loader());
  BOOST_TEST(ReasonOf(MakeInclusionProof(tree.hasher, reader, 0, 1000).status())->name == "STORE_CORRUPT");
}

BOOST_AUTO_TEST_CASE(an_altered_tile_makes_proofs_that_do_not_verify) {
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  GrownTree tree(1000, seed);
  tree.store.tiles[{0, 0}][5 * kHashBytes] ^= 1;
  TileReader reader(tree.store.Loader());
  const auto proof = MakeInclusionProof(tree.hasher, reader, 4, 1000);
  BOOST_REQUIRE(proof.ok());
  BOOST_TEST(!VerifyInclusion(tree.hasher, tree.LeafAt(4), 4, 1000, *proof, tree.roots[1000]));
}

BOOST_AUTO_TEST_SUITE_END()
