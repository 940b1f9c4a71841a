// A full disk, for whoever has written more than that already.
#pragma once

#include <signal.h>
#include <sys/resource.h>

namespace guanxi::test {

// No file of this process grows beyond `bytes` until the end of the scope.
class FilesAtMost {
 public:
  explicit FilesAtMost(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FilesAtMost() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace guanxi::test
