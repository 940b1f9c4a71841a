#include "partition/source_progress.h"

#include <boost/test/unit_test.hpp>

using namespace guanxi;
using namespace guanxi::partition;

namespace {

SourceProgress Some() {
  SourceProgress progress;
  progress.identity = "a cluster/a topic/3";
  progress.next_offset = 300;
  progress.has_last = true;
  progress.last_offset = 298;
  progress.last_fingerprint = 0x0123456789abcdef;
  progress.last_time = {1'700'000'000'000'000};
  progress.utc_offset_agreed = true;
  return progress;
}

}  // namespace

BOOST_AUTO_TEST_CASE(progress_is_read_back_as_it_was_stored) { BOOST_TEST((DecodeProgress(EncodeProgress(Some())).value() == Some())); }

BOOST_AUTO_TEST_CASE(progress_of_an_older_version_has_agreed_on_no_utc_offset) {
  const std::string bytes = EncodeProgress(Some());
  SourceProgress older = Some();
  older.utc_offset_agreed = false;
  BOOST_TEST((DecodeProgress(bytes.substr(0, bytes.size() - 1)).value() == older));
  BOOST_TEST(!DecodeProgress(bytes.substr(0, bytes.size() - 2)).ok());
  BOOST_TEST(!DecodeProgress(bytes + "x").ok());
}
