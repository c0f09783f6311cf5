#include "catalog/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/excerpt.h"
#include "base/utf8.h"
#include "catalog/secret.h"
#include "catalog/wording.h"

namespace sluice {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::vector<std::size_t> line_starts_of(std::string_view text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  return starts;
}

std::vector<std::string> supported(std::span<const Known> words) {
  std::vector<std::string> names;
  for (const Known& known : words) {
    if (known.is_supported) names.emplace_back(known.word);
  }
  return names;
}

std::vector<std::string> all_of(std::span<const Known> words) {
  std::vector<std::string> names;
  for (const Known& known : words) names.emplace_back(known.word);
  return names;
}

const Known* find_word(std::span<const Known> words, std::string_view word) {
  const auto found = std::ranges::find(words, word, &Known::word);
  return found == words.end() ? nullptr : &*found;
}

std::string_view kind_of(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  return "a single value";
}

// yaml-cpp's reason. It names an anchor that is missing: that may be a password with a * in front.
std::string_view without_values(std::string_view reason) {
  if (!reason.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR)) return reason;
  return "a value that begins with * stands for an anchor, and there is none of that name; put it "
         "into quotes";
}

// Tags that only say what YAML would have found out by itself ("?" and "!" are yaml-cpp's for
// "none": plain and quoted).
bool is_harmless_tag(std::string_view tag) {
  constexpr std::string_view core = "tag:yaml.org,2002:";
  constexpr std::array<std::string_view, 7> types = {"str",  "int", "float", "bool",
                                                     "null", "map", "seq"};
  if (tag.empty() || tag == "?" || tag == "!") return true;
  return tag.starts_with(core) && std::ranges::count(types, tag.substr(core.size())) > 0;
}

}  // namespace

const YamlValue* YamlMap::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

YamlReader::YamlReader(std::shared_ptr<const SourceText> document, std::string project,
                       Problems& problems)
    : document_(std::move(document)),
      project_(std::move(project)),
      problems_(problems),
      line_starts_(line_starts_of(document_->text)) {}

void YamlReader::problem(const Place& place, std::string message) {
  problems_.add(place, std::move(message));
}

void YamlReader::warning(const Place& place, std::string message) {
  problems_.warn(place, std::move(message));
}

// yaml-cpp counts bytes behind a byte-order mark; lines and columns from 0.
Place YamlReader::place_of(const YAML::Mark& mark) const {
  if (mark.is_null() || mark.line < 0) return {document_, 0, 0};
  const auto line = std::min(static_cast<std::size_t>(mark.line), line_starts_.size() - 1);
  std::size_t offset = line_starts_[line] + static_cast<std::size_t>(std::max(mark.column, 0));
  if (line == 0 && document_->text.starts_with(byte_order_mark)) offset += byte_order_mark.size();
  return Place::at(document_, std::min(offset, document_->text.size()));
}

// yaml-cpp passes broken UTF-8 through and takes the byte 4 for the end of the file.
bool YamlReader::check_bytes() {
  const std::string_view text = document_->text;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_sequence_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_control =
        byte == 0x7F || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r');
    if (length == 0 || is_control) {
      problem(Place::at(document_, i),
              fmt::format("the byte {:#04x} cannot stand in a YAML file; save it as UTF-8", byte));
      return false;
    }
    i += length;
  }
  return true;
}

std::optional<YamlValue> YamlReader::parse() {
  if (!check_bytes()) return {};
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(document_->text);
  } catch (const YAML::Exception& error) {
    problem(place_of(error.mark), fmt::format("this is not YAML: {}", without_values(error.msg)));
    return {};
  }
  if (documents.empty() || documents[0].IsNull()) {
    problem({document_, 0, 0}, "the file is empty");
    return {};
  }
  if (documents.size() > 1) {
    problem(place_of(documents[1].Mark()),
            "a second document begins here; one is allowed in a file");
    return {};
  }
  return YamlValue{documents[0], place_of(documents[0].Mark())};
}

bool YamlReader::is_plain(const YamlValue& value) {
  if (is_harmless_tag(value.node.Tag())) return true;
  problem(value.place,
          fmt::format("the tag {} is not known here; leave it out", excerpt(value.node.Tag())));
  return false;
}

std::optional<std::string> YamlReader::key_text(const YAML::Node& key, const Place& place) {
  if (key.IsNull()) {
    problem(place, "this key is YAML's null; put it into quotes to use it as a name");
    return {};
  }
  if (!key.IsScalar()) {
    problem(place, fmt::format("a key must be a name, not {}", kind_of(key)));
    return {};
  }
  const std::string& name = key.Scalar();
  if (name.empty() || name.find('\0') != std::string::npos) {
    problem(place, name.empty() ? "a name must not be empty" : "a name must not hold a NUL");
    return {};
  }
  return name;
}

YamlMap YamlReader::map(const YamlValue& value, std::string_view what) {
  if (!is_plain(value)) return {};
  if (!value.node.IsMap()) {
    problem(value.place, value.node.IsNull()
                             ? fmt::format("{} is empty; fill it or leave it out", what)
                             : fmt::format("{} must be a map, not {}", what, kind_of(value.node)));
    return {};
  }
  YamlMap map;
  std::map<std::string, int> lines;  // of each key so far; a table may have a thousand columns
  for (const auto& pair : value.node) {
    const Place key_place = place_of(pair.first.Mark());
    const auto key = key_text(pair.first, key_place);
    if (!key) continue;
    const auto [first, is_new] = lines.emplace(*key, key_place.line);
    if (!is_new) {
      problem(key_place, fmt::format("duplicate key {}, the first is in line {}", in_quotes(*key),
                                     first->second));
      continue;
    }
    const Place place = pair.second.IsNull() ? key_place : place_of(pair.second.Mark());
    map.entries.push_back({*key, key_place, {pair.second, place}});
  }
  return map;
}

YamlMap YamlReader::map(const YamlValue& value, std::string_view what,
                        std::span<const Known> keys) {
  YamlMap found;
  for (const YamlEntry& entry : map(value, what).entries) {
    if (find_word(keys, entry.key) != nullptr) {
      found.entries.push_back(entry);
    } else if (const auto colon = entry.key.find(':'); colon != std::string::npos) {
      // What follows may be anything, a password too.
      problem(entry.key_place,
              fmt::format("a space is missing behind {}:", excerpt(entry.key.substr(0, colon))));
    } else {
      problem(entry.key_place, fmt::format("unknown key {}{}", in_quotes(entry.key),
                                           suggestion(entry.key, all_of(keys))));
    }
  }
  return found;
}

std::vector<YamlValue> YamlReader::list(const YamlValue& value, std::string_view what) {
  if (!is_plain(value)) return {};
  if (!value.node.IsSequence()) {
    problem(value.place, fmt::format("{} must be a list, as in [a, b]", what));
    return {};
  }
  std::vector<YamlValue> items;
  for (const auto& item : value.node) {
    items.push_back({item, item.IsNull() ? value.place : place_of(item.Mark())});
  }
  return items;
}

std::optional<YamlText> YamlReader::text(const YamlValue& value, std::string_view what) {
  if (!is_plain(value)) return {};
  if (!value.node.IsScalar()) {
    problem(value.place, value.node.IsNull()
                             ? fmt::format("{} has no value", what)
                             : fmt::format("{} must be a text, not {}", what, kind_of(value.node)));
    return {};
  }
  const std::string& written = value.node.Scalar();
  if (written.find('\0') != std::string::npos) {
    problem(value.place, fmt::format("{} must not hold a NUL", what));
    return {};
  }
  Resolved resolved = resolve(written, project_);
  if (!resolved.problem.empty()) {
    problem(value.place, std::move(resolved.problem));
    return {};
  }
  std::string shown =
      resolved.is_reference ? fmt::format("the value of {}", excerpt(written)) : in_quotes(written);
  return YamlText{std::move(resolved.value), std::move(shown), resolved.is_reference, value.place};
}

std::optional<YamlText> YamlReader::secret(const YamlValue& value, std::string_view what) {
  if (!is_harmless_tag(value.node.Tag())) {
    problem(value.place, fmt::format("{} begins with a !, which means something to YAML; put it "
                                     "into quotes",
                                     what));
    return {};
  }
  auto found = text(value, what);
  if (found && !found->is_reference) found->shown = "what is written";
  return found;
}

std::optional<bool> YamlReader::boolean(const YamlValue& value, std::string_view what) {
  const auto found = text(value, what);
  if (!found) return {};
  if (found->value == "true") return true;
  if (found->value == "false") return false;
  problem(value.place, fmt::format("{} must be true or false, not {}", what, found->shown));
  return {};
}

std::optional<std::string> YamlReader::word(const YamlValue& value, std::string_view what,
                                            std::span<const Known> words) {
  const auto found = text(value, what);
  if (!found) return {};
  const Known* known = find_word(words, found->value);
  if (known != nullptr && known->is_supported) return found->value;
  problem(value.place, known != nullptr
                           ? fmt::format("{} {} is not supported yet", what, known->word)
                           : fmt::format("unknown {} {}{}", what, found->shown,
                                         suggestion(found->value, supported(words))));
  return {};
}

}  // namespace sluice
