#include "plan/constant.h"

#include "base/number.h"

namespace sluice {
namespace {

// What the constant says as a number: a JSON number as it was written, or the text of a string.
std::string_view number_text(const Mapping::Constant& constant) {
  const auto* text = std::get_if<std::string>(&constant.value);
  if (text != nullptr) return *text;
  return std::holds_alternative<bool>(constant.value) ? std::string_view() : constant.text;
}

std::optional<std::int64_t> as_boolean(const Mapping::Constant& constant) {
  if (const auto* boolean = std::get_if<bool>(&constant.value)) return *boolean ? 1 : 0;
  if (const auto* text = std::get_if<std::string>(&constant.value)) {
    if (*text == "true") return 1;
    if (*text == "false") return 0;
    return {};
  }
  const auto number = exact_integer(constant.text);
  return number == 0 || number == 1 ? number : std::nullopt;
}

// Made where it stays: GCC 12 takes a moved variant for uninitialized under the sanitizers.
template <class T>
std::optional<PlannedConstant> constant_of(const std::optional<T>& value) {
  using Made = std::optional<PlannedConstant>;
  return value ? Made(std::in_place, std::in_place_type<T>, *value) : Made();
}

}  // namespace

std::optional<PlannedConstant> fit_constant(const Mapping::Constant& constant, ColumnType type) {
  if (std::holds_alternative<std::monostate>(constant.value))
    return std::optional<PlannedConstant>(std::in_place);
  const auto* text = std::get_if<std::string>(&constant.value);
  switch (type) {
    case ColumnType::integer:
      return constant_of(exact_integer(number_text(constant)));
    case ColumnType::real:
      return constant_of(nearest_real(number_text(constant)));
    case ColumnType::boolean:
      return constant_of(as_boolean(constant));
    case ColumnType::text:
      return constant_of(std::optional(text != nullptr ? *text : constant.text));
    case ColumnType::json:
      return constant_of(std::optional(constant.text));
  }
  return {};
}

}  // namespace sluice
