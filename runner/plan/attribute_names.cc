#include "plan/attribute_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "catalog/names.h"
#include "catalog/wording.h"
#include "plan/broker_field.h"
#include "sqlite/expression.h"

namespace sluice {
namespace {

// Attributes that the schema takes as they are.
std::vector<std::string> mapped_names(const Action& action) {
  std::vector<std::string> names;
  if (!action.schema) return names;
  for (const Mapping& mapping : *action.schema) {
    const auto* take = std::get_if<Mapping::Take>(&mapping.from);
    if (take != nullptr) names.push_back(take->path.front().key);
  }
  return names;
}

bool is_column(const PlannedTable& row, std::string_view name) {
  return std::ranges::any_of(
      row.declared, [&](const Column& declared) { return is_same_name(declared.name, name); });
}

}  // namespace

bool declares(const Topic& topic, const std::string& name) {
  return std::ranges::count(topic.attributes, name) > 0;
}

std::size_t cell_of(const PlannedAttribute& wanted, LoadPlan& plan) {
  const auto known = std::ranges::find(plan.attributes, wanted);
  const auto cell = static_cast<std::size_t>(known - plan.attributes.begin());
  if (known == plan.attributes.end()) plan.attributes.push_back(wanted);
  return cell;
}

AttributeNames::AttributeNames(const Action& action, const std::vector<const Topic*>& topics,
                               LoadPlan& plan, Problems& problems)
    : topics_(topics), plan_(plan), problems_(problems), mapped_(mapped_names(action)) {}

std::optional<AttributeNames::Meaning> AttributeNames::meaning(const Mapping::Take& take,
                                                               bool may_be_undeclared) {
  const std::string& name = take.path.front().key;
  if (name == "$element") return element(take);
  if (take.path.size() == 1 && name.starts_with('$')) {
    if (const auto field = broker_field(std::string_view(name).substr(1))) return *field;
    problems_.add(take.place, fmt::format("unknown broker field {}{}", in_quotes(name),
                                          suggestion(name, broker_field_names())));
    return {};
  }
  const std::optional<bool> is_field = means_broker_field(take);
  if (!is_field) return {};
  if (*is_field) return *broker_field(name);
  const bool is_raw = std::ranges::all_of(
      plan_.topics, [](const PlannedTopic& topic) { return topic.format == MessageFormat::raw; });
  if (is_raw && !plan_.topics.empty()) {
    problems_.add(take.place,
                  fmt::format("a raw message has no attribute {}: only \"$value\", which "
                              "is all of it, and the broker's fields",
                              in_quotes(name)));
    return {};
  }
  if (!may_be_undeclared && !check_declared(name, take.place)) return {};
  return PlannedAttribute{.path = take.path};
}

std::optional<AttributeNames::Meaning> AttributeNames::element(const Mapping::Take& take) {
  const bool explodes = std::ranges::any_of(
      plan_.topics, [](const PlannedTopic& topic) { return topic.explode.has_value(); });
  if (!explodes) {
    problems_.add(take.place,
                  "\"$element\" is an element of the array that \"explode\" names, and "
                  "no entry of \"load_from\" has one");
    return {};
  }
  return PlannedAttribute{.path = Path(take.path.begin() + 1, take.path.end()), .of_element = true};
}

// Nothing where the topics do not agree.
std::optional<bool> AttributeNames::means_broker_field(const Mapping::Take& take) {
  const std::string& name = take.path.front().key;
  if (!take.is_attribute || take.path.size() != 1 || !broker_field(name)) return false;
  if (topics_.empty()) return false;  // nobody to ask: they are problems of their own
  const auto own =
      std::ranges::count_if(topics_, [&](const Topic* topic) { return declares(*topic, name); });
  if (own == 0) return true;
  if (own == std::ssize(topics_)) return false;
  problems_.add(take.place,
                fmt::format("some topics declare the attribute {0} and others do not; write "
                            "\"${0}\" for the broker's, \"path\": [\"{0}\"] for the message's",
                            name));
  return {};
}

bool AttributeNames::check_declared(const std::string& name, const Place& place) {
  for (const Topic* topic : topics_) {
    if (topic->attributes.empty() || declares(*topic, name)) continue;
    problems_.add(place, fmt::format("topic {} declares no attribute {}{}", in_quotes(topic->name),
                                     in_quotes(name), suggestion(name, topic->attributes)));
    return false;
  }
  return true;
}

std::optional<std::vector<NamedCell>> AttributeNames::names_of(std::string_view sql,
                                                               const Place& place,
                                                               std::string_view what,
                                                               const PlannedTable* row) {
  const ExpressionNames found = find_names(sql);
  if (!found.problem.empty()) {
    problems_.add(place, fmt::format("{} is no expression that SQLite can use here: {}", what,
                                     found.problem));
    return {};
  }
  std::vector<NamedCell> names;
  for (const std::string& name : found.names) {
    auto cell = named(name, place, row);
    if (cell) names.push_back(std::move(*cell));
  }
  if (names.size() < found.names.size()) return {};
  return names;
}

std::optional<NamedCell> AttributeNames::column_cell(const std::string& name, const Place& place,
                                                     const PlannedTable& row) {
  const auto column = std::ranges::find_if(
      row.columns, [&](const PlannedColumn& planned) { return is_same_name(planned.name, name); });
  if (column == row.columns.end()) {
    problems_.add(
        place, fmt::format("nothing fills column {} here, so it is always NULL", in_quotes(name)));
    return {};
  }
  NamedCell cell{name, NamedCell::Of::row, static_cast<std::size_t>(column - row.columns.begin())};
  if (column->spec.type == ColumnType::decimal) cell.decimal_scale = column->spec.scale;
  return cell;
}

std::optional<NamedCell> AttributeNames::named(const std::string& name, const Place& place,
                                               const PlannedTable* row) {
  if (row != nullptr && is_column(*row, name)) return column_cell(name, place, *row);
  const bool is_mapped = std::ranges::count(mapped_, name) > 0;
  const auto found = meaning({{name}, true, place}, is_mapped);
  if (!found) return {};
  const auto* field = std::get_if<BrokerField>(&*found);
  const auto wanted =
      field != nullptr ? PlannedAttribute{.field = *field} : std::get<PlannedAttribute>(*found);
  return NamedCell{name, NamedCell::Of::record, cell_of(wanted, plan_)};
}

}  // namespace sluice
