// What a key costs: rows appended and upserted into keyed tables through SqliteStore, each case in
// turn, several rounds; nanoseconds a row, the medians, and each case's ratio to plain append.
//
//   cmake --preset release -DSLUICE_TESTS=ON &&
//   cmake --build build/release --target sluice_bench_upsert &&
//   build/release/tests/sluice_bench_upsert
//
// An argument says how many rounds (5).
// "as they come" is the same table with a CHECK that is always true: rows are then neither sorted
// nor is anything left out, since the CHECK must see every row.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "unit/store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

constexpr std::int64_t rows = 500'000;
constexpr std::int64_t batch_rows = 50'000;

struct Case {
  const char* name;
  const char* create;
  bool upserts;
  std::int64_t keys;  // rows take their keys from so many, in no order; 0: new ones, in order
};

constexpr const char* plain = R"(CREATE TABLE guesses ("index", points, name))";
constexpr const char* keyed = R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name))";
constexpr const char* checked =
    R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name, CHECK (1)))";
constexpr std::int64_t many = std::int64_t{1} << 50;

constexpr Case cases[] = {
    {"append, no key", plain, false, 0},
    {"append, keys in order", keyed, false, 0},
    {"append, keys in no order", keyed, false, many},
    {"upsert, keys in order", keyed, true, 0},
    {"upsert, new keys in no order", keyed, true, many},
    {"  as they come", checked, true, many},
    {"upsert, 100,000 keys", keyed, true, 100'000},
    {"  as they come", checked, true, 100'000},
    {"upsert, 1,000 keys", keyed, true, 1'000},
    {"  as they come", checked, true, 1'000},
};

double nanoseconds_per_row(const Case& tried) {
  StoreWorld world;
  world.table = tried.upserts ? upserted_guesses(world.path) : guesses(world.path);
  execute(world.path, std::string("PRAGMA page_size = 16384;") + tried.create);
  const auto store = world.begin("job-1");
  std::mt19937_64 random(1);
  std::int64_t next = 0;
  Clock::Instant::duration took{};
  for (std::int64_t first = 0; first < rows; first += batch_rows) {
    BatchOfGuesses batch({first});
    for (std::int64_t i = 0; i < batch_rows; ++i) {
      const auto drawn = static_cast<std::int64_t>(random() >> 1);
      batch.row(tried.keys == 0 ? next++ : drawn % tried.keys);
    }
    const auto began = world.system_clock.now();
    store->write(batch, 0, {});
    took += world.system_clock.now() - began;
  }
  return std::chrono::duration<double, std::nano>(took).count() / rows;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rounds = argc > 1 ? std::stoul(argv[1]) : 5;
  std::vector<double> measured[std::size(cases)];
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < std::size(cases); ++i) {
      measured[i].push_back(nanoseconds_per_row(cases[i]));
    }
  }
  double append = 0;
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    std::ranges::sort(measured[i]);
    const double median = measured[i][rounds / 2];
    if (i == 0) append = median;
    fmt::print("{:<32} {:>6.0f} ns a row  {:>5.2f}\n", cases[i].name, median, median / append);
  }
}
