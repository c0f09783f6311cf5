#include <fmt/format.h>

#include "source/samples/draft.h"

namespace sluice {
namespace {

struct Item {
  std::string_view name;
  std::int64_t cents;
};

constexpr Item items[] = {{"coffee beans, 1 kg", 1'890},
                          {"tea, \\\"Earl Grey\\\"", 650},
                          {"mug", 1'200},
                          {"hand grinder", 8'950},
                          {"filter papers", 399},
                          {"kettle", 5'900},
                          {"scales", 2'499},
                          {"milk jug", 1'750}};
constexpr std::string_view states[] = {"open", "paid", "shipped", "cancelled"};
constexpr std::string_view methods[] = {"card", "transfer", "invoice"};

constexpr std::uint64_t first_order = 10'001;
constexpr EpochMs first_order_ms = 1'780'297'200'000;  // 2026-06-01T07:00:00Z
constexpr EpochMs between_orders_ms = 97'000;

// What an order and its payment have in common: the same seed draws the same.
struct Order {
  std::uint64_t number;
  std::uint64_t customer;
  const Item& item;
  std::int64_t quantity;
  std::string_view state;
  EpochMs ordered_ms;
  std::string_view method;
  EpochMs paid_ms;

  std::int64_t amount_cents() const { return quantity * item.cents; }
};

Order draw_order(SampleDraft& draft) {
  SampleRandom& random = draft.random;
  const auto ordered_ms = first_order_ms + static_cast<EpochMs>(draft.index) * between_orders_ms;
  const auto customer = random.below(500) + 1;
  const Item& item = random.one_of(items);
  const auto quantity = static_cast<std::int64_t>(random.below(9) + 1);
  const auto& state = random.one_of(states);
  const auto& method = random.one_of(methods);
  const auto later_ms = static_cast<EpochMs>(random.below(3 * 24 * 3600) + 30) * 1'000;
  return {first_order + draft.index, customer, item, quantity, state, ordered_ms, method,
          ordered_ms + later_ms};
}

}  // namespace

void make_order(SampleDraft& draft) {
  const Order order = draw_order(draft);
  fmt::format_to(
      std::back_inserter(draft.value),
      R"({{"orderNo":{},"customerId":"C-{:05}","item":"{}","quantity":{},"unitPrice":{},)"
      R"("currency":"EUR","status":"{}","orderedAt":"{}"}})",
      order.number, order.customer, order.item.name, order.quantity,
      decimal_text(order.item.cents, 2), order.state, zoned_time(order.ordered_ms, 120));
}

void make_payment(SampleDraft& draft) {
  const Order order = draw_order(draft);
  fmt::format_to(std::back_inserter(draft.value),
                 R"({{"paymentNo":"P-{}","orderNo":{},"amount":{},"currency":"EUR","method":"{}",)"
                 R"("paidAt":{}}})",
                 order.number, order.number, decimal_text(order.amount_cents(), 2), order.method,
                 order.paid_ms / 1'000);
}

}  // namespace sluice
