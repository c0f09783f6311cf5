#include "types/column_spec.h"

namespace sluice {

std::string_view name_of(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "integer";
    case ColumnType::real:
      return "real";
    case ColumnType::decimal:
      return "decimal";
    case ColumnType::text:
      return "text";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::date:
      return "date";
    case ColumnType::datetime:
      return "datetime";
    case ColumnType::json:
      return "json";
    case ColumnType::blob:
      return "blob";
  }
  return "unknown";
}

StorageClass kept_as(const ColumnSpec& spec) {
  switch (spec.type) {
    case ColumnType::integer:
    case ColumnType::boolean:
      return StorageClass::integer;
    case ColumnType::real:
      return StorageClass::real;
    case ColumnType::decimal:
      if (spec.storage == DecimalStorage::integer) return StorageClass::integer;
      return spec.storage == DecimalStorage::real ? StorageClass::real : StorageClass::text;
    case ColumnType::blob:
      return StorageClass::blob;
    case ColumnType::text:
    case ColumnType::date:
    case ColumnType::datetime:
    case ColumnType::json:
      return StorageClass::text;
  }
  return StorageClass::text;
}

}  // namespace sluice
