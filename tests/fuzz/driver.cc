// Runs a libFuzzer entry without libFuzzer (GCC has none): every input of the corpus as it is, then
// mutations of them until the time or the count is used up. What it does depends on the seed alone,
// which it prints first, so that a crash can be had again.
//
//   driver [--seconds N | --runs N] [--seed N] FILE_OR_FOLDER...
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_input = 1 << 16;

struct Options {
  std::uint64_t seed = std::random_device()();
  std::uint64_t runs = 0;  // 0: by time
  std::uint64_t seconds = 10;
  std::vector<std::filesystem::path> corpus;
};

[[noreturn]] void usage() {
  std::cerr << "usage: driver [--seconds N | --runs N] [--seed N] FILE_OR_FOLDER...\n";
  std::exit(64);
}

Options parse_options(int count, char** arguments) {
  Options options;
  const std::vector<std::string_view> words(arguments + 1, arguments + count);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) {
      options.corpus.emplace_back(words[i]);
      continue;
    }
    if (i + 1 == words.size()) usage();
    const std::string_view name = words[i];
    const std::uint64_t value = std::strtoull(words[++i].data(), nullptr, 10);
    if (name == "--seed")
      options.seed = value;
    else if (name == "--runs")
      options.runs = value;
    else if (name == "--seconds")
      options.seconds = value;
    else
      usage();
  }
  if (options.corpus.empty()) usage();
  return options;
}

Input read_input(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "cannot read " << path << '\n';
    std::exit(66);
  }
  return Input(std::istreambuf_iterator<char>(file), {});
}

std::vector<Input> read_corpus(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());  // the same seed must meet the same corpus
  std::vector<Input> inputs;
  for (const auto& file : files) inputs.push_back(read_input(file));
  if (inputs.empty()) usage();
  return inputs;
}

// Changes an input a little: bytes and bits, pieces left out, doubled, or taken from another.
class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<Input>& corpus) : random_(seed), corpus_(corpus) {}

  Input next() {
    Input input = corpus_[below(corpus_.size())];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(input);
    if (input.size() > longest_input) input.resize(longest_input);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

  void change(Input& input) {
    const std::size_t at = below(input.size() + 1);
    const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = std::min(input.size() - at, below(16));
    const auto end = here + static_cast<std::ptrdiff_t>(length);
    static constexpr std::string_view telling =
        "{}[]\",:\\'0123456789-+.eEtfnu \n\t\0\xFF\xC3\x80=#/";
    switch (below(6)) {
      case 0:
        input.insert(here, static_cast<std::uint8_t>(telling[below(telling.size())]));
        break;
      case 1:
        input.erase(here, end);
        break;
      case 2:
        input.resize(at);
        break;
      case 3:
        insert(input, at, Input(here, end));
        break;
      case 4:
        insert(input, at, piece_of(corpus_[below(corpus_.size())]));
        break;
      default:
        if (at < input.size()) *here = static_cast<std::uint8_t>(*here ^ (1U << below(8)));
    }
  }

  Input piece_of(const Input& other) {
    if (other.empty()) return {};
    const std::size_t begin = below(other.size());
    const std::size_t size = std::min(other.size() - begin, 1 + below(64));
    const auto from = other.begin() + static_cast<std::ptrdiff_t>(begin);
    return Input(from, from + static_cast<std::ptrdiff_t>(size));
  }

  static void insert(Input& input, std::size_t at, const Input& piece) {
    input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
  }

  std::mt19937_64 random_;
  const std::vector<Input>& corpus_;
};

// Exactly as large as its bytes, so that a sanitizer sees every step beyond them.
void run(const Input& input) {
  const Input exact(input);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = parse_options(count, arguments);
  const std::vector<Input> corpus = read_corpus(options.corpus);
  std::cout << "seed " << options.seed << ", " << corpus.size() << " inputs" << std::endl;
  for (const Input& input : corpus) run(input);
  Mutator mutator(options.seed, corpus);
  const auto end = Clock::now() + std::chrono::seconds(options.seconds);
  std::uint64_t runs = 0;
  while (options.runs > 0 ? runs < options.runs : Clock::now() < end) {
    run(mutator.next());
    ++runs;
  }
  std::cout << runs << " mutations, no failure" << std::endl;
  return 0;
}
