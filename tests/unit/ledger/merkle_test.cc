#include "ledger/merkle.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "base/reason.h"
#include "unit/ledger/from_hex.h"
#include "unit/ledger/textbook_tree.h"

using namespace guanxi;
using namespace guanxi::ledger;

namespace {

// Nodes computed from the leaves kept in memory.
class LeafNodes : public NodeReader {
 public:
  explicit LeafNodes(std::vector<std::string> leaves) : leaves_(std::move(leaves)) {}
  absl::StatusOr<Hash> Node(NodeId node) override {
    const size_t begin = node.index << node.height;
    const size_t count = size_t{1} << node.height;
    BOOST_REQUIRE(begin + count <= leaves_.size());
    return textbook::Mth(hasher_, textbook::Leaves(leaves_).subspan(begin, count));
  }
  const std::vector<std::string>& leaves() const { return leaves_; }

 private:
  std::vector<std::string> leaves_;
  Hasher hasher_;
};

// The eight leaves that Certificate Transparency implementations share as test data.
std::vector<std::string> ReferenceLeaves() {
  std::vector<std::string> leaves;
  for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(FromHex(hex));
  }
  return leaves;
}

constexpr std::array kReferenceRoots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<std::string> HexOf(const Proof& proof) {
  std::vector<std::string> hex;
  for (const Hash& hash : proof) hex.push_back(ToHex(hash));
  return hex;
}

constexpr size_t kSizes = 300;

struct Roots {
  Roots() : leaves(textbook::SomeLeaves(kSizes)) {
    for (size_t n = 0; n <= kSizes; ++n) of.push_back(textbook::Mth(hasher, textbook::Leaves(leaves).first(n)));
  }
  Hasher hasher;
  std::vector<std::string> leaves;
  std::vector<Hash> of;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(merkle)

BOOST_AUTO_TEST_CASE(the_reference_leaves_have_the_published_roots) {
  Hasher hasher;
  Frontier frontier;
  const auto leaves = ReferenceLeaves();
  for (size_t n = 0; n <= leaves.size(); ++n) {
    BOOST_TEST(ToHex(frontier.Root(hasher)) == kReferenceRoots[n]);
    if (n < leaves.size()) frontier.Append(hasher, hasher.Leaf(leaves[n]));
  }
}

BOOST_AUTO_TEST_CASE(the_reference_leaves_have_the_published_proofs) {
  Hasher hasher;
  LeafNodes nodes(ReferenceLeaves());
  const std::vector<std::string> first_of_eight = {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                                   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"};
  BOOST_TEST(HexOf(*MakeInclusionProof(hasher, nodes, 0, 8)) == first_of_eight);
  const std::vector<std::string> sixth_of_eight = {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                                                   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
  BOOST_TEST(HexOf(*MakeInclusionProof(hasher, nodes, 5, 8)) == sixth_of_eight);
  const std::vector<std::string> six_to_eight = {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                                 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                                 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
  BOOST_TEST(HexOf(*MakeConsistencyProof(hasher, nodes, 6, 8)) == six_to_eight);
}

BOOST_AUTO_TEST_CASE(roots_of_all_sizes_are_the_textbook_roots) {
  Roots roots;
  Frontier frontier;
  for (size_t n = 0; n < kSizes; ++n) {
    BOOST_REQUIRE((frontier.Root(roots.hasher) == roots.of[n]));
    frontier.Append(roots.hasher, roots.hasher.Leaf(roots.leaves[n]));
  }
}

BOOST_AUTO_TEST_CASE(inclusion_proofs_are_the_textbook_paths_and_verify) {
  Roots roots;
  LeafNodes nodes(roots.leaves);
  for (size_t size : {1, 2, 3, 7, 8, 100, 255, 256, 257, 300}) {
    for (size_t index = 0; index < size; ++index) {
      const auto proof = MakeInclusionProof(roots.hasher, nodes, index, size);
      BOOST_REQUIRE(proof.ok());
      BOOST_REQUIRE((*proof == textbook::Path(roots.hasher, index, textbook::Leaves(roots.leaves).first(size))));
      BOOST_REQUIRE(VerifyInclusion(roots.hasher, roots.hasher.Leaf(roots.leaves[index]), index, size, *proof, roots.of[size]));
    }
  }
}

BOOST_AUTO_TEST_CASE(consistency_proofs_between_all_small_sizes_are_the_textbook_proofs_and_verify) {
  Roots roots;
  LeafNodes nodes(roots.leaves);
  for (size_t size : {1, 2, 3, 5, 8, 31, 64, 100, 255, 256, 257, 300}) {
    for (size_t old_size = 1; old_size <= size; ++old_size) {
      const auto proof = MakeConsistencyProof(roots.hasher, nodes, old_size, size);
      BOOST_REQUIRE(proof.ok());
      BOOST_REQUIRE((*proof == textbook::Subproof(roots.hasher, old_size, textbook::Leaves(roots.leaves).first(size), true)));
      BOOST_REQUIRE(VerifyConsistency(roots.hasher, old_size, roots.of[old_size], size, roots.of[size], *proof));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_empty_log_is_a_prefix_of_every_log_but_only_with_its_own_root) {
  Roots roots;
  LeafNodes nodes(roots.leaves);
  BOOST_TEST(MakeConsistencyProof(roots.hasher, nodes, 0, 5)->empty());
  BOOST_TEST(VerifyConsistency(roots.hasher, 0, roots.of[0], 5, roots.of[5], {}));
  BOOST_TEST(!VerifyConsistency(roots.hasher, 0, roots.of[1], 5, roots.of[5], {}));
  BOOST_TEST(!VerifyConsistency(roots.hasher, 0, roots.of[0], 5, roots.of[5], {roots.of[1]}));
}

BOOST_AUTO_TEST_CASE(an_inclusion_proof_with_anything_altered_does_not_verify) {
  Roots roots;
  LeafNodes nodes(roots.leaves);
  Hasher& hasher = roots.hasher;
  for (size_t size : {2, 5, 8, 100, 257}) {
    for (size_t index = 0; index < size; index += 3) {
      const Proof proof = *MakeInclusionProof(hasher, nodes, index, size);
      const Hash leaf = hasher.Leaf(roots.leaves[index]);
      const Hash& root = roots.of[size];
      BOOST_REQUIRE(!VerifyInclusion(hasher, hasher.Leaf("forged"), index, size, proof, root));
      BOOST_REQUIRE(!VerifyInclusion(hasher, leaf, index ^ 1, size, proof, root));
      BOOST_REQUIRE(!VerifyInclusion(hasher, leaf, index, size, proof, roots.of[size - 1]));
      for (size_t i = 0; i < proof.size(); ++i) {
        Proof altered = proof;
        altered[i][7] ^= 1;
        BOOST_REQUIRE(!VerifyInclusion(hasher, leaf, index, size, altered, root));
      }
      BOOST_REQUIRE(!VerifyInclusion(hasher, leaf, index, size, Proof(proof.begin(), proof.end() - 1), root));
      Proof longer = proof;
      longer.push_back(root);
      BOOST_REQUIRE(!VerifyInclusion(hasher, leaf, index, size, longer, root));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_consistency_proof_with_anything_altered_does_not_verify) {
  Roots roots;
  LeafNodes nodes(roots.leaves);
  Hasher& hasher = roots.hasher;
  for (size_t size : {5, 8, 100, 257}) {
    for (size_t old_size = 1; old_size < size; old_size += 2) {
      const Proof proof = *MakeConsistencyProof(hasher, nodes, old_size, size);
      const Hash& old_root = roots.of[old_size];
      const Hash& new_root = roots.of[size];
      BOOST_REQUIRE(!VerifyConsistency(hasher, old_size, roots.of[old_size - 1], size, new_root, proof));
      BOOST_REQUIRE(!VerifyConsistency(hasher, old_size, old_root, size, roots.of[size - 1], proof));
      BOOST_REQUIRE(!VerifyConsistency(hasher, old_size, old_root, size, new_root, Proof(proof.begin(), proof.end() - 1)));
      for (size_t i = 0; i < proof.size(); ++i) {
        Proof altered = proof;
        altered[i][0] ^= 0x80;
        BOOST_REQUIRE(!VerifyConsistency(hasher, old_size, old_root, size, new_root, altered));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(sizes_in_the_wrong_order_are_refused) {
  Roots roots;
  LeafNodes nodes(roots.leaves);
  BOOST_TEST(ReasonOf(MakeInclusionProof(roots.hasher, nodes, 5, 5).status())->name == "TREE_SIZE_INVALID");
  BOOST_TEST(ReasonOf(MakeConsistencyProof(roots.hasher, nodes, 6, 5).status())->name == "TREE_SIZE_INVALID");
  BOOST_TEST(!VerifyInclusion(roots.hasher, roots.of[1], 5, 5, {}, roots.of[5]));
  BOOST_TEST(!VerifyConsistency(roots.hasher, 6, roots.of[6], 5, roots.of[5], {}));
}

BOOST_AUTO_TEST_CASE(a_frontier_reads_back_and_goes_on) {
  Roots roots;
  Frontier frontier;
  for (size_t n = 0; n < kSizes; ++n) {
    auto again = Frontier::Parse(frontier.Serialize());
    BOOST_REQUIRE(again.ok());
    frontier = *std::move(again);
    frontier.Append(roots.hasher, roots.hasher.Leaf(roots.leaves[n]));
  }
  BOOST_TEST((frontier.Root(roots.hasher) == roots.of[kSizes]));
  const std::string bytes = frontier.Serialize();
  BOOST_TEST(ReasonOf(Frontier::Parse(bytes.substr(0, bytes.size() - 1)).status())->name == "STORE_CORRUPT");
  BOOST_TEST(ReasonOf(Frontier::Parse("").status())->name == "STORE_CORRUPT");
}

BOOST_AUTO_TEST_SUITE_END()
