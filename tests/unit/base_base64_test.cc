#include <doctest/doctest.h>

#include <string>

#include "base/base64.h"

namespace sluice {
namespace {

std::string decoded(std::string_view text) {
  std::string bytes(most_base64_bytes(text.size()), '?');
  const auto size = decode_base64(text, bytes.data());
  return size ? bytes.substr(0, *size) : "misfit";
}

TEST_CASE("base64 is decoded as in RFC 4648 section 10") {
  CHECK(decoded("") == "");
  CHECK(decoded("Zg==") == "f");
  CHECK(decoded("Zm8=") == "fo");
  CHECK(decoded("Zm9v") == "foo");
  CHECK(decoded("Zm9vYg==") == "foob");
  CHECK(decoded("Zm9vYmE=") == "fooba");
  CHECK(decoded("Zm9vYmFy") == "foobar");
  CHECK(decoded("AP+/") == std::string("\0\xFF\xBF", 3));
}

TEST_CASE("each sequence of bytes has one base64 text, all others are refused") {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Z", "=", "====", "Z===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n",
        "Zm9vZg==Zm9v", "Zg==Zg==", "Zm-_", "Zm9!", "Zm9v\xC3\xA9==", "=Zm9", "Z=m9"}) {
    CAPTURE(text);
    CHECK(decoded(text) == "misfit");
  }
}

TEST_CASE("every byte comes out at every place") {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (const unsigned bits : {byte << 16, byte << 8, byte}) {
      std::string text;
      for (const int shift : {18, 12, 6, 0}) text += alphabet[bits >> shift & 63];
      const std::string bytes = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                                 static_cast<char>(bits)};
      CHECK(decoded(text) == bytes);
    }
  }
}

}  // namespace
}  // namespace sluice
