#include <fmt/format.h>

#include <array>

#include "action/parts.h"
#include "action/read_value.h"
#include "base/excerpt.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

enum class MappingType { by_default, replace, sql };
const std::array<std::string, 3> type_words = {"default", "replace", "sql"};

// Keys that only one type of mapping has.
void check_belongs(const JsonNode& mapping, std::string_view key, std::string_view type,
                   Problems& problems) {
  if (const JsonMember* member = mapping.find(key)) {
    problems.add(member->place(),
                 fmt::format("\"{}\" has no place in a mapping of type \"{}\"", key, type));
  }
}

std::optional<Mapping::Take> parse_attribute(const JsonMember& member, Problems& problems) {
  auto name = read_text(member, problems);
  if (!name) return std::nullopt;
  return Mapping::Take{Path{std::move(*name)}, true, member.value.place()};
}

std::optional<Mapping::Take> parse_path(const JsonMember& member, Problems& problems) {
  auto path = read_path(member, problems);
  if (!path) return std::nullopt;
  return Mapping::Take{std::move(*path), false, member.value.place()};
}

std::optional<Mapping::Take> parse_default(const JsonMember& column, Problems& problems) {
  const JsonNode& mapping = column.value;
  check_belongs(mapping, "value", "default", problems);
  check_belongs(mapping, "sql", "default", problems);
  const JsonMember* attribute = mapping.find("attribute");
  const JsonMember* path = mapping.find("path");
  if (attribute != nullptr && path != nullptr) {
    problems.add(path->place(), "\"attribute\" and \"path\" exclude each other: keep one");
  }
  if (attribute != nullptr) return parse_attribute(*attribute, problems);
  if (path != nullptr) return parse_path(*path, problems);
  problems.add(mapping.place(),
               fmt::format("\"{}\" needs an \"attribute\" or a \"path\"", excerpt(column.key, 60)));
  return std::nullopt;
}

std::optional<Mapping::Constant> parse_replace(const JsonMember& column, Problems& problems) {
  const JsonNode& mapping = column.value;
  for (const char* key : {"attribute", "path", "sql"}) {
    check_belongs(mapping, key, "replace", problems);
  }
  const JsonMember* value = mapping.find("value");
  if (value == nullptr) {
    problems.add(mapping.place(), fmt::format("\"{}\" needs a \"value\"", excerpt(column.key, 60)));
    return std::nullopt;
  }
  if (value->value.is(Kind::object) || value->value.is(Kind::array)) {
    report_wrong(*value, "a text, a number, true, false or null", problems);
    return std::nullopt;
  }
  return Mapping::Constant{scalar_of(value->value), value->value.written, value->value.place()};
}

std::optional<Mapping::Expression> parse_sql(const JsonMember& column, Problems& problems) {
  const JsonNode& mapping = column.value;
  for (const char* key : {"attribute", "path", "value"}) {
    check_belongs(mapping, key, "sql", problems);
  }
  const JsonMember* sql = mapping.find("sql");
  if (sql == nullptr) {
    problems.add(mapping.place(),
                 fmt::format("\"{}\" needs an expression as \"sql\"", excerpt(column.key, 60)));
    return std::nullopt;
  }
  auto text = read_text(*sql, problems);
  if (!text) return std::nullopt;
  return Mapping::Expression{std::move(*text), sql->value.place()};
}

std::optional<MappingType> parse_type(const JsonMember& column, Problems& problems) {
  const JsonMember* type = column.value.find("type");
  if (type == nullptr) {
    problems.add(column.value.place(), fmt::format("\"{}\" needs a \"type\": \"default\", "
                                                   "\"replace\" or \"sql\"",
                                                   excerpt(column.key, 60)));
    return std::nullopt;
  }
  const auto word = read_word(*type, type_words, problems);
  if (!word) return std::nullopt;
  return static_cast<MappingType>(*word);
}

template <class From>
std::optional<Mapping> mapping_of(const JsonMember& column, std::optional<From> from) {
  if (!from) return std::nullopt;
  return Mapping{column.key, column.place(), std::move(*from)};
}

std::optional<Mapping> parse_mapping(const JsonMember& column, Findings& findings) {
  Problems& problems = findings.problems;
  if (column.key.empty()) problems.add(column.place(), "a column needs a name");
  if (!is_object(column, problems)) return std::nullopt;
  const auto type = parse_type(column, problems);
  check_keys(column.value, Level::mapping, findings);
  if (type == MappingType::by_default) return mapping_of(column, parse_default(column, problems));
  if (type == MappingType::replace) return mapping_of(column, parse_replace(column, problems));
  if (type == MappingType::sql) return mapping_of(column, parse_sql(column, problems));
  return std::nullopt;
}

}  // namespace

Scalar scalar_of(const JsonNode& node) {
  if (node.is(Kind::boolean)) return node.written == "true";
  if (node.is(Kind::text)) return node.text;
  if (node.is(Kind::number)) return JsonNumber();
  return std::monostate();
}

std::vector<Mapping> parse_schema(const JsonMember& member, Findings& findings) {
  std::vector<Mapping> mappings;
  if (!is_object(member, findings.problems)) return mappings;
  if (member.value.members.empty()) {
    findings.problems.add(member.value.place(),
                          "\"schema\" maps no column; without it every column takes the attribute "
                          "of its own name");
  }
  for (const JsonMember& column : member.value.members) {
    if (auto mapping = parse_mapping(column, findings)) mappings.push_back(std::move(*mapping));
  }
  return mappings;
}

}  // namespace sluice
