// The samples are examples of the README: the same bytes everywhere, for ever.
#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/timestamp.h"
#include "source/samples.h"

namespace sluice {
namespace {

std::vector<std::string> values_of(std::string_view name, std::uint64_t seed, int count) {
  Sample sample(name, seed);
  std::vector<std::string> values;
  for (int i = 0; i < count; ++i) values.emplace_back(sample.next().value);
  return values;
}

simdjson::dom::element parsed(simdjson::dom::parser& parser, const std::string& text) {
  simdjson::dom::element element;
  CAPTURE(text);
  REQUIRE(parser.parse(text).get(element) == simdjson::SUCCESS);
  return element;
}

std::string text_at(const simdjson::dom::element& element, const char* pointer) {
  return std::string(std::string_view(element.at_pointer(pointer)));
}

TEST_CASE("the first messages of every sample never change") {
  const std::map<std::string, std::string> first = {
      {"guesses", R"({"index":0,"points":15,"name":"Hana"})"},
      {"flights",
       R"({"_id":"69248100910a2dec89025cc1","flight":{"number":"NH490","carrier":"NH"},)"
       R"("origin":{"city":"Delhi","airport":"DEL","gps":{"lat":28.56,"lon":77.1}},)"
       R"("destination":{"city":"Zürich","airport":"ZRH","gps":{"lat":47.46,"lon":8.55}},)"
       R"("price":549.4,"seats":{"total":180,"free":158},"delayed":true,)"
       R"("departure":"2026-08-21T20:27:00+05:30","arrival":"2026-08-22T04:07:00+02:00",)"
       R"("updated":1787281963478})"},
      {"orders", R"({"orderNo":10001,"customerId":"C-00466","item":"milk jug","quantity":4,)"
                 R"("unitPrice":17.50,"currency":"EUR","status":"cancelled",)"
                 R"("orderedAt":"2026-06-01T09:00:00+02:00"})"},
      {"payments", R"({"paymentNo":"P-10001","orderNo":10001,"amount":70.00,"currency":"EUR",)"
                   R"("method":"card","paidAt":1780385678})"},
      {"sensors", R"({"sensor":"hall-01","temperature":21.9,"humidity":31.9,"battery":59,)"
                  R"("measured_at":1764000000000,"ok":true})"},
      {"words", "The gulls sleep together."},
  };
  for (const std::string& name : Sample::names()) {
    CAPTURE(name);
    CHECK(values_of(name, 1, 1)[0] == first.at(name));
  }
  CHECK_THROWS(Sample("nothing", 1));
}

TEST_CASE("a sample is the same for the same seed, and another for another") {
  for (const std::string& name : Sample::names()) {
    CAPTURE(name);
    CHECK(values_of(name, 1, 100) == values_of(name, 1, 100));
    CHECK(values_of(name, 1, 100) != values_of(name, 2, 100));
  }
}

TEST_CASE("every sample is one line; all but the words are JSON objects without a double key") {
  simdjson::dom::parser parser;
  for (const std::string& name : Sample::names()) {
    CAPTURE(name);
    for (const std::string& value : values_of(name, 7, 1000)) {
      CHECK(value.find('\n') == std::string::npos);
      if (name == "words") continue;
      std::set<std::string_view> keys;
      const simdjson::dom::object object = parsed(parser, value).get_object();
      for (const auto& field : object) keys.insert(field.key);
      CHECK(keys.size() == object.size());
    }
  }
}

TEST_CASE("only sensors have keys: the sensor's name") {
  simdjson::dom::parser parser;
  for (const std::string& name : Sample::names()) {
    CAPTURE(name);
    Sample sample(name, 1);
    std::set<std::string> keys;
    for (int i = 0; i < 100; ++i) {
      const Sample::Message message = sample.next();
      CHECK(is_null(message.key) == (name != "sensors"));
      if (is_null(message.key)) continue;
      keys.emplace(message.key);
      CHECK(text_at(parsed(parser, std::string(message.value)), "/sensor") == message.key);
    }
    if (name == "sensors") CHECK(keys.size() == 12);
  }
}

TEST_CASE(
    "flights: unique ids of 24 hex digits, prices of up to two decimals, times with offsets") {
  simdjson::dom::parser parser;
  std::set<std::string> ids;
  std::set<std::size_t> decimals;
  std::set<std::string> zones;
  int delayed = 0;
  for (const std::string& value : values_of("flights", 1, 2000)) {
    const auto flight = parsed(parser, value);
    const std::string id = text_at(flight, "/_id");
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(id.size() == 24);
    ids.insert(id);

    const std::string price =
        value.substr(value.find("\"price\":") + 8,
                     value.find(',', value.find("\"price\":")) - value.find("\"price\":") - 8);
    const std::size_t point = price.find('.');
    decimals.insert(point == std::string::npos ? 0 : price.size() - point - 1);

    const std::string departure = text_at(flight, "/departure");
    const std::string arrival = text_at(flight, "/arrival");
    REQUIRE(parse_iso8601(departure).has_value());
    REQUIRE(parse_iso8601(arrival).has_value());
    CHECK(*parse_iso8601(departure) < *parse_iso8601(arrival));
    CHECK(std::int64_t(flight["updated"]) <= *parse_iso8601(departure));
    zones.insert(departure.substr(19));

    CHECK(text_at(flight, "/origin/airport") != text_at(flight, "/destination/airport"));
    CHECK(std::int64_t(flight.at_pointer("/seats/free")) <=
          std::int64_t(flight.at_pointer("/seats/total")));
    delayed += bool(flight["delayed"]) ? 1 : 0;
  }
  CHECK(ids.size() == 2000);
  CHECK(decimals == std::set<std::size_t>{0, 1, 2});
  CHECK(zones.size() == 7);
  CHECK(zones.count("Z") == 1);
  CHECK(zones.count("-04:00") == 1);
  CHECK(zones.count("+05:30") == 1);
  CHECK(delayed > 200);
  CHECK(delayed < 800);
}

TEST_CASE("a payment pays the order of the same seed and place") {
  simdjson::dom::parser order_parser;
  simdjson::dom::parser payment_parser;
  const auto orders = values_of("orders", 3, 500);
  const auto payments = values_of("payments", 3, 500);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto order = parsed(order_parser, orders[i]);
    const auto payment = parsed(payment_parser, payments[i]);
    CHECK(std::int64_t(order["orderNo"]) == 10'001 + static_cast<std::int64_t>(i));
    CHECK(std::int64_t(order["orderNo"]) == std::int64_t(payment["orderNo"]));
    const double amount =
        double(order["unitPrice"]) * static_cast<double>(std::int64_t(order["quantity"]));
    CHECK(double(payment["amount"]) == doctest::Approx(amount));
    CHECK(*parse_iso8601(text_at(order, "/orderedAt")) < std::int64_t(payment["paidAt"]) * 1000);
  }
}

TEST_CASE("sensors measure in turn, every 250 ms") {
  simdjson::dom::parser parser;
  const auto values = values_of("sensors", 1, 25);
  const auto first = parsed(parser, values[0]);
  const std::string name = text_at(first, "/sensor");
  const std::int64_t measured_at = first["measured_at"];
  const auto again = parsed(parser, values[12]);
  CHECK(text_at(again, "/sensor") == name);
  CHECK(std::int64_t(again["measured_at"]) == measured_at + 12 * 250);
}

TEST_CASE("words: 3 to 10 of them, and a number at the front of one sentence in three") {
  std::set<std::ptrdiff_t> lengths;
  int numbers = 0;
  for (const std::string& value : values_of("words", 1, 3000)) {
    lengths.insert(std::ranges::count(value, ' ') + 1);
    const bool has_number = value[0] >= '0' && value[0] <= '9';
    CHECK(value.substr(value.find(' ')).find_first_of("0123456789") == std::string::npos);
    CHECK((has_number || value.starts_with("The ")));
    CHECK(value.back() == '.');
    numbers += has_number ? 1 : 0;
  }
  CHECK(lengths == std::set<std::ptrdiff_t>{3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(numbers > 800);
  CHECK(numbers < 1200);
}

TEST_CASE("decimals and times of a zone are written without floating point") {
  CHECK(decimal_text(12345, 2) == "123.45");
  CHECK(decimal_text(5, 2) == "0.05");
  CHECK(decimal_text(-184, 1) == "-18.4");
  CHECK(decimal_text(-5, 1) == "-0.5");
  CHECK(decimal_text(0, 1) == "0.0");
  CHECK(zoned_time(0, 0) == "1970-01-01T00:00:00Z");
  CHECK(zoned_time(0, 120) == "1970-01-01T02:00:00+02:00");
  CHECK(zoned_time(0, -210) == "1969-12-31T20:30:00-03:30");
}

}  // namespace
}  // namespace sluice
