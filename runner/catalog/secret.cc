#include "catalog/secret.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/excerpt.h"
#include "catalog/text_file.h"

namespace sluice {
namespace {

constexpr std::string_view env_prefix = "env:";
constexpr std::string_view file_prefix = "file:";
constexpr std::size_t most_secret_bytes = 64 * 1024;

Resolved without_value(std::string problem) { return {{}, true, std::move(problem)}; }

void drop_one_newline(std::string& text) {
  if (!text.ends_with('\n')) return;
  text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

Resolved from_environment(const std::string& name) {
  if (name.empty()) return without_value("env: needs the name of a variable, as in env:KAFKA_USER");
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) {
    return without_value(
        fmt::format("the environment has no variable {}: export it before the run", excerpt(name)));
  }
  return {value, true, {}};
}

Resolved from_file(std::string_view path, std::string_view project) {
  if (path.empty()) return without_value("file: needs a path, as in file:/run/secrets/kafka");
  const std::string full_path = in_project(project, path);
  TextFile file = read_text_file(full_path, most_secret_bytes);
  if (!file.problem.empty()) {
    return without_value(fmt::format("the file {} {}", excerpt(full_path), file.problem));
  }
  if (file.text.find('\0') != std::string::npos) {
    return without_value(
        fmt::format("the file {} holds a NUL, so it is no text", excerpt(full_path)));
  }
  drop_one_newline(file.text);
  return {std::move(file.text), true, {}};
}

}  // namespace

Resolved resolve(std::string_view text, std::string_view project) {
  if (text.starts_with(env_prefix)) {
    return from_environment(std::string(text.substr(env_prefix.size())));
  }
  if (text.starts_with(file_prefix)) return from_file(text.substr(file_prefix.size()), project);
  return {std::string(text), false, {}};
}

std::string in_project(std::string_view project, std::string_view path) {
  if (project.empty() || project == ".") return std::string(path);
  return (std::filesystem::path(project) / std::filesystem::path(path)).string();
}

}  // namespace sluice
