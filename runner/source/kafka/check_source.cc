#include "source/kafka/check_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalog/text_file.h"
#include "source/kafka/properties.h"
#include "source/kafka/scrubber.h"

namespace sluice {
namespace {

constexpr std::size_t most_bytes = 1 << 20;

// Which feature of the library a word of `security` needs (CONFIGURATION.md, builtin.features).
struct Need {
  std::string_view word;
  std::string_view feature;
};
constexpr std::array mechanism_needs = {Need{"PLAIN", "sasl_plain"},
                                        Need{"SCRAM-SHA-256", "sasl_scram"},
                                        Need{"SCRAM-SHA-512", "sasl_scram"},
                                        Need{"OAUTHBEARER", "oidc"}, Need{"GSSAPI", "sasl_gssapi"}};

// "gzip,snappy,ssl" holds "ssl" as a whole word.
bool has_feature(std::string_view features, std::string_view wanted) {
  return fmt::format(",{},", features).find(fmt::format(",{},", wanted)) != std::string::npos;
}

// Empty where the library can do what the source wants.
std::string missing_feature(const Security& security) {
  const ConfHandle conf(rd_kafka_conf_new());
  std::array<char, 512> features{};
  std::size_t size = features.size();
  rd_kafka_conf_get(conf.get(), "builtin.features", features.data(), &size);
  if (security.has_tls() && !has_feature(features.data(), "ssl")) return "ssl";
  for (const Need& need : mechanism_needs) {
    if (security.mechanism.value == need.word && !has_feature(features.data(), need.feature)) {
      return std::string(need.feature);
    }
  }
  return {};
}

// Whether every property is one of the library's, each told at its place.
bool check_properties(const SourceEntry& source, Problems& problems) {
  const ConfHandle conf(rd_kafka_conf_new());
  const Scrubber scrubber(source);
  bool all_good = true;
  for (const Property& property : source.properties) {
    std::array<char, 512> reason{};
    if (rd_kafka_conf_set(conf.get(), property.name.c_str(), property.value.c_str(), reason.data(),
                          reason.size()) == RD_KAFKA_CONF_OK) {
      continue;
    }
    problems.add(property.place,
                 fmt::format("property \"{}\": {} (librdkafka {})", property.name,
                             scrubber.clean(told_complaint(property, reason.data())),
                             rd_kafka_version_str()));
    all_good = false;
  }
  return all_good;
}

bool has_property(const SourceEntry& source, std::string_view name) {
  return std::ranges::find(source.properties, name, &Property::name) != source.properties.end();
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// "the file ca.pem", or "what is given" for PEM text.
std::string name_of(const Security::Text& text) {
  return is_pem(text.value) ? "what is given" : fmt::format("the file {}", text.value);
}

bool is_encrypted(const Security::Text& key) {
  return holds(is_pem(key.value) ? key.value : read_text_file(key.value, most_bytes).text,
               "ENCRYPTED");
}

void explain_key(const Security& security, std::string_view reason, Problems& problems) {
  if (holds(reason, "mismatch")) {
    problems.add(security.key.place, "key does not belong to certificate");
  } else if (!is_encrypted(security.key)) {
    problems.add(security.key.place,
                 fmt::format("key: {} holds no private key in PEM form", name_of(security.key)));
  } else if (security.key_password.value.empty()) {
    problems.add(security.key.place, "key is locked: it needs key_password");
  } else {
    problems.add(security.key_password.place, "key_password does not open the key");
  }
}

void explain_keystore(const Security& security, std::string_view reason, Problems& problems) {
  if (holds(reason, "mac verify failure")) {
    problems.add(security.keystore_password.place, "keystore_password does not open the keystore");
  } else if (holds(reason, "unsupported")) {
    problems.add(
        security.keystore.place,
        "keystore is locked in an old way (RC2) that OpenSSL 3 does not read: write it anew with "
        "\"openssl pkcs12 -legacy -in OLD -out ALL.pem\" and \"openssl pkcs12 -export -in ALL.pem "
        "-out NEW\", or allow it with the property ssl.providers: \"default,legacy\"");
  } else {
    problems.add(security.keystore.place,
                 fmt::format("keystore: {} is no PKCS#12 file", name_of(security.keystore)));
  }
}

// Of the property that librdkafka complains about, else of the source.
Place place_of_complaint(const SourceEntry& source, std::string_view reason) {
  for (const Property& property : source.properties) {
    const bool is_provider = property.name == "ssl.providers" && holds(reason, "OpenSSL provider");
    if (is_provider || holds(reason, property.name)) return property.place;
  }
  return source.place;
}

// librdkafka names its own property in what it says when a client cannot be made.
void explain(const SourceEntry& source, std::string_view reason, Problems& problems) {
  const Security& security = source.security;
  if (holds(reason, "ssl.keystore")) {
    explain_keystore(security, reason, problems);
  } else if (holds(reason, "ssl.ca")) {
    problems.add(security.ca.place,
                 fmt::format("ca: {} holds no certificate in PEM form", name_of(security.ca)));
  } else if (holds(reason, "ssl.certificate")) {
    problems.add(security.certificate.place,
                 fmt::format("certificate: {} holds no certificate in PEM form",
                             name_of(security.certificate)));
  } else if (holds(reason, "ssl.key")) {
    explain_key(security, reason, problems);
  } else {
    problems.add(place_of_complaint(source, reason),
                 fmt::format("the settings cannot be used: {} (librdkafka {})",
                             Scrubber(source).clean(reason), rd_kafka_version_str()));
  }
}

}  // namespace

void check_with_library(const SourceEntry& source, Problems& problems) {
  const Security& security = source.security;
  if (security.protocol == Protocol::plaintext && source.properties.empty()) return;
  const std::string missing = missing_feature(security);
  if (!missing.empty()) {
    const bool is_ssl = missing == "ssl";
    problems.add(
        is_ssl ? security.place : security.mechanism.place,
        fmt::format("{} is not possible here: librdkafka {} was built without {}",
                    is_ssl ? "TLS" : security.mechanism.value, rd_kafka_version_str(), missing));
    return;
  }
  if (!check_properties(source, problems)) return;
  if (security.mechanism.value == "GSSAPI") {
    // A client with GSSAPI runs kinit when it is made, which is no check without a connection.
    if (!has_property(source, "sasl.kerberos.keytab") &&
        !has_property(source, "sasl.kerberos.kinit.cmd")) {
      problems.add(security.mechanism.place,
                   "mechanism GSSAPI needs sasl.kerberos.keytab in properties");
    }
    return;
  }
  if (problems.any()) return;  // what is wrong already would be told again, and worse
  const std::string reason = why_no_client(source);
  if (!reason.empty()) explain(source, reason, problems);
}

}  // namespace sluice
