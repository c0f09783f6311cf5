#pragma once

#include <string>

namespace sluice::test {

// schemas/datasets/db.yaml of most tests: data.db beside it, with the table "orders" (id integer,
// note text nullable). `more`: further lines of the table, or of the file behind it.
std::string orders_dataset(const std::string& more = "");

}  // namespace sluice::test
