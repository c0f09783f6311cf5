#include "plan/broker_field.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {
namespace {

using enum ColumnType;

struct Field {
  BrokerField field;
  std::string_view name;
  std::vector<ColumnType> fits;  // any where it is empty
};

const std::vector<Field> fields = {
    {BrokerField::offset, "$offset", {integer, text}},
    {BrokerField::partition, "$partition", {integer, text}},
    {BrokerField::timestamp, "$timestamp", {datetime, text, integer}},  // integer: epoch ms
    {BrokerField::date, "$date", {date, text}},
    {BrokerField::topic, "$topic", {text}},
    {BrokerField::key, "$key", {}},
    {BrokerField::headers, "$headers", {json, text}},
    {BrokerField::value, "$value", {}},  // the whole value as it came
};

std::string list_of(const std::vector<ColumnType>& types) {
  std::string list;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i > 0) list += i + 1 == types.size() ? " or " : ", ";
    list += name_of(types[i]);
  }
  return list;
}

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
  if (known.fits.empty() || std::ranges::count(known.fits, type) > 0) return {};
  return fmt::format("{} fits a column of type {}, not {}", known.name, list_of(known.fits),
                     name_of(type));
}

}  // namespace sluice
