#include "catalog/load_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "catalog/dataset_file.h"
#include "catalog/hidden_lines.h"
#include "catalog/secret.h"
#include "catalog/source_file.h"
#include "catalog/text_file.h"
#include "catalog/yaml_reader.h"

namespace sluice {
namespace {

constexpr std::string_view sources_folder = "schemas/sources";
constexpr std::string_view datasets_folder = "schemas/datasets";
constexpr std::string_view yaml_extension = ".yaml";
constexpr std::size_t most_file_bytes = 16 << 20;

// A folder that is not there holds no names.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    if (file->path().extension() == yaml_extension) names.push_back(file->path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

// A name that could lead out of the folder has no file in it.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

// The file's text; nothing where there is none, or where it cannot be read (a problem).
std::shared_ptr<const SourceText> read_catalog_file(const std::string& path, bool may_hold_secrets,
                                                    Problems& problems) {
  TextFile file = read_text_file(path, most_file_bytes);
  if (file.is_missing) return nullptr;
  auto hidden = may_hold_secrets ? hidden_lines(file.text) : std::vector<int>();
  auto document =
      std::make_shared<const SourceText>(SourceText{path, std::move(file.text), std::move(hidden)});
  if (file.problem.empty()) return document;
  problems.add({document, 0, 0}, fmt::format("the file {}", file.problem));
  return nullptr;
}

// Reads the files of all wanted names with `read` (read_source or read_dataset).
template <class Entry>
void read_entries(const std::string& project, std::string_view folder,
                  const std::vector<std::string>& names, Problems& problems,
                  Entry (*read)(YamlReader&, const YamlValue&, const std::string&),
                  std::map<std::string, Entry>& entries) {
  for (const std::string& name : names) {
    if (!is_file_name(name) || entries.contains(name)) continue;
    const auto document =
        read_catalog_file(in_project(project, fmt::format("{}/{}{}", folder, name, yaml_extension)),
                          folder == sources_folder, problems);
    if (document == nullptr) continue;
    YamlReader reader(document, project, problems);
    const auto root = reader.parse();
    if (root) entries.emplace(name, read(reader, *root, name));
  }
}

}  // namespace

Catalog load_catalog(const std::string& project, const Wanted& wanted, Problems& problems) {
  Catalog catalog;
  catalog.project = project;
  catalog.known_sources = source_names(project);
  catalog.known_datasets = dataset_names(project);
  read_entries(project, sources_folder, wanted.sources, problems, &read_source, catalog.sources);
  read_entries(project, datasets_folder, wanted.datasets, problems, &read_dataset,
               catalog.datasets);
  return catalog;
}

std::vector<std::string> source_names(const std::string& project) {
  return names_in(in_project(project, sources_folder));
}

std::vector<std::string> dataset_names(const std::string& project) {
  return names_in(in_project(project, datasets_folder));
}

}  // namespace sluice
