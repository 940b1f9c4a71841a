// Loaded before the daemon's libraries (LD_PRELOAD): a disk without room, or a slow one, wherever the test runs and whoever runs it.
// While the file $BAD_DISK_WHILE exists, what is written to files below $BAD_DISK ends half way with ENOSPC; with $BAD_DISK_MICROS,
// every write and every sync takes that much longer instead; with $BAD_DISK_HANGS they wait until the file is gone.
// With $BAD_DISK_THREAD that is so of the threads of that name alone.
// $BAD_DISK_SYNCS is a file that grows by one byte with each sync of a file *.log, on a good disk too.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

// Empty: not a file.
std::string PathOf(int file) {
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = ::readlink(link, path, sizeof path);
  return length > 0 ? std::string(path, static_cast<size_t>(length)) : std::string();
}

bool IsOfAnotherThread() {
  static const char* const wanted = std::getenv("BAD_DISK_THREAD");
  char name[16] = "";
  return wanted != nullptr && ::prctl(PR_GET_NAME, name) == 0 && std::strcmp(name, wanted) != 0;
}

bool IsBad(int file) {
  static const char* const folder = std::getenv("BAD_DISK");
  static const char* const flag = std::getenv("BAD_DISK_WHILE");
  if (folder == nullptr || flag == nullptr || ::access(flag, F_OK) != 0 || IsOfAnotherThread()) return false;
  const std::string path = PathOf(file);
  return path.size() > std::strlen(folder) && path.starts_with(folder);
}

// Slow: it has waited, and there is room.
bool IsFull(int file) {
  static const char* const micros = std::getenv("BAD_DISK_MICROS");
  static const bool hangs = std::getenv("BAD_DISK_HANGS") != nullptr;
  while (hangs && IsBad(file)) ::usleep(1000);
  if (hangs || !IsBad(file)) return false;
  if (micros == nullptr) return true;
  ::usleep(static_cast<useconds_t>(std::atol(micros)));
  return false;
}

template <class Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void CountSync(int file) {
  static const char* const counted = std::getenv("BAD_DISK_SYNCS");
  static const int into = counted == nullptr ? -1 : ::open(counted, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  static auto* const next = Next<ssize_t(int, const void*, size_t)>("write");
  if (into >= 0 && PathOf(file).ends_with(".log")) next(into, ".", 1);
}

ssize_t NoRoom() {
  errno = ENOSPC;
  return -1;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  static auto* const next = Next<ssize_t(int, const void*, size_t)>("write");
  if (!IsFull(file)) return next(file, bytes, count);
  return count > 1 ? next(file, bytes, count / 2) : NoRoom();
}

ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t at) {
  static auto* const next = Next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  if (!IsFull(file)) return next(file, bytes, count, at);
  return count > 1 ? next(file, bytes, count / 2, at) : NoRoom();
}
ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) { return pwrite64(file, bytes, count, at); }

ssize_t writev(int file, const iovec* parts, int count) {
  static auto* const next = Next<ssize_t(int, const iovec*, int)>("writev");
  return IsFull(file) ? NoRoom() : next(file, parts, count);
}

int fallocate64(int file, int mode, off64_t at, off64_t count) {
  static auto* const next = Next<int(int, int, off64_t, off64_t)>("fallocate64");
  return IsFull(file) ? static_cast<int>(NoRoom()) : next(file, mode, at, count);
}
int fallocate(int file, int mode, off_t at, off_t count) { return fallocate64(file, mode, at, count); }

// A full disk syncs what it has.
int fdatasync(int file) {
  static auto* const next = Next<int(int)>("fdatasync");
  IsFull(file);
  CountSync(file);
  return next(file);
}
int fsync(int file) {
  static auto* const next = Next<int(int)>("fsync");
  IsFull(file);
  CountSync(file);
  return next(file);
}
}
