// The rules of the house, held over the source tree: which room may know which, who is the only
// door to a library, and what no file may hold.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

struct File {
  std::string path;  // relative to the project
  std::string text;

  bool is_header() const { return path.ends_with(".h"); }
  bool is_source() const { return is_header() || path.ends_with(".cc"); }
  bool is_in(std::string_view folder) const { return path.starts_with(folder); }
};

// What is made by a build, a test or a job, and inputs of tests that may be broken on purpose.
bool is_no_text_of_ours(const std::string& path) {
  static const Names folders = {".git", "build", "data", ".cache", "tests/data"};
  return folders.count(path) > 0 || path.find(".db") != std::string::npos;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<File> read_project() {
  const fs::path project = SLUICE_PROJECT_DIR;
  std::vector<File> files;
  for (fs::recursive_directory_iterator at(project), end; at != end; ++at) {
    const std::string path = at->path().lexically_relative(project).string();
    if (is_no_text_of_ours(path)) {
      if (at->is_directory()) at.disable_recursion_pending();
    } else if (at->is_regular_file()) {
      files.push_back({path, read(at->path())});
    }
  }
  std::ranges::sort(files, {}, &File::path);
  return files;
}

const std::vector<File>& project_files() {
  static const std::vector<File> files = read_project();
  return files;
}

// What stands between the quotes or brackets of each #include, the opening one kept: "base/error.h
// and <vector.
std::vector<std::string> includes_of(const File& file) {
  constexpr std::string_view directive = "#include ";
  std::vector<std::string> includes;
  for (std::size_t at = file.text.find(directive); at != std::string::npos;
       at = file.text.find(directive, at + 1)) {
    if (at > 0 && file.text[at - 1] != '\n') continue;
    const std::size_t begin = at + directive.size();
    includes.push_back(file.text.substr(begin, file.text.find_first_of("\">", begin + 1) - begin));
  }
  return includes;
}

std::string first_folder(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

// The room of a file of runner/; main.cc stands before all of them.
std::string room_of(const File& file) {
  const std::string room = first_folder(std::string_view(file.path).substr(7));
  return room == "main.cc" ? "main" : room;
}

// One sentence a line: empty where all is well.
struct Findings {
  std::string text;
  void add(const File& file, const std::string& what) { text += file.path + ": " + what + "\n"; }
};

// main → cli → job → {source, record, prepare, store} → plan → {action, catalog} → types → {data,
// base}. source, record, prepare and store do not know one another, base knows nobody, and only
// prepare and store stand on sqlite. survey stands beside the load: documents in, definitions out.
const std::map<std::string, Names> may_include = {
    {"main", {"cli", "base"}},
    {"cli",
     {"job", "survey", "source", "record", "prepare", "store", "plan", "action", "catalog", "types",
      "data", "base"}},
    {"survey", {"record", "action", "catalog", "types", "data", "base"}},
    {"job",
     {"source", "record", "prepare", "store", "plan", "action", "catalog", "types", "data",
      "base"}},
    {"source", {"plan", "action", "catalog", "types", "data", "base"}},
    {"record", {"plan", "action", "catalog", "types", "data", "base"}},
    {"prepare", {"plan", "action", "catalog", "types", "sqlite", "data", "base"}},
    {"store", {"plan", "action", "catalog", "types", "sqlite", "data", "base"}},
    {"plan", {"action", "catalog", "types", "sqlite", "data", "base"}},
    {"action", {"data", "base"}},
    {"catalog", {"types", "data", "base"}},
    {"types", {"data", "base"}},
    {"sqlite", {"data", "base"}},
    {"data", {"base"}},
    {"base", {}},
};

// How an #include of a library begins, and the folders that are the only doors to it.
const std::map<std::string, std::vector<std::string>> doors = {
    {"<librdkafka/", {"runner/source/kafka/"}},
    {"<sqlite3", {"runner/sqlite/"}},
    {"<simdjson", {"runner/record/", "runner/action/"}},
    {"<yaml-cpp/", {"runner/catalog/"}},
    {"<date/", {"runner/base/"}},
    {"<re2/", {"runner/base/"}},
};

}  // namespace

TEST_CASE("rooms know one another in one direction only") {
  Findings findings;
  std::size_t includes = 0;
  for (const File& file : project_files()) {
    if (!file.is_in("runner/") || !file.is_source()) continue;
    const std::string room = room_of(file);
    const auto known = may_include.find(room);
    if (known == may_include.end()) {
      findings.add(file, "stands in no room of the house");
      continue;
    }
    for (const std::string& include : includes_of(file)) {
      if (include[0] != '"') continue;
      ++includes;
      const std::string path = include.substr(1);
      const std::string other = first_folder(path);
      if (other != room && known->second.count(other) == 0) {
        findings.add(file, "may not include " + path);
      }
      if (!fs::exists(fs::path(SLUICE_PROJECT_DIR) / "runner" / path)) {
        findings.add(file, path + " is not relative to runner/");
      }
    }
  }
  CHECK(includes > 200);
  CHECK(findings.text == "");
}

TEST_CASE("a library has one door") {
  Findings findings;
  std::set<std::string> used;
  for (const File& file : project_files()) {
    if (!file.is_in("runner/") || !file.is_source()) continue;
    for (const std::string& include : includes_of(file)) {
      for (const auto& [library, folders] : doors) {
        if (!include.starts_with(library)) continue;
        used.insert(library);
        const auto is_door = [&](const std::string& folder) { return file.is_in(folder); };
        if (std::ranges::none_of(folders, is_door)) {
          findings.add(file, "is no door to " + include.substr(1));
        }
      }
    }
  }
  CHECK(used.size() == doors.size());
  CHECK(findings.text == "");
}

TEST_CASE("a header is read once and opens no namespace for those who include it") {
  Findings findings;
  std::size_t headers = 0;
  for (const File& file : project_files()) {
    if (!file.is_header()) continue;
    ++headers;
    if (file.text.find("#pragma once\n") == std::string::npos) {
      findings.add(file, "has no #pragma once");
    }
    if (file.text.find("using namespace") != std::string::npos) {
      findings.add(file, "has a using namespace");
    }
  }
  CHECK(headers > 50);
  CHECK(findings.text == "");
}

TEST_CASE("no file refers to what is outside of the repository, or is left unfinished") {
  // Written in two pieces, so that this file does not find itself.
  const std::string unwanted[] = {
      "../"
      "shared",
      "/work"
      "/",
      "TO"
      "DO",
      "FIX"
      "ME"};
  Findings findings;
  for (const File& file : project_files()) {
    for (const std::string& words : unwanted) {
      if (file.text.find(words) != std::string::npos) findings.add(file, "holds " + words);
    }
    if (!file.text.empty() && file.text.back() != '\n') findings.add(file, "ends without newline");
  }
  CHECK(project_files().size() > 150);
  CHECK(findings.text == "");
}
