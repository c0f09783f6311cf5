#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "action/parts.h"
#include "action/read_value.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

const std::array<std::string, 2> formats = {"json", "raw"};

// `source` of an entry of load_from or load_to.
std::optional<Address> parse_source(const JsonNode& entry, std::string_view key, ItemKind kind,
                                    Problems& problems) {
  if (const JsonMember* source = entry.find("source")) {
    return parse_address(*source, kind, problems);
  }
  problems.add(entry.place(),
               fmt::format("\"{}\" needs a \"source\": \"{}\"", key,
                           kind == ItemKind::topic ? "dwh/SOURCE/TOPIC" : "dwh/DATASET/TABLE"));
  return std::nullopt;
}

// One object, or the objects of an array; problems for what is neither.
std::vector<const JsonNode*> entries_of(const JsonMember& member, Problems& problems) {
  std::vector<const JsonNode*> entries;
  if (member.value.is(Kind::object)) {
    entries.push_back(&member.value);
  } else if (member.value.is(Kind::array) && !member.value.items.empty()) {
    for (const JsonNode& item : member.value.items) {
      if (item.is(Kind::object)) {
        entries.push_back(&item);
      } else {
        problems.add(item.place(),
                     fmt::format("\"{}\" must hold objects, not {}", member.key, describe(item)));
      }
    }
  } else {
    const bool empty = member.value.is(Kind::array);
    problems.add(member.value.place(),
                 fmt::format("\"{}\" must be an object or an array of objects, not {}", member.key,
                             empty ? "an empty array" : describe(member.value)));
  }
  return entries;
}

// What a message is: `format` and `explode`.
void parse_form(const JsonNode& entry, LoadFrom& load, Problems& problems) {
  if (const JsonMember* format = present(entry, "format")) {
    if (format->value.is(Kind::text) && format->value.text == "avro") {
      problems.add(format->value.place(), "\"format\" \"avro\" is not supported yet");
    } else if (const auto word = read_word(*format, formats, problems)) {
      load.format = static_cast<MessageFormat>(*word);
    }
  }
  const JsonMember* explode = present(entry, "explode");
  if (explode == nullptr) return;
  const bool is_name = explode->value.is(Kind::text) && !explode->value.text.empty();
  auto path = is_name ? std::optional(Path{explode->value.text}) : read_path(*explode, problems);
  if (path) load.explode = {std::move(*path), explode->value.place()};
  if (load.format == MessageFormat::raw) {
    problems.add(explode->place(),
                 "\"explode\" needs JSON messages, and \"format\" is \"raw\" here");
  }
}

// `name`: how a problem calls the entry, "params.load_from[1]". Nothing where it has no address.
std::optional<LoadFrom> parse_entry(const JsonNode& entry, const std::string& name,
                                    Findings& findings) {
  check_keys(entry, Level::load_from, findings);
  LoadFrom load;
  const auto source = parse_source(entry, "load_from", ItemKind::topic, findings.problems);
  parse_range(entry, load, findings.problems);
  parse_form(entry, load, findings.problems);
  if (const JsonMember* chunk = present(entry, "extract_chunk_size")) {
    load.extract_chunk_size = read_count(*chunk, 1, findings.problems);
  }
  if (const JsonMember* rules = present(entry, "source_rules")) {
    load.source_rules = parse_rules(*rules, name + ".source_rules", findings);
  }
  if (!source) return std::nullopt;
  load.source = *source;
  return load;
}

}  // namespace

std::vector<LoadFrom> parse_load_from(const JsonMember& member, Findings& findings) {
  std::vector<LoadFrom> loads;
  const std::string name = "params.load_from";
  const bool is_listed = member.value.is(Kind::array);
  int number = 0;
  for (const JsonNode* entry : entries_of(member, findings.problems)) {
    auto load =
        parse_entry(*entry, is_listed ? fmt::format("{}[{}]", name, number++) : name, findings);
    if (load) loads.push_back(std::move(*load));
  }
  return loads;
}

std::optional<Address> parse_load_to(const JsonMember& member, Findings& findings) {
  const auto entries = entries_of(member, findings.problems);
  std::optional<Address> address;
  for (const JsonNode* entry : entries) {
    check_keys(*entry, Level::load_to, findings);
    address = parse_source(*entry, "load_to", ItemKind::table, findings.problems);
  }
  if (entries.size() > 1) {
    findings.problems.add(entries[1]->place(),
                          "\"load_to\" takes one destination; write an action for each table");
  }
  return address;
}

}  // namespace sluice
