#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// An entry to be written into a YAML map.
struct YamlItem {
  std::string key;                      // as people see it; quoted where YAML wants it
  std::string value = {};               // YAML on one line: "text", "{ type: integer }"
  std::vector<YamlItem> children = {};  // or a map of its own
  std::string comment = {};             // behind the key, or the value; safe to print
};

// A key or text as YAML: plain where it means itself, else in double quotes.
std::string yaml_text(std::string_view text);

// The item as lines of block style, indented by so many blanks. Ends with a newline.
std::string yaml_block(const YamlItem& item, std::size_t indent = 0);

// Changes in a YAML file that a person wrote. All else stays as it is, byte by byte: comments,
// order, style. Where the outcome would mean anything but what was asked for (a file with anchors,
// say), nothing is answered, and the person has to do it.
//
// `path` leads from the root down to the map in question; maps that are missing on the way are made
// by insert. The texts are YAML, checked by the caller's reading them as a catalog.

// Adds the item to the map as its last entry (as its first where it is written in one line). The
// map does not have the key.
std::optional<std::string> insert_yaml(const std::string& text, std::span<const std::string> path,
                                       const YamlItem& item);

// Takes the entry out of the map, which is not written in one line.
std::optional<std::string> remove_yaml(const std::string& text, std::span<const std::string> path,
                                       const std::string& key);

}  // namespace sluice
