#include "tools/guanxi/input_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "tools/guanxi/refusal.h"

namespace guanxi::cli {
namespace {

absl::Status CannotRead(const std::string& option, const std::string& path, const std::string& why) {
  return Misused(option + ": cannot read " + path + ": " + why, "Check the path, and that this user may read the file.");
}

}  // namespace

absl::StatusOr<std::ifstream> OpenFile(const std::string& option, const std::string& path) {
  // It opens, and throws when it is read.
  if (std::error_code error; std::filesystem::is_directory(path, error)) return CannotRead(option, path, "it is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return CannotRead(option, path, std::strerror(errno));
  return file;
}

absl::StatusOr<std::string> FileText(const std::string& option, const std::string& path) {
  auto file = OpenFile(option, path);
  if (!file.ok()) return file.status();
  return std::string(std::istreambuf_iterator<char>(*file), std::istreambuf_iterator<char>());
}

}  // namespace guanxi::cli
