#include <fmt/format.h>

#include "source/samples/draft.h"

namespace sluice {
namespace {

struct Sensor {
  std::string_view name;
  int decidegrees;  // around which it measures
};

constexpr Sensor sensors[] = {{"hall-01", 214},   {"hall-02", 208},     {"hall-03", 221},
                              {"roof-01", 127},   {"roof-02", 131},     {"cellar-01", 96},
                              {"cellar-02", 102}, {"freezer-01", -184}, {"freezer-02", -179},
                              {"oven-01", 1'825}, {"oven-02", 1'790},   {"yard-01", 43}};

constexpr EpochMs first_ms = 1'764'000'000'000;  // 2025-11-24T16:00:00Z
constexpr EpochMs between_ms = 250;

}  // namespace

void make_measurement(SampleDraft& draft) {
  const Sensor& sensor = sensors[draft.index % std::size(sensors)];
  const auto temperature =
      sensor.decidegrees + static_cast<std::int64_t>(draft.random.below(31)) - 15;
  const auto humidity = static_cast<std::int64_t>(300 + draft.random.below(500));
  const auto battery = draft.random.below(101);
  draft.key = sensor.name;
  fmt::format_to(
      std::back_inserter(draft.value),
      R"({{"sensor":"{}","temperature":{},"humidity":{},"battery":{},"measured_at":{},"ok":{}}})",
      sensor.name, decimal_text(temperature, 1), decimal_text(humidity, 1), battery,
      first_ms + static_cast<EpochMs>(draft.index) * between_ms, battery >= 10);
}

}  // namespace sluice
