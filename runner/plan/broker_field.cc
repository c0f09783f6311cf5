#include "plan/broker_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {
namespace {

struct Field {
  BrokerField field;
  std::string_view name;
  std::array<ColumnType, 2> fits;  // the same one twice where there is only one
};

using enum ColumnType;

constexpr Field fields[] = {
    {BrokerField::offset, "$offset", {integer, text}},
    {BrokerField::partition, "$partition", {integer, text}},
    {BrokerField::timestamp, "$timestamp", {integer, text}},  // epoch ms, or ISO 8601
    {BrokerField::date, "$date", {text, text}},
    {BrokerField::topic, "$topic", {text, text}},
    {BrokerField::key, "$key", {text, integer}},
    {BrokerField::headers, "$headers", {json, text}},
    {BrokerField::value, "$value", {text, text}},  // the whole value as it came
};

const Field& of(BrokerField field) { return *std::ranges::find(fields, field, &Field::field); }

}  // namespace

std::string_view name_of(BrokerField field) { return of(field).name; }

std::optional<BrokerField> broker_field(std::string_view bare_name) {
  for (const Field& known : fields) {
    if (known.name.substr(1) == bare_name) return known.field;
  }
  return {};
}

const std::vector<std::string>& broker_field_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Field& known : fields) all.emplace_back(known.name);
    return all;
  }();
  return names;
}

std::string why_unfit(BrokerField field, ColumnType type) {
  const Field& known = of(field);
  if (known.fits[0] == type || known.fits[1] == type) return {};
  if (field == BrokerField::key) {
    return fmt::format("$key in a column of type {} is not supported yet", name_of(type));
  }
  const bool fits_one = known.fits[0] == known.fits[1];
  return fmt::format("{} fits a column of type {}{}{}, not {}", known.name, name_of(known.fits[0]),
                     fits_one ? "" : " or ", fits_one ? "" : name_of(known.fits[1]), name_of(type));
}

}  // namespace sluice
