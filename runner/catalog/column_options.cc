#include "catalog/column_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/json_number.h"
#include "catalog/wording.h"
#include "types/fit.h"

namespace sluice {
namespace {

using enum ColumnType;

// Options that do not stand here go with every type.
struct Belonging {
  std::string_view option;
  std::vector<ColumnType> types;
};

const std::vector<Belonging>& belongings() {
  static const std::vector<Belonging> all = {
      {"min", {integer, real, decimal, date, datetime}},
      {"max", {integer, real, decimal, date, datetime}},
      {"unit", {date, datetime}},
      {"format", {date, datetime}},
      {"digits", {datetime}},
      {"encoding", {blob}},
      {"precision", {decimal}},
      {"scale", {decimal}},
      {"storage", {decimal}},
  };
  return all;
}

// What each storage of a decimal holds exactly: text as much as we count with, an integer 64 bits,
// a double any decimal of 15 digits, and gives it back.
int most_precision(DecimalStorage storage) {
  switch (storage) {
    case DecimalStorage::text:
      return most_decimal_digits;
    case DecimalStorage::integer:
      return 18;
    case DecimalStorage::real:
      return 15;
  }
  return 0;
}

// Reads the options of one column; those that do not belong to its type have been told of and are
// not looked at again.
class OptionReader {
 public:
  OptionReader(YamlReader& reader, const YamlMap& column, std::string_view what, ColumnSpec& spec)
      : reader_(reader), column_(column), what_(what), spec_(spec) {}

  void read() {
    check_belonging();
    if (spec_.type == decimal) read_decimal();
    if (spec_.type == date || spec_.type == datetime) read_time();
    if (const auto* encoding = option("encoding")) reader_.word(*encoding, "encoding", encodings);
    // Only what is right so far says what fits.
    if (!is_sound_) return;
    read_bounds();
    read_default();
  }

 private:
  // A scalar of the file as a message would have it, and how sentences name it.
  struct Value {
    YamlText text;
    Cell cell;  // views text.value of this very object
    bool is_reference;
    Place place;
  };

  const YamlValue* option(std::string_view name) const {
    const auto belonging = std::ranges::find(belongings(), name, &Belonging::option);
    const bool belongs =
        belonging == belongings().end() || std::ranges::count(belonging->types, spec_.type) > 0;
    return belongs ? column_.find(name) : nullptr;
  }

  void check_belonging() {
    for (const YamlEntry& entry : column_.entries) {
      const auto belonging = std::ranges::find(belongings(), entry.key, &Belonging::option);
      if (belonging == belongings().end()) continue;
      if (std::ranges::count(belonging->types, spec_.type) > 0) continue;
      std::vector<std::string_view> names;
      for (const ColumnType type : belonging->types) names.push_back(name_of(type));
      reader_.problem(entry.key_place,
                      fmt::format("{} belongs to a column of type {}, not {}", entry.key,
                                  fmt::join(names, ", "), name_of(spec_.type)));
    }
  }

  void problem(const Place& place, std::string message) {
    is_sound_ = false;
    reader_.problem(place, std::move(message));
  }

  template <class T>
  void read_word(std::string_view name, std::span<const Known> words, std::span<const T> values,
                 T& value) {
    const auto* found = option(name);
    if (found == nullptr) return;
    const auto word = reader_.word(*found, name, words);
    if (!word) {
      is_sound_ = false;
      return;
    }
    value = values[static_cast<std::size_t>(std::ranges::find(words, *word, &Known::word) -
                                            words.begin())];
  }

  void read_number(std::string_view name, int least, int most, std::string_view why, int& number) {
    const auto* value = option(name);
    if (value == nullptr) return;
    const auto text = reader_.text(*value, name);
    if (!text) {
      is_sound_ = false;
      return;
    }
    const char* const end = text->value.data() + text->value.size();
    int read = 0;
    const auto [at, error] = std::from_chars(text->value.data(), end, read);
    if (error == std::errc() && at == end && read >= least && read <= most) {
      number = read;
      return;
    }
    problem(value->place, fmt::format("{} must be a whole number from {} to {}{}, not {}", name,
                                      least, most, why, text->shown));
  }

  void read_decimal() {
    static constexpr DecimalStorage storages[] = {DecimalStorage::text, DecimalStorage::integer,
                                                  DecimalStorage::real};
    read_word<DecimalStorage>("storage", decimal_storages, storages, spec_.storage);
    spec_.precision = most_precision(spec_.storage);
    read_number("precision", 1, spec_.precision,
                spec_.storage == DecimalStorage::text ? "" : " with this storage", spec_.precision);
    if (option("scale") == nullptr) {
      const auto* type = column_.find("type");
      problem(type->place,
              fmt::format("{} of type decimal needs a scale, as in {{ type: decimal, precision: "
                          "10, scale: 2 }}",
                          what_));
      return;
    }
    read_number("scale", 0, spec_.precision, ", the precision", spec_.scale);
  }

  void read_time() {
    static constexpr TimeUnit units[] = {TimeUnit::seconds, TimeUnit::milliseconds,
                                         TimeUnit::microseconds};
    static constexpr int digits[] = {0, 3, 6, 9};
    read_word<int>("digits", datetime_digits, digits, spec_.digits);
    if (option("unit") != nullptr) {
      read_word<TimeUnit>("unit", time_units, units, spec_.unit.emplace());
    }
    const auto* format = option("format");
    if (format == nullptr) return;
    if (spec_.unit) {
      problem(format->place,
              "unit and format exclude each other: numbers are read by a unit, texts by a format");
      return;
    }
    read_format(*format);
  }

  void read_format(const YamlValue& value) {
    const auto text = reader_.text(value, "format");
    if (!text) {
      is_sound_ = false;
      return;
    }
    CheckedTimeFormat checked = check_time_format(text->value);
    if (!checked.problem.empty()) {
      problem(value.place, fmt::format("format {} {}", text->shown, checked.problem));
      return;
    }
    spec_.format = std::move(checked.format);
  }

  // Quotes in YAML make a text, as they do in JSON.
  std::unique_ptr<Value> read_value(std::string_view name) {
    const auto* found = option(name);
    if (found == nullptr) return {};
    auto text = reader_.text(*found, fmt::format("{} of {}", name, what_));
    if (!text) return {};
    auto value = std::make_unique<Value>(Value{std::move(*text), {}, false, found->place});
    const std::string_view content = value->text.value;
    value->is_reference = value->text.shown != in_quotes(content);
    const bool is_number = found->node.Tag() == "?" && is_json_number(content);
    value->cell = Cell::of_bytes(is_number ? Cell::Kind::number : Cell::Kind::text, content);
    return value;
  }

  void tell_misfit(std::string_view name, const Value& value, const ColumnSpec& spec) {
    // What a reference leads to may be a secret.
    const std::string why = value.is_reference
                                ? fmt::format("{} does not fit the type", value.text.shown)
                                : misfit_reason(value.cell, spec).text;
    reader_.problem(value.place, fmt::format("{} of {}: {}", name, what_, why));
  }

  std::optional<Measure> read_bound(std::string_view name, std::string& text) {
    const auto value = read_value(name);
    if (!value) return {};
    // A bound is what it is, whatever form messages have.
    ColumnSpec plain = spec_;
    plain.format.reset();
    const std::optional<Measure> measure = measure_of(value->cell, plain);
    if (!measure) {
      tell_misfit(name, *value, plain);
      return {};
    }
    text = value->is_reference ? value->text.shown : value->text.value;
    return measure;
  }

  void read_bounds() {
    Bounds bounds;
    const auto min = read_bound("min", bounds.min_text);
    const auto max = read_bound("max", bounds.max_text);
    if (min) bounds.min = *min;
    if (max) bounds.max = *max;
    if (!min && !max) return;
    if (bounds.min.whole > bounds.max.whole || bounds.min.real > bounds.max.real) {
      reader_.problem(
          column_.find("max")->place,
          fmt::format("max {} of {} is less than min {}", bounds.max_text, what_, bounds.min_text));
      return;
    }
    spec_.bounds = std::move(bounds);
  }

  void read_default() {
    const auto value = read_value("default");
    if (!value) return;
    Arena arena(4 << 10);
    const Cell fitted = fit_to_type(value->cell, spec_, arena);
    if (fitted.kind == Cell::Kind::missing) {
      tell_misfit("default", *value, spec_);
      return;
    }
    spec_.default_value = stored_value(fitted);
  }

  YamlReader& reader_;
  const YamlMap& column_;
  std::string_view what_;
  ColumnSpec& spec_;
  bool is_sound_ = true;
};

}  // namespace

void read_column_options(YamlReader& reader, const YamlMap& column, std::string_view what,
                         ColumnSpec& spec) {
  OptionReader(reader, column, what, spec).read();
}

}  // namespace sluice
