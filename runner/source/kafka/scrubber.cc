#include "source/kafka/scrubber.h"

namespace sluice {
namespace {

constexpr std::size_t shortest = 4;  // shorter ones would take ordinary words apart

}  // namespace

Scrubber::Scrubber(const SourceEntry& source) {
  const Security& security = source.security;
  for (const auto* text : {&security.password, &security.client_secret, &security.key_password,
                           &security.keystore_password, &security.key}) {
    const bool is_path = text == &security.key && !is_pem(text->value);
    if (!is_path && text->value.size() >= shortest) secrets_.push_back(text->value);
  }
  for (const Property& property : source.properties) {
    if (property.is_reference && property.value.size() >= shortest) {
      secrets_.push_back(property.value);
    }
  }
}

std::string Scrubber::clean(std::string_view text) const {
  std::string cleaned(text);
  for (const std::string& secret : secrets_) {
    for (auto at = cleaned.find(secret); at != std::string::npos; at = cleaned.find(secret, at)) {
      cleaned.replace(at, secret.size(), "***");
    }
  }
  return cleaned;
}

}  // namespace sluice
