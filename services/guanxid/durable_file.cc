#include "guanxid/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/reason.h"

namespace guanxi::service {
namespace {

namespace fs = std::filesystem;
// Of what CutTornLine looks at at once.
constexpr uint64_t kTailBytes = 1 << 20;

absl::Status Failed(std::string_view doing, const fs::path& path) {
  return Refuse(Reason::STORE_FAILED, std::string(doing) + " " + path.string() + ": " + std::strerror(errno), {{"path", path.string()}});
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Without permission to look: no; the next step says why.
bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

absl::Status SyncDirectoryOf(const fs::path& path) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || ::fsync(directory.get()) != 0) return Failed("syncing", parent);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadWhole(const fs::path& path) { return ReadTail(path, UINT64_MAX); }

absl::StatusOr<std::string> ReadTail(const fs::path& path, uint64_t bytes_max) {
  std::error_code error;
  if (fs::is_directory(path, error)) return errno = EISDIR, Failed("reading", path);
  errno = 0;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return Failed("opening", path);
  const auto size = static_cast<uint64_t>(file.tellg());
  std::string text(std::min(size, bytes_max), '\0');
  file.seekg(static_cast<std::streamoff>(size - text.size()));
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) return Failed("reading", path);
  return text;
}

absl::Status WriteWhole(const fs::path& path, std::string_view text, mode_t mode) {
  const fs::path temporary = path.string() + ".new";
  // An old one would keep its own mode.
  ::unlink(temporary.c_str());
  const Descriptor file(::open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode));
  if (!file.ok()) return Failed("creating", temporary);
  if (!WriteAll(file.get(), text) || ::fsync(file.get()) != 0) return Failed("writing", temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return Failed("renaming to", path);
  return SyncDirectoryOf(path);
}

absl::Status AppendDurably(const fs::path& path, std::string_view text) {
  const bool is_new = !Exists(path);
  const Descriptor file(::open(path.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644));
  const off_t size = file.ok() ? ::lseek(file.get(), 0, SEEK_END) : -1;
  if (size < 0) return Failed("opening", path);
  if (!WriteAll(file.get(), text) || ::fsync(file.get()) != 0) {
    const absl::Status failed = Failed("writing", path);
    return ::ftruncate(file.get(), size) == 0 ? failed : Failed("cutting off what was half written to", path);
  }
  return is_new ? SyncDirectoryOf(path) : absl::OkStatus();
}

absl::Status CutTornLine(const fs::path& path) {
  if (!Exists(path)) return absl::OkStatus();
  const absl::StatusOr<std::string> tail = ReadTail(path, kTailBytes);
  if (!tail.ok()) return tail.status();
  if (tail->empty() || tail->back() == '\n') return absl::OkStatus();
  const size_t end = tail->rfind('\n');
  const size_t torn = tail->size() - (end == std::string::npos ? 0 : end + 1);
  std::error_code error;
  fs::resize_file(path, fs::file_size(path) - torn, error);
  errno = error.value();
  return error ? Failed("cutting", path) : absl::OkStatus();
}

}  // namespace guanxi::service
