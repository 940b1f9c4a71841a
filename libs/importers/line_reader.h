// Lines of a file, plain or gzip-compressed, one at a time.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace guanxi::importers {

// The longest line that is kept; of longer ones the rest is passed over.
inline constexpr size_t kLineBytesMax = size_t{8} << 20;

struct Line {
  // With its terminator ("\n", "\r\n"), which the last line may lack.
  std::string text;
  // From 1.
  uint64_t number = 0;
  bool too_long = false;
};

// Not thread-safe. A UTF-8 byte order mark at the beginning is dropped.
class LineReader {
 public:
  // REQUEST_INVALID with the metadata `file` when the file cannot be opened.
  static absl::StatusOr<LineReader> Open(const std::string& path);

  // False at the end of the file. STORE_FAILED when the disk fails or the
  // compressed data are damaged or cut off.
  absl::StatusOr<bool> Next(Line& line);

  const std::string& path() const { return path_; }
  // Position and size on disk, compressed bytes if the file is compressed.
  uint64_t bytes_done() const;
  uint64_t bytes_total() const { return bytes_total_; }

 private:
  struct CloseGz {
    void operator()(gzFile file) const { gzclose_r(file); }
  };

  LineReader() = default;
  absl::StatusOr<bool> Fill();
  absl::Status ReadError() const;

  std::string path_;
  std::unique_ptr<gzFile_s, CloseGz> file_;
  uint64_t bytes_total_ = 0;
  uint64_t lines_ = 0;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace guanxi::importers
