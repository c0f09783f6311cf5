#include "source/kafka/sasl_plugins.h"

#include <cstdlib>

namespace sluice {
namespace {

// The folders that Cyrus SASL looks for plugins in; this one has none.
constexpr const char* variable = "SASL_PATH";
constexpr const char* nowhere = "/dev/null";

}  // namespace

WithoutSaslPlugins::WithoutSaslPlugins()
    : is_set_(std::getenv(variable) == nullptr && ::setenv(variable, nowhere, 0) == 0) {}

WithoutSaslPlugins::~WithoutSaslPlugins() {
  if (is_set_) ::unsetenv(variable);
}

}  // namespace sluice
