#include "support/upserting.h"

#include <fmt/format.h>

namespace sluice::test {

Upserting::Upserting(const std::string& columns, const std::vector<std::string>& mapped,
                     const std::string& more) {
  dataset_yaml = fmt::format(
      "engine: sqlite\npath: data.db\ntables:\n  orders:\n    columns:\n"
      "      id: {{ type: integer }}\n{}    primary_key: [id]\n{}",
      columns, more);
  std::string schema = R"("id": { "type": "default", "attribute": "$key" })";
  for (const std::string& name : mapped) {
    schema += fmt::format(R"(, "{0}": {{ "type": "default", "attribute": "{0}" }})", name);
  }
  action = fmt::format(R"({{
    "name": "load-orders", "type": "load", "until": "end",
    "params": {{
      "load_from": [ {{ "source": "dwh/shop/orders" }} ],
      "schema": {{ {} }},
      "load_to": {{ "source": "dwh/db/orders" }},
      "write_mode": "upsert"
    }}
  }})",
                       schema);
}

void Upserting::send(int partition, std::optional<std::string> key,
                     std::optional<std::string> value) {
  log(partition).append("");
  log(partition).records.back().key = std::move(key);
  log(partition).records.back().value = std::move(value);
}

std::string Upserting::table(const std::string& column) const {
  return ask(
      fmt::format("SELECT group_concat(id || '=' || ifnull({}, '-'), ' ')"
                  " FROM (SELECT * FROM orders ORDER BY id)",
                  column));
}

}  // namespace sluice::test
