#include "prepare/rules/operand.h"

namespace sluice {
namespace {

constexpr EpochMs day_ms = 86'400'000;
constexpr std::size_t date_size = 10;

Cell text_of(EpochMs time_ms, Arena& arena) {
  char text[longest_iso8601];
  return Cell::of_bytes(Cell::Kind::text, arena.copy({text, write_iso8601(time_ms, 6, text)}));
}

Cell date_of(EpochMs time_ms, Arena& arena) {
  return Cell::of_bytes(Cell::Kind::text, text_of(time_ms, arena).view().substr(0, date_size));
}

}  // namespace

void Moments::set(EpochMs now_ms, Arena& arena) {
  cells_ = {date_of(now_ms, arena), text_of(now_ms, arena), date_of(now_ms - day_ms, arena)};
}

}  // namespace sluice
