#include <doctest/doctest.h>

#include <cstdlib>
#include <string_view>

#include "source/kafka/sasl_plugins.h"

using namespace sluice;

TEST_CASE("SASL plugins are hidden for a while, and not where the user says where they are") {
  REQUIRE(std::getenv("SASL_PATH") == nullptr);
  {
    const WithoutSaslPlugins spared;
    CHECK(std::getenv("SASL_PATH") == std::string_view("/dev/null"));
  }
  CHECK(std::getenv("SASL_PATH") == nullptr);

  ::setenv("SASL_PATH", "/opt/sasl", 1);
  {
    const WithoutSaslPlugins spared;
    CHECK(std::getenv("SASL_PATH") == std::string_view("/opt/sasl"));
  }
  CHECK(std::getenv("SASL_PATH") == std::string_view("/opt/sasl"));
  ::unsetenv("SASL_PATH");
}
