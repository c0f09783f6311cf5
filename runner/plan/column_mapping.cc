#include "plan/column_mapping.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/excerpt.h"
#include "catalog/wording.h"
#include "plan/broker_field.h"
#include "plan/constant.h"

namespace sluice {
namespace {

bool declares(const Topic& topic, const std::string& name) {
  return std::ranges::count(topic.attributes, name) > 0;
}

std::optional<PlannedColumn> planned(const Column& column,
                                     std::optional<decltype(PlannedColumn::from)> from) {
  if (!from) return {};
  return PlannedColumn{column.name, column.spec, column.nullable, std::move(*from)};
}

// A word for later: names that become something of their own.
std::string_view not_supported_yet(const std::vector<std::string>& path) {
  if (path.front() == "$element") return "$element (with explode) is not supported yet";
  if (path.size() == 1 && path.front() == "$value") {
    return "$value (with format raw) is not supported yet";
  }
  return {};
}

}  // namespace

std::optional<PlannedColumn> ColumnMapper::map(const Column& column, const Mapping& mapping) {
  if (const auto* constant = std::get_if<Mapping::Constant>(&mapping.from)) {
    return planned(column, take_constant(column, *constant));
  }
  return planned(column, take(column, std::get<Mapping::Take>(mapping.from), false));
}

std::optional<PlannedColumn> ColumnMapper::map_by_name(const Column& column, const Place& place) {
  const bool may_be_missing = column.nullable || column.spec.default_value;
  return planned(column, take(column, {{column.name}, true, place}, may_be_missing));
}

std::optional<ColumnMapper::From> ColumnMapper::take_constant(const Column& column,
                                                              const Mapping::Constant& constant) {
  auto [fitted, misfit] = fit_constant(constant, column.spec);
  if (!fitted) {
    problems_.add(constant.place, fmt::format("{} does not fit column {} of type {}: {}",
                                              excerpt(constant.text, 60), quoted(column.name),
                                              name_of(column.spec.type), misfit));
    return {};
  }
  if (std::holds_alternative<std::monostate>(*fitted) && !column.nullable) {
    problems_.add(constant.place, fmt::format("null does not fit column {}, which is not nullable",
                                              quoted(column.name)));
    return {};
  }
  return std::move(*fitted);
}

// A bare `timestamp` written as an attribute is the broker's, unless a topic declares one.
bool ColumnMapper::means_broker_field(const Mapping::Take& take, bool& is_ambiguous) const {
  if (!take.is_attribute || take.path.size() != 1 || !broker_field(take.path[0])) return false;
  if (topics_.empty()) return false;  // nobody to ask: they are problems of their own
  const auto own = std::ranges::count_if(
      topics_, [&](const Topic* topic) { return declares(*topic, take.path[0]); });
  is_ambiguous = own > 0 && own < std::ssize(topics_);
  return own == 0;
}

std::optional<ColumnMapper::From> ColumnMapper::take(const Column& column,
                                                     const Mapping::Take& take,
                                                     bool may_be_undeclared) {
  const std::string& name = take.path.front();
  const std::string_view missing = not_supported_yet(take.path);
  if (!missing.empty()) {
    problems_.add(take.place, std::string(missing));
    return {};
  }
  if (take.path.size() == 1 && name.starts_with('$')) return take_field(column, name, take.place);
  bool is_ambiguous = false;
  if (means_broker_field(take, is_ambiguous)) return take_field(column, "$" + name, take.place);
  if (is_ambiguous) {
    problems_.add(take.place,
                  fmt::format("some topics declare the attribute {0} and others do not; write "
                              "\"${0}\" for the broker's, \"path\": [\"{0}\"] for the message's",
                              name));
    return {};
  }
  if (!may_be_undeclared && !check_declared(name, take.place)) return {};
  return attribute({.path = take.path, .as_written = column.spec.type == ColumnType::json});
}

std::optional<ColumnMapper::From> ColumnMapper::take_field(const Column& column,
                                                           const std::string& name,
                                                           const Place& place) {
  const auto field = broker_field(std::string_view(name).substr(1));
  if (!field) {
    problems_.add(place, fmt::format("unknown broker field {}{}", quoted(name),
                                     suggestion(name, broker_field_names())));
    return {};
  }
  const std::string unfit = why_unfit(*field, column.spec.type);
  if (!unfit.empty()) {
    problems_.add(place, fmt::format("{} (column {})", unfit, quoted(column.name)));
    return {};
  }
  return *field;
}

bool ColumnMapper::check_declared(const std::string& name, const Place& place) {
  for (const Topic* topic : topics_) {
    if (topic->attributes.empty() || declares(*topic, name)) continue;
    problems_.add(place, fmt::format("topic {} declares no attribute {}{}", quoted(topic->name),
                                     quoted(name), suggestion(name, topic->attributes)));
    return false;
  }
  return true;
}

std::size_t ColumnMapper::attribute(const PlannedAttribute& wanted) {
  const auto known = std::ranges::find(attributes_, wanted);
  const auto index = static_cast<std::size_t>(known - attributes_.begin());
  if (known == attributes_.end()) attributes_.push_back(wanted);
  return index;
}

}  // namespace sluice
