#include "tools/guanxi/output_file.h"

#include <cerrno>
#include <cstring>

namespace guanxi::cli {

absl::StatusOr<OutputFile> OutputFile::Open(const std::string& path) {
  if (path == "-") return OutputFile(path, stdout);
  OutputFile file(path, std::fopen((path + ".part").c_str(), "w"));
  if (file.file_ == nullptr) return file.Failed("open");
  return file;
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
