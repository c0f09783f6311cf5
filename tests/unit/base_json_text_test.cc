#include <doctest/doctest.h>

#include "base/json_text.h"
#include "support/capture.h"

using namespace sluice;

TEST_CASE("a JSON string says its text, every escape of RFC 8259 included") {
  const std::pair<const char*, std::string> strings[] = {
      {R"("")", ""},
      {R"("abc")", "abc"},
      {R"("é日😀")", "é日😀"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("a\u0041\u00e9\u65E5\ud83d\uDE00z")", "aAé日😀z"},
      {R"("\u0000\u007f\u0080\u07ff\u0800\uffff\udbff\udfff")",
       std::string("\0\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF", 16)},
  };
  for (const auto& [quoted, text] : strings) {
    CAPTURE_BINDING(quoted);
    CHECK(json_string_value(quoted) == text);
    std::string again;
    append_json_string(again, text);
    CHECK(json_string_value(again) == text);
  }
}
