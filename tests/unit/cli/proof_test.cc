#include "tools/guanxi/proof.h"

#include <boost/test/unit_test.hpp>

#include "ledger/merkle.h"

using namespace guanxi::cli;
using guanxi::ledger::Hash;
using guanxi::ledger::Hasher;

namespace {

std::string Bytes(const Hash& hash) { return std::string(guanxi::ledger::AsBytes(hash)); }

// The log {"first", "second"}: each record is the other's whole proof.
guanxi::v1::GetInclusionProofResponse ProofOfSecond() {
  Hasher hasher;
  const Hash first = hasher.Leaf("first"), second = hasher.Leaf("second");
  guanxi::v1::GetInclusionProofResponse proof;
  proof.mutable_tree_head()->set_tree_size(2);
  proof.mutable_tree_head()->set_root_hash(Bytes(hasher.Node(first, second)));
  proof.set_leaf_hash(Bytes(second));
  proof.add_hashes(Bytes(first));
  proof.set_record("second");
  return proof;
}

guanxi::v1::GetConsistencyProofResponse ProofOfGrowth() {
  Hasher hasher;
  const Hash first = hasher.Leaf("first"), second = hasher.Leaf("second");
  guanxi::v1::GetConsistencyProofResponse proof;
  proof.mutable_first()->set_tree_size(1);
  proof.mutable_first()->set_root_hash(Bytes(first));
  proof.mutable_second()->set_tree_size(2);
  proof.mutable_second()->set_root_hash(Bytes(hasher.Node(first, second)));
  proof.add_hashes(Bytes(second));
  return proof;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proofs)

BOOST_AUTO_TEST_CASE(a_true_proof_has_no_problem) {
  BOOST_TEST(ProblemOf(ProofOfSecond(), 1, std::nullopt) == "");
  BOOST_TEST(ProblemOf(ProofOfGrowth(), std::nullopt) == "");
}

BOOST_AUTO_TEST_CASE(an_altered_record_is_found_out) {
  auto proof = ProofOfSecond();
  proof.set_record("secomd");
  BOOST_TEST(ProblemOf(proof, 1, std::nullopt) != "");
  Hasher hasher;
  proof.set_leaf_hash(Bytes(hasher.Leaf("secomd")));
  BOOST_TEST(ProblemOf(proof, 1, std::nullopt) != "");
}

BOOST_AUTO_TEST_CASE(a_proof_for_another_position_is_none) { BOOST_TEST(ProblemOf(ProofOfSecond(), 0, std::nullopt) != ""); }

BOOST_AUTO_TEST_CASE(a_root_that_was_kept_must_be_the_servers) {
  const auto proof = ProofOfSecond();
  BOOST_TEST(ProblemOf(proof, 1, ParseHash(HexOf(proof.tree_head().root_hash()))) == "");
  BOOST_TEST(ProblemOf(proof, 1, ParseHash(HexOf(proof.leaf_hash()))) != "");
  const auto growth = ProofOfGrowth();
  BOOST_TEST(ProblemOf(growth, ParseHash(HexOf(growth.second().root_hash()))) != "");
}

BOOST_AUTO_TEST_CASE(a_log_that_was_rewritten_is_found_out) {
  auto proof = ProofOfGrowth();
  Hasher hasher;
  proof.mutable_first()->set_root_hash(Bytes(hasher.Leaf("other")));
  BOOST_TEST(ProblemOf(proof, std::nullopt) != "");
}

BOOST_AUTO_TEST_CASE(hashes_of_a_wrong_length_are_a_problem_and_no_crash) {
  auto proof = ProofOfSecond();
  proof.add_hashes("short");
  BOOST_TEST(ProblemOf(proof, 1, std::nullopt) != "");
  BOOST_TEST(!ParseHash("abc").has_value());
  BOOST_TEST(!ParseHash(std::string(64, 'g')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
