#include "store/data_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <utility>

#include "base/reason.h"

namespace guanxi::store {
namespace {

namespace fs = std::filesystem;
// 1 had every row in the commit's batch; its directories were never released.
constexpr int kFormatVersion = 2;
constexpr std::string_view kFormatWord = "guanxi-data";

absl::Status Failed(std::string_view doing, const std::string& path) {
  return Refuse(Reason::STORE_FAILED, fmt::format("{} {}: {}", doing, path, std::strerror(errno)), {{"path", path}});
}

std::string NewEpoch() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

absl::Status WriteDurably(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) return Failed("creating", temporary);
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) return Failed("writing", path);
  const int directory = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return absl::OkStatus();
}

std::string FormatText(const ClusterSettings& s) {
  return fmt::format("{} {}\npartitions {}\nutc_offset_minutes {}\nlog_epoch {}\n", kFormatWord, kFormatVersion, s.partitions,
                     s.utc_offset_minutes, s.log_epoch);
}

absl::StatusOr<ClusterSettings> ReadFormat(const std::string& path) {
  std::ifstream in(path);
  std::string word, key;
  int version = 0;
  if (!(in >> word >> version) || word != kFormatWord)
    return Refuse(Reason::DATA_DIRECTORY_FOREIGN, fmt::format("{} is not a guanxi format file", path), {{"path", path}});
  if (version > kFormatVersion)
    return Refuse(Reason::DATA_DIRECTORY_NEWER, fmt::format("{} has format {}, this version reads up to {}", path, version, kFormatVersion),
                  {{"format", std::to_string(version)}, {"newest_readable", std::to_string(kFormatVersion)}});
  if (version < kFormatVersion)
    return Refuse(Reason::DATA_DIRECTORY_FOREIGN,
                  fmt::format("{} has format {}, which no released version wrote: export it with the program that did", path, version),
                  {{"format", std::to_string(version)}});
  ClusterSettings settings;
  if (!(in >> key >> settings.partitions >> key >> settings.utc_offset_minutes >> key >> settings.log_epoch) || settings.partitions == 0)
    return Refuse(Reason::STORE_CORRUPT, fmt::format("{} is cut short", path), {{"path", path}});
  return settings;
}

bool HoldsOnlyOurs(const std::string& path) {
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename();
    if (name != "LOCK" && name != "FORMAT.new" && name != "keys" && name != "signing" && name != "lost+found") return false;
  }
  return true;
}

}  // namespace

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      created_(other.created_),
      settings_(std::move(other.settings_)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

std::string DataDirectory::PartitionPath(uint32_t partition) const { return fmt::format("{}/partition-{:04}", path_, partition); }

absl::StatusOr<DataDirectory> DataDirectory::Open(const std::string& path, const ClusterSettings& wanted, bool strict) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error))
    return Refuse(Reason::DATA_DIRECTORY_FOREIGN, fmt::format("{} is a file and no directory", path), {{"path", path}});
  fs::create_directories(path, error);
  if (error) return Refuse(Reason::STORE_FAILED, fmt::format("creating {}: {}", path, error.message()), {{"path", path}});
  const std::string lock_path = path + "/LOCK", format_path = path + "/FORMAT";
  const bool has_format = fs::exists(format_path);
  if (!has_format && !HoldsOnlyOurs(path))
    return Refuse(Reason::DATA_DIRECTORY_FOREIGN, fmt::format("{} is not empty and holds no guanxi data", path), {{"path", path}});
  const int lock = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (lock < 0) return Failed("opening", lock_path);
  DataDirectory directory(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    return Refuse(Reason::DATA_DIRECTORY_IN_USE, fmt::format("{} is open in another process", path), {{"path", path}});
  if (!has_format) {
    directory.settings_ = wanted;
    if (directory.settings_.log_epoch.empty()) directory.settings_.log_epoch = NewEpoch();
    directory.created_ = true;
    if (auto status = WriteDurably(format_path, FormatText(directory.settings_)); !status.ok()) return status;
    return directory;
  }
  auto settings = ReadFormat(format_path);
  if (!settings.ok()) return settings.status();
  directory.settings_ = *std::move(settings);
  if (strict &&
      (directory.settings_.partitions != wanted.partitions || directory.settings_.utc_offset_minutes != wanted.utc_offset_minutes))
    return Refuse(Reason::DATA_DIRECTORY_FOREIGN,
                  fmt::format("{} was created with {} partitions and offset {} min, not {} and {}", path, directory.settings_.partitions,
                              directory.settings_.utc_offset_minutes, wanted.partitions, wanted.utc_offset_minutes),
                  {{"path", path}});
  return directory;
}

}  // namespace guanxi::store
