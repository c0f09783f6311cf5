#include "catalog/text_file.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace sluice {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

TextFile failed(int error) {
  const std::string reason = std::generic_category().message(error);
  return {{}, fmt::format("cannot be read: {}", reason), error == ENOENT || error == ENOTDIR};
}

}  // namespace

TextFile read_text_file(const std::string& path, std::size_t most_bytes) {
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return failed(errno);
  std::string text;
  std::array<char, 4096> piece;  // most files fit, and the greatest allowed one is rare
  std::size_t got = 0;
  do {
    errno = 0;
    got = std::fread(piece.data(), 1, piece.size(), file.get());
    if (std::ferror(file.get()) != 0) return failed(errno);
    text.append(piece.data(), got);
  } while (got == piece.size() && text.size() <= most_bytes);
  if (text.size() > most_bytes) {
    return {{}, fmt::format("is larger than {} KiB", most_bytes / 1024), false};
  }
  return {std::move(text), {}, false};
}

}  // namespace sluice
