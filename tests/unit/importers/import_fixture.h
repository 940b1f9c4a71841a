// What the tests of the importers share: a sink that keeps everything, files
// written for one test, and the shared real data.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "codec/proto_time.h"
#include "importers/import.h"
#include "importers/import_run.h"

namespace guanxi::importers {

struct CollectingSink final : EventSink {
  std::vector<guanxi::v1::NewEvent> events;
  absl::Status Accept(guanxi::v1::NewEvent&& event) override {
    events.push_back(std::move(event));
    return absl::OkStatus();
  }
};

// "OrderPlaced" of the event's type URL.
inline std::string TypeOf(const guanxi::v1::NewEvent& event) {
  const std::string& url = event.data().type_url();
  return url.substr(url.rfind('.') + 1);
}

template <class Message>
Message As(const guanxi::v1::NewEvent& event) {
  Message message;
  BOOST_REQUIRE_MESSAGE(event.data().UnpackTo(&message), "not a " << Message::descriptor()->name() << " but " << event.data().type_url());
  return message;
}

inline std::string TimeOf(const guanxi::v1::NewEvent& event) { return FormatTimestamp(codec::FromProto(event.occurred_at())); }

inline std::map<std::string, uint64_t> CountTypes(const std::vector<guanxi::v1::NewEvent>& events) {
  std::map<std::string, uint64_t> counts;
  for (const auto& event : events) ++counts[TypeOf(event)];
  return counts;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "guanxi-importers-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return (path_ / name).string();
  }
  std::string WriteCompressed(const std::string& name, const std::string& content) const {
    const std::string path = (path_ / name).string();
    gzFile file = gzopen(path.c_str(), "wb");
    BOOST_REQUIRE(file != nullptr);
    BOOST_REQUIRE_EQUAL(gzwrite(file, content.data(), static_cast<unsigned>(content.size())), static_cast<int>(content.size()));
    gzclose(file);
    return path;
  }

 private:
  std::filesystem::path path_;
};

// A file of the shared real data. Absent data fail the test when CI=true, and say so.
class SharedData {
 public:
  SharedData() {
    const char* from_environment = std::getenv("GUANXI_SHARED_DATA");
    folder_ = from_environment != nullptr ? from_environment : std::string(GUANXI_SOURCE_DIR) + "/../shared/data";
  }
  bool Present() const {
    if (std::filesystem::exists(folder_)) return true;
    const char* ci = std::getenv("CI");
    const std::string message = "the shared data are absent: " + folder_ + " (set GUANXI_SHARED_DATA)";
    if (ci != nullptr && std::string(ci) == "true") BOOST_FAIL(message);
    BOOST_TEST_MESSAGE(message);
    return false;
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

// Every row is accounted for, in each file and in total.
inline void CheckEveryRowIsAccountedFor(const ImportReport& report) {
  FileCount sum;
  for (const FileCount& file : report.files) {
    BOOST_TEST(file.rows_read == file.rows_used + file.rows_skipped, file.file);
    sum.rows_read += file.rows_read;
    sum.rows_used += file.rows_used;
  }
  BOOST_TEST(report.rows_read == report.rows_used + report.rows_skipped());
  BOOST_TEST(sum.rows_read == report.rows_read);
  BOOST_TEST(sum.rows_used == report.rows_used);
}

}  // namespace guanxi::importers
