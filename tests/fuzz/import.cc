// One byte that says which importer, then the file it reads. Every row is accounted for.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "fuzz/check.h"
#include "importers/cdnow.h"
#include "importers/cloudevents.h"
#include "importers/crm.h"
#include "importers/retail.h"

using namespace guanxi;

namespace {

struct Nowhere final : importers::EventSink {
  absl::Status Accept(v1::NewEvent&&) override { return absl::OkStatus(); }
};

// A folder of this process, in memory where the machine has one.
const std::string& Folder() {
  static const std::string folder = [] {
    const std::string base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path().string();
    const std::string path = base + "/guanxi-fuzz-" + std::to_string(::getpid());
    std::filesystem::create_directories(path);
    return path;
  }();
  // Registered after the string was made, so that it runs before the string goes.
  static const int removed_at_exit = std::atexit([] { std::filesystem::remove_all(Folder()); });
  (void)removed_at_exit;
  return folder;
}

std::string Write(const std::string& name, std::string_view text) {
  const std::string path = Folder() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

// The four tables of a CRM, one after the other, separated by a line "----".
absl::Status ImportTables(std::string_view text, const importers::ImportOptions& options, Nowhere& sink, importers::ImportReport& report) {
  for (const char* name : {"accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv"}) {
    const size_t end = text.find("----\n");
    Write(name, text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 5);
  }
  return importers::ImportCrm(Folder(), options, sink, report);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  importers::ImportOptions options;
  importers::ImportReport report;
  Nowhere sink;
  absl::Status imported;
  switch (data[0]) {
    case 'r':
      imported = importers::ImportRetail(Write("input", text), options, sink, report);
      break;
    case 'n':
      imported = importers::ImportCdnow(Write("input", text), options, sink, report);
      break;
    case 'e':
      imported = importers::ImportCloudEvents(Write("input", text), options, sink, report);
      break;
    case 'm':
      imported = ImportTables(text, options, sink, report);
      break;
    default:
      return 0;
  }
  if (imported.ok()) GUANXI_FUZZ_CHECK(report.rows_read == report.rows_used + report.rows_skipped());
  return 0;
}
