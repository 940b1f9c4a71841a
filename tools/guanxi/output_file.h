// A text file that appears under its name only when it is whole.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace guanxi::cli {

// Written beside as PATH.part, which nobody else may read, and renamed by Close. "-" is
// stdout. Not thread-safe.
class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Open(const std::string& path);

  absl::Status WriteLine(std::string_view line);
  absl::Status Close();
  OutputFile(OutputFile&&) = default;
  // What was not closed is removed.
  ~OutputFile();

 private:
  struct Closer {
    void operator()(std::FILE* file) const {
      if (file != stdout) std::fclose(file);
    }
  };
  OutputFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  absl::Status Failed(const std::string& what) const;

  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace guanxi::cli
