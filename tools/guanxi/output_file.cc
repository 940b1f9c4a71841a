#include "tools/guanxi/output_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/guanxi/refusal.h"

namespace guanxi::cli {

absl::StatusOr<OutputFile> OutputFile::Open(const std::string& path) {
  if (path == "-") return OutputFile(path, stdout);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return Misused(path + " is a directory", "Name a file in it.");
  const int descriptor = ::open((path + ".part").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  OutputFile file(path, descriptor < 0 ? nullptr : ::fdopen(descriptor, "w"));
  if (file.file_ == nullptr) return file.Failed("open");
  return file;
}

OutputFile::~OutputFile() {
  if (file_ != nullptr && path_ != "-") std::remove((path_ + ".part").c_str());
}

absl::Status OutputFile::WriteLine(std::string_view line) {
  const bool written = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() && std::fputc('\n', file_.get()) != EOF;
  return written ? absl::OkStatus() : Failed("write");
}

absl::Status OutputFile::Close() {
  if (std::fflush(file_.get()) != 0) return Failed("write");
  if (path_ == "-") return absl::OkStatus();
  if (std::fclose(file_.release()) != 0) return Failed("write");
  if (std::rename((path_ + ".part").c_str(), path_.c_str()) != 0) return Failed("rename");
  return absl::OkStatus();
}

absl::Status OutputFile::Failed(const std::string& what) const {
  return absl::FailedPreconditionError("cannot " + what + " " + path_ + ": " + std::strerror(errno));
}

}  // namespace guanxi::cli
