#include "support/orders_dataset.h"

namespace sluice::test {

std::string orders_dataset(const std::string& more) {
  return R"(engine: sqlite
path: data.db
tables:
  orders:
    columns:
      id: { type: integer }
      note: { type: text, nullable: true }
)" + more;
}

}  // namespace sluice::test
