#include "base/number_order.h"

#include <algorithm>
#include <cstdint>

#include "base/number.h"
#include "base/short_decimal.h"

namespace sluice {
namespace {

// A number's digits from the first one on that is not 0, and how many of them stand before the
// point: 0.00123 has "123" and -2.
class Magnitude {
 public:
  explicit Magnitude(std::string_view number) : parts_(*take_apart(number)) {
    while (first_ < size() && digit(first_) == '0') ++first_;
    before_point_ =
        static_cast<std::int64_t>(parts_.whole.size()) - std::int64_t(first_) + parts_.exponent;
  }

  int sign() const { return first_ == size() ? 0 : parts_.negative ? -1 : 1; }

  // Of two that are not 0.
  std::strong_ordering compare(const Magnitude& other) const {
    if (before_point_ != other.before_point_) return before_point_ <=> other.before_point_;
    const std::size_t most = std::max(size() - first_, other.size() - other.first_);
    for (std::size_t i = 0; i < most; ++i) {
      const char mine = digit(first_ + i);
      const char its = other.digit(other.first_ + i);
      if (mine != its) return mine <=> its;
    }
    return std::strong_ordering::equal;
  }

 private:
  std::size_t size() const { return parts_.whole.size() + parts_.fraction.size(); }
  char digit(std::size_t i) const {
    if (i < parts_.whole.size()) return parts_.whole[i];
    return i < size() ? parts_.fraction[i - parts_.whole.size()] : '0';
  }

  NumberParts parts_;
  std::size_t first_ = 0;
  std::int64_t before_point_ = 0;
};

}  // namespace

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  ShortDecimal short_a;
  ShortDecimal short_b;
  if (read_short_decimal(a, short_a) && read_short_decimal(b, short_b)) {
    return short_a <=> short_b;
  }
  const Magnitude size_a(a);
  const Magnitude size_b(b);
  if (size_a.sign() != size_b.sign()) return size_a.sign() <=> size_b.sign();
  if (size_a.sign() == 0) return std::strong_ordering::equal;
  return size_a.sign() > 0 ? size_a.compare(size_b) : size_b.compare(size_a);
}

}  // namespace sluice
