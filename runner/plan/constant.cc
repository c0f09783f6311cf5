#include "plan/constant.h"

#include "types/fit.h"

namespace sluice {
namespace {

Cell cell_of_constant(const Mapping::Constant& constant, ColumnType type) {
  if (type == ColumnType::json) return Cell::of_bytes(Cell::Kind::json, constant.text);
  if (const auto* boolean = std::get_if<bool>(&constant.value)) return Cell::of_boolean(*boolean);
  if (const auto* text = std::get_if<std::string>(&constant.value)) {
    return Cell::of_bytes(Cell::Kind::text, *text);
  }
  return Cell::of_bytes(Cell::Kind::number, constant.text);
}

}  // namespace

FittedConstant fit_constant(const Mapping::Constant& constant, const ColumnSpec& spec) {
  if (std::holds_alternative<std::monostate>(constant.value)) return {PlannedConstant(), {}};
  const Cell cell = cell_of_constant(constant, spec.type);
  Arena arena(4 << 10);
  const Cell fitted = fit_to_type(cell, spec, arena);
  if (fitted.kind == Cell::Kind::missing) return {{}, misfit_reason(cell, spec).text};
  return {stored_value(fitted), {}};
}

}  // namespace sluice
