#include <doctest/doctest.h>

#include "base/excerpt.h"
#include "base/utf8.h"

namespace sluice {
namespace {

using namespace std::string_view_literals;

TEST_CASE("plain text is shown as it is") {
  CHECK(excerpt("") == "");
  CHECK(excerpt("{\"name\":\"Zoë 東京 🎲\"}") == "{\"name\":\"Zoë 東京 🎲\"}");
}

TEST_CASE("what would act on a terminal is escaped") {
  CHECK(excerpt("a\nb\tc") == "a\\x0Ab\\x09c");
  CHECK(excerpt("\x1B[2J") == "\\x1B[2J");
  CHECK(excerpt("a\0b"sv) == "a\\x00b");
  CHECK(excerpt("\x7F") == "\\x7F");
  CHECK(excerpt("\xC2\x9B"
                "2J") == "\\xC2\\x9B2J");  // a control sequence of one character
  CHECK(excerpt("\xE2\x80\xAE"
                "abc") ==
        "\\xE2\\x80\\xAE"
        "abc");  // right to left from here
}

TEST_CASE("bytes that are not UTF-8 are escaped one by one") {
  CHECK(excerpt("\xFF") == "\\xFF");
  CHECK(excerpt("a\xC3") == "a\\xC3");
  CHECK(excerpt("\xC0\x80") == "\\xC0\\x80");                    // overlong
  CHECK(excerpt("\xED\xA0\x80") == "\\xED\\xA0\\x80");           // a surrogate
  CHECK(excerpt("\xF4\x90\x80\x80") == "\\xF4\\x90\\x80\\x80");  // beyond Unicode
  CHECK(excerpt("\xE0\x9F\xBF") == "\\xE0\\x9F\\xBF");
}

TEST_CASE("a long text is cut between characters, and says so") {
  CHECK(excerpt("abcdef", 6) == "abcdef");
  CHECK(excerpt("abcdef", 5) == "abcde…");
  CHECK(excerpt("aöb", 2) == "a…");
  CHECK(excerpt("aöb", 3) == "aö…");
  CHECK(excerpt("abc", 0) == "…");
}

TEST_CASE("a text is as long as its characters, a stray byte counting as one") {
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("Zoë") == 3);
  CHECK(utf8_length("🎲") == 1);
  CHECK(utf8_length("\x80\xC3") == 2);
}

}  // namespace
}  // namespace sluice
