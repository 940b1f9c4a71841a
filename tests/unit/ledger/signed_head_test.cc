#include "ledger/signed_head.h"

#include <boost/test/unit_test.hpp>

#include "unit/ledger/from_hex.h"

using namespace guanxi;
using namespace guanxi::ledger;

namespace {

SigningKey KeyOf(std::string_view hex) {
  const std::string bytes = FromHex(hex);
  std::array<uint8_t, kSeedBytes> seed;
  std::copy(bytes.begin(), bytes.end(), seed.begin());
  return SigningKey::FromSeed(seed);
}

// RFC 8032 §7.1, TEST 1 to 3 and TEST SHA(abc).
struct Vector {
  const char *seed, *public_key, *message, *signature;
};
constexpr Vector kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"}};

const SigningKey kKey = KeyOf(kRfc8032[0].seed);

TreeHead SomeHead() {
  Hasher hasher;
  return {.log_epoch = "0123456789abcdef", .partition = 2, .size = 1, .root = hasher.Leaf(""), .signed_at = {1709285400000000}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signed_head)

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_8032_are_signed_as_printed) {
  for (const Vector& vector : kRfc8032) {
    const SigningKey key = KeyOf(vector.seed);
    BOOST_TEST(key.Public().Bytes() == FromHex(vector.public_key));
    BOOST_TEST(key.Sign(FromHex(vector.message)) == FromHex(vector.signature));
    BOOST_TEST(key.Public().Verify(FromHex(vector.message), FromHex(vector.signature)));
  }
}

BOOST_AUTO_TEST_CASE(the_signed_text_is_the_worked_example_of_the_format) {
  BOOST_TEST(SignedText(SomeHead()) ==
             "guanxi/0123456789abcdef/2\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nsigned_at 1709285400000000\n");
}

BOOST_AUTO_TEST_CASE(a_signed_head_verifies_with_the_public_key_alone) {
  const std::string signature = SignHead(kKey, SomeHead());
  const auto key = PublicKey::FromBytes(kKey.Public().Bytes());
  BOOST_REQUIRE(key.ok());
  BOOST_TEST(VerifyHead(*key, SomeHead(), signature));
}

BOOST_AUTO_TEST_CASE(a_head_altered_in_any_field_does_not_verify) {
  const std::string signature = SignHead(kKey, SomeHead());
  const auto altered = [&](auto alter) {
    TreeHead head = SomeHead();
    alter(head);
    BOOST_TEST_REQUIRE(!(head == SomeHead()));
    return !VerifyHead(kKey.Public(), head, signature);
  };
  BOOST_TEST(altered([](TreeHead& head) { head.log_epoch = "fedcba9876543210"; }));
  BOOST_TEST(altered([](TreeHead& head) { head.partition = 3; }));
  BOOST_TEST(altered([](TreeHead& head) { head.size = 2; }));
  BOOST_TEST(altered([](TreeHead& head) { ++head.signed_at.micros; }));
  for (size_t i = 0; i < kHashBytes; ++i) BOOST_TEST(altered([i](TreeHead& head) { head.root[i] ^= 1; }));
}

BOOST_AUTO_TEST_CASE(a_signature_altered_in_any_byte_or_of_another_key_does_not_verify) {
  const std::string signature = SignHead(kKey, SomeHead());
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string altered = signature;
    altered[i] ^= 1;
    BOOST_TEST(!VerifyHead(kKey.Public(), SomeHead(), altered));
  }
  for (size_t size : {0, 1, 63}) BOOST_TEST(!VerifyHead(kKey.Public(), SomeHead(), signature.substr(0, size)));
  BOOST_TEST(!VerifyHead(kKey.Public(), SomeHead(), signature + "x"));
  BOOST_TEST(!VerifyHead(KeyOf(kRfc8032[1].seed).Public(), SomeHead(), signature));
}

// "guanxi/a/1\n2..." could be partition 1 of epoch "a", or part of an epoch that holds a slash and a newline.
BOOST_AUTO_TEST_CASE(an_epoch_that_makes_the_text_ambiguous_does_not_verify) {
  for (const char* epoch : {"", "a/1", "a\n", "a b"}) {
    TreeHead head = SomeHead();
    head.log_epoch = epoch;
    BOOST_TEST(!VerifyHead(kKey.Public(), head, SignHead(kKey, head)));
  }
}

BOOST_AUTO_TEST_CASE(keys_go_through_pem_and_back) {
  const auto read = SigningKey::FromPem(kKey.Pem());
  BOOST_REQUIRE(read.ok());
  BOOST_TEST(read->Public().Bytes() == kKey.Public().Bytes());
  const auto read_public = PublicKey::FromPem(kKey.Public().Pem());
  BOOST_REQUIRE(read_public.ok());
  BOOST_TEST(read_public->Bytes() == kKey.Public().Bytes());
}

BOOST_AUTO_TEST_CASE(what_is_no_key_is_refused) {
  for (const std::string& text : {std::string(), std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
                                  kKey.Pem().substr(0, kKey.Pem().size() / 2)}) {
    BOOST_TEST(!PublicKey::FromPem(text).ok());
    BOOST_TEST(!SigningKey::FromPem(text).ok());
  }
  BOOST_TEST(!SigningKey::FromPem(kKey.Public().Pem()).ok());
  BOOST_TEST(!PublicKey::FromPem(kKey.Pem()).ok());
  BOOST_TEST(!PublicKey::FromBytes("short").ok());
}

BOOST_AUTO_TEST_SUITE_END()
