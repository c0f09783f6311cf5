#include "catalog/catalog.h"

#include <algorithm>

namespace sluice {

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::plaintext:
      return "plaintext";
    case Protocol::ssl:
      return "ssl";
    case Protocol::sasl_plaintext:
      return "sasl_plaintext";
    case Protocol::sasl_ssl:
      return "sasl_ssl";
  }
  return "unknown";
}

bool is_pem(std::string_view text) { return text.starts_with("-----BEGIN "); }

const Column* Table::find(std::string_view column) const {
  const auto found = std::ranges::find(columns, column, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace sluice
