#include "store/data_directory.h"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "base/reason.h"
#include "support/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::store;

namespace {

std::string ReasonOfOpening(const std::string& path, const ClusterSettings& wanted = {}, bool strict = false) {
  const auto opened = DataDirectory::Open(path, wanted, strict);
  return opened.ok() ? "opened" : std::string(ReasonOf(opened.status())->name);
}

void WriteFormat(const std::string& path, const std::string& text) { std::ofstream(path + "/FORMAT") << text; }

}  // namespace

BOOST_AUTO_TEST_SUITE(data_directory)

BOOST_AUTO_TEST_CASE(a_directory_keeps_the_settings_it_was_made_with) {
  test::TemporaryDirectory made;
  { BOOST_TEST(DataDirectory::Open(made.path(), {8, 480, ""}, false)->created()); }
  const auto again = DataDirectory::Open(made.path(), {}, false);
  BOOST_REQUIRE(again.ok());
  BOOST_TEST(again->settings().partitions == 8u);
  BOOST_TEST(again->settings().utc_offset_minutes == 480);
  BOOST_TEST(again->settings().log_epoch.size() == 16u);
}

BOOST_AUTO_TEST_CASE(other_settings_are_refused_when_they_were_asked_for) {
  test::TemporaryDirectory made;
  { BOOST_TEST(DataDirectory::Open(made.path(), {8, 0, ""}, false).ok()); }
  BOOST_TEST(ReasonOfOpening(made.path(), {4, 0, ""}, true) == "DATA_DIRECTORY_FOREIGN");
  BOOST_TEST(ReasonOfOpening(made.path(), {8, 0, ""}, true) == "opened");
}

BOOST_AUTO_TEST_CASE(one_process_at_a_time) {
  test::TemporaryDirectory made;
  const auto held = DataDirectory::Open(made.path(), {}, false);
  BOOST_TEST(ReasonOfOpening(made.path()) == "DATA_DIRECTORY_IN_USE");
}

BOOST_AUTO_TEST_CASE(a_newer_format_a_strange_file_and_a_cut_one_are_told_apart) {
  test::TemporaryDirectory newer, strange, cut;
  WriteFormat(newer.path(), "guanxi-data 3\npartitions 4\n");
  WriteFormat(strange.path(), "something else");
  WriteFormat(cut.path(), "guanxi-data 2\npartitions");
  BOOST_TEST(ReasonOfOpening(newer.path()) == "DATA_DIRECTORY_NEWER");
  BOOST_TEST(ReasonOfOpening(strange.path()) == "DATA_DIRECTORY_FOREIGN");
  BOOST_TEST(ReasonOfOpening(cut.path()) == "STORE_CORRUPT");
}

BOOST_AUTO_TEST_CASE(somebody_elses_directory_is_left_alone) {
  test::TemporaryDirectory theirs;
  std::ofstream(theirs.path() + "/notes.txt") << "mine";
  BOOST_TEST(ReasonOfOpening(theirs.path()) == "DATA_DIRECTORY_FOREIGN");
  BOOST_TEST(!std::filesystem::exists(theirs.path() + "/LOCK"));
}

BOOST_AUTO_TEST_SUITE_END()
