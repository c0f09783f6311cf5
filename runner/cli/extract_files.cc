#include "cli/extract_files.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/ascii_case.h"
#include "base/error.h"
#include "base/excerpt.h"
#include "catalog/load_catalog.h"
#include "catalog/secret.h"
#include "catalog/text_file.h"
#include "cli/definitions.h"

namespace sluice {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 16 << 20;
const std::string_view by_force_hint = "--force replaces it";

std::string read_text(const std::string& path) {
  TextFile file = read_text_file(path, most_bytes);
  if (file.problem.empty()) return std::move(file.text);
  throw Error(ExitCode::definition, fmt::format("{} {}", path, file.problem));
}

// What stands in the way, all of it.
class Obstacles {
 public:
  void add(const std::string& what) { text_ += (text_.empty() ? "" : "\n") + what; }
  void check() const {
    if (!text_.empty()) throw Error(ExitCode::definition, text_).during("writing definitions");
  }

 private:
  std::string text_;
};

class Changes {
 public:
  Changes(const TopicShape& shape, const ActionNames& names, const std::string& project,
          bool by_force)
      : shape_(shape), names_(names), project_(project), by_force_(by_force) {
    Problems problems;
    catalog_ = load_catalog(project, {{names.source}, {names.dataset}}, problems);
    if (problems.any()) throw Error(ExitCode::definition, problems.text());
  }

  std::vector<FileChange> all() {
    add_dataset();
    add_source();
    add_action();
    obstacles_.check();
    return std::move(changes_);
  }

 private:
  std::string origin() const { return fmt::format("found in {}/{}", names_.source, names_.topic); }

  // Puts an item into a file that is there.
  std::optional<std::string> edited(const std::string& text, const std::vector<std::string>& path,
                                    const YamlItem& item, bool replaces) {
    if (!replaces) return insert_yaml(text, path, item);
    const auto without = remove_yaml(text, path, item.key);
    return without ? insert_yaml(*without, path, item) : std::nullopt;
  }

  void tell_by_hand(const std::string& path, const YamlItem& item) {
    obstacles_.add(
        fmt::format("{} cannot be edited here without a change of something else; add by "
                    "hand:\n{}",
                    path, yaml_block(item, 4)));
  }

  void add_dataset() {
    const std::string path =
        in_project(project_, fmt::format("schemas/datasets/{}.yaml", names_.dataset));
    const YamlItem item = table_item(shape_, names_.table, origin());
    const auto dataset = catalog_.datasets.find(names_.dataset);
    bool replaces = false;
    if (dataset != catalog_.datasets.end()) {
      for (const auto& [name, table] : dataset->second.tables) {
        if (!is_same_name(name, names_.table)) continue;
        replaces = name == names_.table;
        if (by_force_ && replaces) continue;
        return obstacles_.add(
            fmt::format("{} has a table \"{}\" already; --table names another "
                        "one{}",
                        path, name, replaces ? ", --force replaces it" : ""));
      }
    }
    const std::string text =
        dataset != catalog_.datasets.end() ? read_text(path) : dataset_text(names_.dataset);
    const auto result = edited(text, {"tables"}, item, replaces);
    if (!result) return tell_by_hand(path, item);
    changes_.push_back({path, *result, fmt::format("table {}", excerpt(names_.table, 60))});
  }

  void add_source() {
    const std::string path =
        in_project(project_, fmt::format("schemas/sources/{}.yaml", names_.source));
    const auto& topics = catalog_.sources.at(names_.source).topics;
    const auto topic = topics.find(names_.topic);
    if (topic == topics.end()) return declare_topic(path);
    if (shape_.attributes.empty()) return;
    const auto& declared = topic->second.attributes;
    if (!declared.empty() && !by_force_) return check_declared(path, declared);
    const YamlItem item = attributes_item(shape_);
    const auto result = edited(read_text(path), {"topics", names_.topic}, item, !declared.empty());
    if (result) {
      changes_.push_back({path, *result, fmt::format("attributes of topic {}", names_.topic)});
    } else if (declared.empty()) {
      spdlog::warn(
          "{} stays as it is: it cannot be edited here; to declare the attributes add to "
          "topic {}:\n{}",
          path, names_.topic, yaml_block(item, 4));
    } else {
      tell_by_hand(path, item);
    }
  }

  void declare_topic(const std::string& path) {
    YamlItem item{.key = names_.topic};
    item.children.push_back({.key = "offset_policy", .value = "earliest"});
    if (!shape_.attributes.empty()) item.children.push_back(attributes_item(shape_));
    const auto result = insert_yaml(read_text(path), std::vector<std::string>{"topics"}, item);
    if (!result) return tell_by_hand(path, item);
    changes_.push_back({path, *result, fmt::format("topic {}", names_.topic)});
  }

  // An action may only use attributes that are declared, where any are.
  void check_declared(const std::string& path, const std::vector<std::string>& declared) {
    std::string missing;
    for (const auto& attribute : shape_.attributes) {
      if (std::ranges::count(declared, attribute.name) > 0) continue;
      missing += fmt::format("{}\"{}\"", missing.empty() ? "" : ", ", excerpt(attribute.name, 60));
    }
    if (missing.empty()) return;
    obstacles_.add(fmt::format("{} declares attributes of topic {}, but not {}; {}", path,
                               names_.topic, missing, by_force_hint));
  }

  void add_action() {
    const std::string path = action_path(project_, names_.topic);
    if (!by_force_ && fs::exists(path)) {
      return obstacles_.add(fmt::format("{} is there already; {}", path, by_force_hint));
    }
    changes_.push_back({path, action_text(shape_, names_), "action load-" + names_.topic});
  }

  const TopicShape& shape_;
  const ActionNames& names_;
  const std::string& project_;
  bool by_force_;
  Catalog catalog_;
  Obstacles obstacles_;
  std::vector<FileChange> changes_;
};

void replace_file(const fs::path& path, const std::string& text) {
  const fs::path real = fs::weakly_canonical(path);  // a link stays one
  fs::create_directories(real.parent_path());
  fs::path next = real;
  next += ".new";
  // A source file may hold a password: nobody else may read the draft either, nor what an earlier
  // one left behind.
  fs::remove(next);
  errno = 0;
  std::ofstream file(next, std::ios::binary | std::ios::trunc);
  const bool is_there = fs::exists(real);
  if (is_there) fs::permissions(next, fs::status(real).permissions());
  file << text;
  file.close();
  if (!file)
    throw fs::filesystem_error("write", next, std::error_code(errno, std::generic_category()));
  fs::rename(next, real);
}

}  // namespace

std::vector<FileChange> changes_for(const TopicShape& shape, const ActionNames& names,
                                    const std::string& project, bool by_force) {
  return Changes(shape, names, project, by_force).all();
}

void write_files(const std::vector<FileChange>& changes) {
  for (const FileChange& change : changes) {
    try {
      replace_file(change.path, change.text);
    } catch (const fs::filesystem_error& error) {
      throw Error(ExitCode::io, fmt::format("{}: {}", change.path, error.code().message()))
          .during("writing definitions");
    }
  }
}

std::string action_path(const std::string& project, const std::string& topic) {
  return in_project(project, fmt::format("actions/{}.json", topic));
}

}  // namespace sluice
