#include "importers/line_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "absl/status/status.h"
#include "base/reason.h"

namespace guanxi::importers {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

void DropByteOrderMark(std::string& text) {
  if (std::string_view(text).substr(0, kByteOrderMark.size()) == kByteOrderMark) text.erase(0, kByteOrderMark.size());
}

void AppendUpToLimit(Line& line, std::string_view piece) {
  const size_t room = kLineBytesMax - std::min(line.text.size(), kLineBytesMax);
  line.text.append(piece.substr(0, room));
  if (piece.size() > room) line.too_long = true;
}

absl::Status CannotOpen(const std::string& path, const std::string& why) {
  return Refuse(Reason::REQUEST_INVALID, "cannot open the file " + path + ": " + why, {{"file", path}});
}

}  // namespace

absl::StatusOr<LineReader> LineReader::Open(const std::string& path) {
  std::error_code error;
  LineReader reader;
  reader.path_ = path;
  const std::filesystem::file_status kind = std::filesystem::status(path, error);
  if (std::filesystem::exists(kind) && !std::filesystem::is_regular_file(kind)) return CannotOpen(path, "it is no file of data");
  errno = 0;
  reader.file_.reset(gzopen(path.c_str(), "rb"));
  if (!reader.file_) return CannotOpen(path, std::strerror(errno));
  reader.bytes_total_ = std::filesystem::file_size(path, error);
  reader.buffer_.resize(kBufferBytes);
  return reader;
}

absl::StatusOr<bool> LineReader::Next(Line& line) {
  line.text.clear();
  line.too_long = false;
  bool ended = false;
  while (!ended) {
    if (begin_ == end_) {
      const auto more = Fill();
      if (!more.ok()) return more.status();
      if (!*more) break;
    }
    const char* from = buffer_.data() + begin_;
    const void* newline = std::memchr(from, '\n', end_ - begin_);
    ended = newline != nullptr;
    const size_t size = ended ? static_cast<const char*>(newline) - from + 1 : end_ - begin_;
    AppendUpToLimit(line, {from, size});
    begin_ += size;
  }
  if (line.text.empty()) return false;
  line.number = ++lines_;
  if (lines_ == 1) DropByteOrderMark(line.text);
  return true;
}

uint64_t LineReader::bytes_done() const { return static_cast<uint64_t>(std::max<z_off_t>(0, gzoffset(file_.get()))); }

absl::StatusOr<bool> LineReader::Fill() {
  const int size = gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
  // A compressed file that is cut off reads short first and says so only in its error state.
  int error = Z_OK;
  gzerror(file_.get(), &error);
  if (size < 0 || error == Z_BUF_ERROR) return ReadError();
  begin_ = 0;
  end_ = static_cast<size_t>(size);
  return size > 0;
}

absl::Status LineReader::ReadError() const {
  int error = Z_OK;
  const std::string what = gzerror(file_.get(), &error);
  return absl::DataLossError("cannot read " + path_ + ": " + what);
}

}  // namespace guanxi::importers
