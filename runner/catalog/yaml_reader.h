#pragma once

#include <yaml-cpp/yaml.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "catalog/keys.h"

namespace sluice {

// A node of a YAML file with the place to blame: its own, or its key's where nothing is written.
// Never assigned: assigning a YAML::Node writes into the document that it came from.
struct YamlValue {
  const YAML::Node node;
  Place place;
};

struct YamlEntry {
  std::string key;
  Place key_place;
  YamlValue value;
};

// A map in the order of the file, each key once.
struct YamlMap {
  std::vector<YamlEntry> entries;

  const YamlValue* find(std::string_view key) const;
};

// A string with `env:` and `file:` resolved.
struct YamlText {
  std::string value;
  std::string shown;  // how messages name it: quoted, or "the value of env:NAME", never its content
  bool is_reference = false;  // written as env: or file:
  Place place;
};

// Reads one YAML file: everything that is not as asked for becomes a problem at its place, and the
// answer is empty. `what` names the value in the sentence ("servers", "column \"a\"").
//
// yaml-cpp keeps duplicate keys, resolves words such as `yes` and knows tags; all of that is
// checked here, so that a file never means something else than what it seems to say.
class YamlReader {
 public:
  YamlReader(std::shared_ptr<const SourceText> document, std::string project, Problems& problems);

  // The file's only document.
  std::optional<YamlValue> parse();

  void problem(const Place& place, std::string message);
  void warning(const Place& place, std::string message);

  // A map with names as keys, or one whose keys are words that we know.
  YamlMap map(const YamlValue& value, std::string_view what);
  YamlMap map(const YamlValue& value, std::string_view what, std::span<const Known> keys);
  std::vector<YamlValue> list(const YamlValue& value, std::string_view what);

  // A scalar of any kind as it was written: 10s, 9092, "a".
  std::optional<YamlText> text(const YamlValue& value, std::string_view what);
  // A text that no message may show, not even where it is wrong.
  std::optional<YamlText> secret(const YamlValue& value, std::string_view what);
  std::optional<bool> boolean(const YamlValue& value, std::string_view what);
  // One of the words that are known and supported.
  std::optional<std::string> word(const YamlValue& value, std::string_view what,
                                  std::span<const Known> words);

  const std::string& project() const { return project_; }

 private:
  Place place_of(const YAML::Mark& mark) const;
  std::optional<std::string> key_text(const YAML::Node& key, const Place& place);
  bool is_plain(const YamlValue& value);
  bool check_bytes();

  std::shared_ptr<const SourceText> document_;
  std::string project_;
  Problems& problems_;
  std::vector<std::size_t> line_starts_;  // byte offsets
};

}  // namespace sluice
