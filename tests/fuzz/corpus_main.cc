// Runs a fuzz target over a folder of inputs without libFuzzer: every file as it
// is, cut short at every length, and with single bits turned.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kVariantsMax = 400;  // of each kind, per file

void Run(const std::string& input) { LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size()); }

void RunVariants(std::string input) {
  Run(input);
  const size_t step = input.size() / kVariantsMax + 1;
  for (size_t size = 0; size < input.size(); size += step) Run(input.substr(0, size));
  for (size_t at = 0; at < input.size(); at += step) {
    const char was = input[at];
    input[at] = static_cast<char>(was ^ (1 << at % 8));
    Run(input);
    input[at] = was;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]), 2;
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    RunVariants({std::istreambuf_iterator<char>(file), {}});
    ++files;
  }
  std::printf("%zu inputs and their variants\n", files);
  return files == 0;
}
