// Any JSON object that we take loads into a json column and comes back equal; any that we must
// refuse is a reject. The reference is nlohmann's parser, which shares nothing with ours.
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include "base/json_check.h"
#include "json_outcomes.h"
#include "prepare/fit.h"
#include "record/json_decoder.h"
#include "support/one_partition.h"

namespace sluice {
namespace {

// With long doubles, so that 1e400 is a number to the reference too.
using Reference = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                       std::uint64_t, long double>;

// Documents of all shapes, valid ones and then broken ones; the same for the same seed.
class Documents {
 public:
  explicit Documents(std::uint32_t seed) : random_(seed) {}

  // An object that mostly has the key "doc".
  std::string valid() {
    std::string text = one_in(20) ? "\xEF\xBB\xBF" : "";
    text += blanks() + "{" + blanks();
    const int members = number(0, 4);
    for (int i = 0; i < members; ++i) {
      if (i > 0) text += "," + blanks();
      text += (one_in(3) ? string() : doc_key()) + blanks() + ":" + blanks() + value(0) + blanks();
    }
    return text + "}" + blanks();
  }

  // A valid one with some bytes changed, which may leave it valid.
  std::string mutated() {
    std::string text = valid();
    for (int changes = number(1, 3); changes > 0; --changes) mutate(text);
    return text;
  }

  // A document of one value nested so deep, around the limit or far from it.
  std::string deep() {
    const auto levels = static_cast<std::size_t>(one_in(4) ? number(1, 3000) : number(1020, 1027));
    std::string open;
    std::string close;
    for (std::size_t i = 0; i < levels; ++i) {
      const bool is_object = one_in(2);
      open += is_object ? "{\"k\":" : "[";
      close += is_object ? '}' : ']';
    }
    std::ranges::reverse(close);
    return "{\"doc\":" + open + "1" + close + "}";
  }

 private:
  int number(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random_);
  }
  bool one_in(int many) { return number(1, many) == 1; }
  template <std::size_t N>
  const char* one_of(const char* const (&choices)[N]) {
    return choices[number(0, N - 1)];
  }

  std::string doc_key() { return one_in(5) ? R"("\u0064oc")" : R"("doc")"; }

  std::string blanks() {
    std::string text;
    while (one_in(4)) text += one_of({" ", "\n", "\t", "\r\n"});
    return text;
  }

  std::string value(int depth) {
    switch (number(0, depth > 4 ? 4 : 7)) {
      case 0:
        return one_of({"true", "false", "null"});
      case 1:
      case 2:
        return number_text();
      case 3:
      case 4:
        return string();
      case 5:
        return container(depth, '[', ']');
      default:
        return container(depth, '{', '}');
    }
  }

  std::string container(int depth, char open, char close) {
    std::string text(1, open);
    text += blanks();
    const int items = number(0, 4);
    std::string key = string();
    for (int i = 0; i < items; ++i) {
      if (i > 0) text += "," + blanks();
      // A key may come twice.
      if (open == '{') text += (one_in(4) ? key : key = string()) + blanks() + ":" + blanks();
      text += value(depth + 1) + blanks();
    }
    return text + close;
  }

  std::string number_text() {
    if (one_in(3)) {
      return one_of({"0", "-0", "-0.0", "1e400", "-1E+400", "1e-400", "9007199254740993",
                     "9223372036854775807", "-9223372036854775808", "18446744073709551616",
                     "123456789012345678901234567890", "0.1", "1.50", "2E5"});
    }
    std::string text = one_in(2) ? "-" : "";
    text += std::to_string(number(0, 1'000'000));
    if (one_in(2)) text += "." + std::to_string(number(0, 1'000'000));
    if (one_in(3)) text += (one_in(2) ? "e-" : "E") + std::to_string(number(0, 300));
    return text;
  }

  std::string string() {
    std::string text = "\"";
    for (int length = number(0, one_in(10) ? 200 : 8); length > 0; --length) {
      if (one_in(2)) {
        text += static_cast<char>(number('a', 'z'));
      } else {
        text += one_of({"\\n",
                        "\\\"",
                        "\\\\",
                        "\\/",
                        "\\b\\f\\r\\t",
                        "\\u0000",
                        "\\u00e9",
                        "\\ud83d\\ude00",
                        "\\uDBFF\\uDFFF",
                        "\xC3\xA9",
                        "\xE2\x82\xAC",
                        "\xF0\x9F\x98\x80",
                        "\xEF\xBF\xBF",
                        "\x7F",
                        " ",
                        "{",
                        "}",
                        "[",
                        ",",
                        ":",
                        "'"});
      }
    }
    return text + "\"";
  }

  void mutate(std::string& text) {
    const auto at = static_cast<std::size_t>(number(0, static_cast<int>(text.size())));
    switch (number(0, 5)) {
      case 0:  // truncated
        text.resize(at);
        return;
      case 1:
        text.insert(at,
                    one_of({"\\ud800", "\\ude00", "\\ud83dx", "\xFF", "\xC0\x80", "\xED\xA0\x80",
                            "\xF4\x90\x80\x80", "\xE2\x82", "\\x", "\\u12", "\x01", "\n"}));
        return;
      case 2:
        text.insert(at, one_of({",", ":", "\"", "{", "}", "[", "]", "\\", "0", "-", ".", "e", "+",
                                " ", "null", "tru", "NaN", "//", "'"}));
        return;
      case 3:  // something behind the end
        text += one_of({"x", "{}", ",", "]", "}", "1", "\"\"", "\xEF\xBB\xBF", " "});
        return;
      case 4:
        if (at < text.size()) text.erase(at, 1);
        return;
      default:
        if (at < text.size()) text[at] = static_cast<char>(number(0, 255));
    }
  }

  std::mt19937 random_;
};

// Levels of objects and arrays of a valid document.
int depth_of(std::string_view text) {
  int depth = 0;
  int most = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      if (text[i] == '{' || text[i] == '[') most = std::max(most, ++depth);
      if (text[i] == '}' || text[i] == ']') --depth;
    }
  }
  return most;
}

// What the reference says of a text.
struct Answer {
  bool is_json = false;
  bool is_beyond_reference = false;  // a number that even a long double does not hold
  Reference value;
};

Answer ask_reference(std::string_view text) {
  Answer answer;
  // It takes a NUL byte for the end of its input; in JSON no document has one (RFC 8259, 2 and 7).
  if (text.find('\0') != std::string_view::npos) return answer;
  try {
    answer.value = Reference::parse(text);
    answer.is_json = true;
  } catch (const Reference::parse_error&) {
  } catch (const Reference::out_of_range&) {
    answer.is_beyond_reference = true;
  }
  return answer;
}

// A table with one nullable json column that takes "doc".
class JsonColumn {
 public:
  // The JSON text that is stored, "NULL", or "reject".
  std::string stored(std::string_view document) {
    batch_.clear();
    batch_.take({.value = document});
    if (decoder_.decode(batch_, 0)) return "reject";
    fitter_.fit(batch_, 0);
    if (batch_.row_count() == 0) return "reject";
    const Cell& cell = batch_.row(0)[0];
    return cell.kind == Cell::Kind::null ? "NULL" : std::string(cell.view());
  }

 private:
  static LoadPlan make_plan() {
    LoadPlan plan;
    plan.attributes = {{.path = {"doc"}, .as_written = true}};
    plan.table.columns = {{"doc", ColumnType::json, true, std::size_t{0}}};
    return plan;
  }

  const LoadPlan plan_ = make_plan();
  Batch batch_{1, 1, 1};
  JsonDecoder decoder_{plan_.attributes};
  Fitter fitter_{plan_, test::one_partition()};
};

struct Tally {
  int taken = 0;
  int refused = 0;
  int beyond_reference = 0;
};

void compare(JsonColumn& column, const std::string& document, Tally& tally) {
  CAPTURE(document);
  const Answer answer = ask_reference(document);
  if (answer.is_beyond_reference) {
    ++tally.beyond_reference;
    return;
  }
  const bool is_good = answer.is_json && depth_of(document) <= 1024;
  const bool has_mark = document.starts_with("\xEF\xBB\xBF");
  REQUIRE(is_json(std::string_view(document).substr(has_mark ? 3 : 0)) == is_good);
  const std::string stored = column.stored(document);
  if (!is_good || !answer.value.is_object()) {
    REQUIRE(stored == "reject");
    ++tally.refused;
    return;
  }
  ++tally.taken;
  const auto doc = answer.value.find("doc");
  if (doc == answer.value.end() || doc->is_null()) {
    REQUIRE(stored == "NULL");
  } else {
    REQUIRE(stored != "reject");
    REQUIRE(stored != "NULL");
    REQUIRE(Reference::parse(stored) == *doc);
  }
}

// SLUICE_SEED repeats a run; without it each run is another one.
std::uint32_t seed() {
  const char* given = std::getenv("SLUICE_SEED");
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                          : std::random_device()();
}

TEST_CASE("any JSON object loads into a json column and comes back equal, all else is a reject") {
  const std::uint32_t used = seed();
  INFO("SLUICE_SEED=" << used);
  Documents documents(used);
  JsonColumn column;
  Tally valid;
  Tally mutated;
  Tally deep;
  for (int i = 0; i < 2'000; ++i) compare(column, documents.valid(), valid);
  for (int i = 0; i < 4'000; ++i) compare(column, documents.mutated(), mutated);
  for (int i = 0; i < 100; ++i) compare(column, documents.deep(), deep);
  CHECK(valid.taken == 2'000);
  // That both answers came, and often, is what makes this a test.
  CHECK(mutated.taken > 200);
  CHECK(mutated.refused > 1'000);
  CHECK(mutated.beyond_reference < 100);
  CHECK(deep.taken > 10);
  CHECK(deep.refused > 10);
}

TEST_CASE("any documents give together what each gives by itself") {
  const std::uint32_t used = seed();
  INFO("SLUICE_SEED=" << used);
  Documents documents(used);
  std::mt19937 dice(used);
  const std::vector<PlannedAttribute> attributes = {{.path = {"doc"}, .as_written = true},
                                                    {.path = {"doc"}}};
  test::JsonOutcomes one(attributes);
  test::JsonOutcomes other(attributes);
  for (int i = 0; i < 3'000; ++i) {
    std::vector<std::string> some;
    const auto count = 2 + dice() % 6;
    while (some.size() < count) {
      some.push_back(dice() % 3 == 0 ? documents.mutated() : documents.valid());
    }
    const auto expected = one.alone(some);
    const auto found = other.together(some);
    CAPTURE(fmt::format("{}", fmt::join(some, "\n")));
    REQUIRE(found == expected);
  }
}

}  // namespace
}  // namespace sluice
