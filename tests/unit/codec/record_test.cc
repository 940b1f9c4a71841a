#include "codec/record.h"

#include <xxhash.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "base/byte_coding.h"
#include "base/reason.h"

using namespace guanxi;
using namespace guanxi::codec;

namespace {

Record FullRecord() {
  Record r;
  r.type = 511;
  r.occurred_at = *ParseTimestamp("2024-03-01T09:30:00Z");
  r.recorded_at = *ParseTimestamp("2024-03-01T09:30:01.5Z");
  r.account_version = 7;
  r.account_id = "ACME";
  r.source = "erp";
  r.id = "order-1";
  r.actor = "li.wei";
  r.on_behalf_of = "zhang.min";
  r.correlation_id = "c-1";
  r.causation_id = "c-0";
  r.extensions = {{"zeta", "1"}, {"alpha", "2"}, {"zeta", "3"}};
  r.sealed = {{"contact-1", "key", "nonce", std::string("\0\x01", 2)}};
  r.payload = "payload";
  return r;
}

// The record of the worked example in docs/formats/record.md.
Record ExampleOfTheDocument() {
  Record r;
  r.type = 511;
  r.occurred_at = *ParseTimestamp("2024-03-01T09:30:00Z");
  r.recorded_at = *ParseTimestamp("2024-03-01T09:30:01Z");
  r.account_version = 1;
  r.account_id = "ACME";
  r.source = "erp";
  r.id = "o-1";
  r.payload = "\x0a\x03o-1";
  return r;
}

std::string ExampleBytesOfTheDocument() {
  std::ifstream file(GUANXI_SOURCE_DIR "/docs/formats/record.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  const std::string block = document.substr(document.find("```hex\n") + 7);
  std::istringstream lines(block.substr(0, block.find("```")));
  std::string bytes;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('|')));
    for (std::string word; words >> word;) bytes += static_cast<char>(std::stoi(word, nullptr, 16));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (unsigned char c : bytes) {
    char word[4];
    snprintf(word, sizeof word, "%02x ", c);
    hex += word;
  }
  return hex;
}

const ReasonEntry& ReasonWhenDecoding(std::string_view bytes) {
  const auto decoded = DecodeRecord(bytes);
  BOOST_REQUIRE(!decoded.ok());
  const ReasonEntry* reason = ReasonOf(decoded.status());
  BOOST_REQUIRE(reason != nullptr);
  return *reason;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record)

BOOST_AUTO_TEST_CASE(a_record_with_everything_reads_back) {
  const Record written = FullRecord();
  const std::string bytes = EncodeRecord(written.View());
  const auto read = DecodeRecord(bytes);
  BOOST_REQUIRE(read.ok());
  BOOST_TEST((Record::CopyOf(*read) == written));
  BOOST_TEST((read->payload.data() > bytes.data() && read->payload.data() < bytes.data() + bytes.size()));
}

BOOST_AUTO_TEST_CASE(an_empty_record_reads_back) {
  const auto bytes = EncodeRecord(RecordView{});
  const auto read = DecodeRecord(bytes);
  BOOST_REQUIRE(read.ok());
  BOOST_TEST((Record::CopyOf(*read) == Record{}));
}

BOOST_AUTO_TEST_CASE(a_parked_record_of_an_unknown_type_keeps_reason_and_name) {
  Record written = FullRecord();
  written.type = 0;
  written.type_name = "com.example.Thing";
  written.content_type = "application/json";
  written.park_reason = static_cast<uint32_t>(Reason::FIELD_INVALID);
  written.account_version = 0;
  const std::string bytes = EncodeRecord(written.View());
  const auto read = DecodeRecord(bytes);
  BOOST_REQUIRE(read.ok());
  BOOST_TEST(read->parked());
  BOOST_TEST((Record::CopyOf(*read) == written));
}

// Found by a reviewer: 33 extensions were parked, and the store could not be opened any more.
BOOST_AUTO_TEST_CASE(a_parked_record_with_more_extensions_or_sealed_parts_than_are_admitted_reads_back) {
  for (const size_t count : {kExtensionsMax + 1, size_t{70'000}}) {
    Record written = FullRecord();
    written.park_reason = static_cast<uint32_t>(Reason::FIELD_INVALID);
    written.extensions.assign(count, {"", ""});
    written.sealed.assign(count, {"", "", "", ""});
    const std::string bytes = EncodeRecord(written.View());
    const auto read = DecodeRecord(bytes);
    BOOST_REQUIRE(read.ok());
    BOOST_TEST((Record::CopyOf(*read) == written));
  }
}

BOOST_AUTO_TEST_CASE(whatever_is_encoded_reads_back) {
  const uint32_t seed = std::random_device{}();
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  std::mt19937 random(seed);
  const auto size = [&] { return random() % 3 ? random() % 4 : random() % 300; };
  const auto text = [&] {
    std::string bytes(random() % 500 ? size() : 70'000 + size(), '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
  };
  for (int round = 0; round < 1000; ++round) {
    Record written = FullRecord();
    written.type = static_cast<uint16_t>(random() % 3 ? random() : 0);
    written.park_reason = random() % 2 ? static_cast<uint32_t>(random()) : 0;
    written.occurred_at.micros = static_cast<int64_t>(uint64_t{random()} << 32 | random());
    written.recorded_at.micros = static_cast<int64_t>(uint64_t{random()} << 32 | random());
    written.account_version = uint64_t{random()} << 32 | random();
    for (std::string* field : {&written.account_id, &written.source, &written.id, &written.actor, &written.on_behalf_of,
                               &written.correlation_id, &written.causation_id, &written.content_type, &written.payload})
      *field = text();
    if (written.type == 0) written.type_name = text();
    written.extensions.resize(size());
    for (Extension& extension : written.extensions) extension = {text(), text()};
    written.sealed.resize(size());
    for (SealedPart& part : written.sealed) part = {text(), text(), text(), text()};
    const std::string bytes = EncodeRecord(written.View());
    const auto read = DecodeRecord(bytes);
    BOOST_REQUIRE(read.ok());
    BOOST_TEST((Record::CopyOf(*read) == written));
  }
}

BOOST_AUTO_TEST_CASE(encoding_appends_and_the_checksum_covers_only_its_own_record) {
  const Record r = FullRecord();
  std::string two = "before";
  EncodeRecord(r.View(), two);
  BOOST_TEST(two.substr(6) == EncodeRecord(r.View()));
}

BOOST_AUTO_TEST_CASE(the_worked_example_of_the_document_is_what_is_written) {
  BOOST_TEST(ToHex(ExampleBytesOfTheDocument()) == ToHex(EncodeRecord(ExampleOfTheDocument().View())));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_noticed) {
  const std::string bytes = EncodeRecord(FullRecord().View());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    BOOST_TEST(ReasonWhenDecoding(damaged).name == "STORE_CORRUPT");
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_noticed) {
  const std::string bytes = EncodeRecord(FullRecord().View());
  for (size_t size = 0; size < bytes.size(); ++size) {
    BOOST_TEST(ReasonWhenDecoding(std::string_view(bytes).substr(0, size)).name == "STORE_CORRUPT");
  }
  BOOST_TEST(ReasonWhenDecoding(bytes + "x").name == "STORE_CORRUPT");
}

// Damage that a checksum cannot see: the bytes are nonsense, the checksum is right.
BOOST_AUTO_TEST_CASE(nonsense_under_a_right_checksum_is_refused_or_reads_within_its_bytes) {
  const uint32_t seed = std::random_device{}();
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  std::mt19937 random(seed);
  const std::string good = EncodeRecord(FullRecord().View());
  size_t refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good.substr(0, good.size() - kRecordChecksumBytes);
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    PutLittleEndian<uint64_t>(bytes, XXH3_64bits(bytes.data(), bytes.size()));
    const auto read = DecodeRecord(bytes);
    if (!read.ok()) {
      ++refused;
      BOOST_TEST(ReasonOf(read.status())->name == "STORE_CORRUPT");
      continue;
    }
    BOOST_TEST(EncodeRecord(*read).size() <= bytes.size());
  }
  BOOST_TEST(refused > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
