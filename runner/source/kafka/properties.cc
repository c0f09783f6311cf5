#include "source/kafka/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/no_resources.h"
#include "source/kafka/scrubber.h"

namespace sluice {
namespace {

// When rd_kafka_new() fails after interceptors were called, 2.0.2 has freed their lists, but leaves
// them with the configuration: to destroy that would crash. The program is about to end anyway.
void keep_for_ever(rd_kafka_conf_t* conf) {
  static auto& kept = *new std::vector<rd_kafka_conf_t*>;
  kept.push_back(conf);
}

// A thread could not be made, or what it needs; that is no fault of the settings.
bool is_lack_of_resources(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
}

Error no_client(const SourceEntry& source, const char* reason) {
  return no_resources(fmt::format("source \"{}\": the system has no resources for a client: {}",
                                  source.name, Scrubber(source).clean(reason)));
}

}  // namespace

Properties::Properties(const SourceEntry& source) : source_(source), conf_(rd_kafka_conf_new()) {
  fix("bootstrap.servers", source.servers.c_str());
  add_security(source.security);
  prefer("log_level", "5");
  prefer("socket.keepalive.enable", "true");
  prefer("socket.nagle.disable", "true");
  prefer("socket.connection.setup.timeout.ms", "10000");
  prefer("reconnect.backoff.ms", "50");
  prefer("reconnect.backoff.max.ms", "2000");
  prefer("enable.metrics.push", "false");  // since 2.5.0, which crashes in it
}

bool Properties::prefer(const char* name, const char* value) {
  return rd_kafka_conf_set(conf_.get(), name, value, nullptr, 0) == RD_KAFKA_CONF_OK;
}

void Properties::add_users() {
  for (const Property& property : source_.properties) {
    std::array<char, 512> reason{};
    if (rd_kafka_conf_set(conf_.get(), property.name.c_str(), property.value.c_str(), reason.data(),
                          reason.size()) != RD_KAFKA_CONF_OK) {
      throw wrong(fmt::format("property \"{}\"", property.name),
                  told_complaint(property, reason.data()).c_str());
    }
  }
}

void Properties::add_security(const Security& security) {
  fix("security.protocol", std::string(name_of(security.protocol)).c_str());
  if (security.has_login()) add_login(security);
  if (security.has_tls()) add_tls(security);
}

void Properties::add_login(const Security& security) {
  fix_text("sasl.mechanisms", security.mechanism);
  fix_text("sasl.username", security.username);
  fix_text("sasl.password", security.password);
  if (security.mechanism.value != "OAUTHBEARER") return;
  fix("sasl.oauthbearer.method", "oidc");
  fix_text("sasl.oauthbearer.token.endpoint.url", security.token_endpoint);
  fix_text("sasl.oauthbearer.client.id", security.client_id);
  fix_text("sasl.oauthbearer.client.secret", security.client_secret);
  fix_text("sasl.oauthbearer.scope", security.scope);
}

// The two that make a broker prove who it is are the library's defaults since 2.0; a catalog cannot
// change them, and an older library must not either.
void Properties::add_tls(const Security& security) {
  fix("enable.ssl.certificate.verification", "true");
  fix("ssl.endpoint.identification.algorithm", "https");
  fix_pem_or_file("ssl.ca.pem", "ssl.ca.location", security.ca);
  fix_pem_or_file("ssl.certificate.pem", "ssl.certificate.location", security.certificate);
  fix_pem_or_file("ssl.key.pem", "ssl.key.location", security.key);
  fix_text("ssl.key.password", security.key_password);
  fix_text("ssl.keystore.location", security.keystore);
  fix_text("ssl.keystore.password", security.keystore_password);
}

void Properties::fix_text(const char* name, const Security::Text& text) {
  if (!text.value.empty()) fix(name, text.value.c_str());
}

void Properties::fix_pem_or_file(const char* pem_name, const char* file_name,
                                 const Security::Text& text) {
  fix_text(is_pem(text.value) ? pem_name : file_name, text);
}

void Properties::fix(const char* name, const char* value) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(conf_.get(), name, value, reason.data(), reason.size()) !=
      RD_KAFKA_CONF_OK) {
    throw wrong(fmt::format("{}", name), reason.data());
  }
}

void Properties::bound_answers(std::size_t wanted) {
  constexpr const char* bound = "fetch.max.bytes";
  constexpr std::size_t beside_answer = 512;  // as the library counts what is received
  if (std::ranges::find(source_.properties, bound, &Property::name) != source_.properties.end()) {
    return;
  }
  const auto bytes_of = [this](const char* name) {
    return static_cast<std::size_t>(std::stoull(value_of(name)));  // the library's own text
  };
  const std::size_t received = bytes_of("receive.message.max.bytes");
  const std::size_t most = received - std::min(received, beside_answer);
  const std::size_t bytes = std::max(std::min(wanted, most), bytes_of("message.max.bytes"));
  prefer(bound, std::to_string(bytes).c_str());
}

std::string Properties::value_of(const char* name) const {
  std::array<char, 512> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(conf_.get(), name, value.data(), &size) != RD_KAFKA_CONF_OK) return {};
  return value.data();
}

ClientHandle Properties::make_client(rd_kafka_type_t type) && {
  std::array<char, 512> reason{};
  auto* client = rd_kafka_new(type, conf_.get(), reason.data(), reason.size());
  auto* conf = conf_.release();  // the client's now
  if (client == nullptr) {
    const auto cause = rd_kafka_last_error();
    keep_for_ever(conf);
    if (is_lack_of_resources(cause)) throw no_client(source_, reason.data());
    throw wrong("the settings cannot be used", reason.data());
  }
  return ClientHandle(client);
}

Error Properties::wrong(const std::string& what, const char* reason) const {
  return Error(ExitCode::definition,
               fmt::format("source \"{}\": {}: {} (librdkafka {})", source_.name, what,
                           Scrubber(source_).clean(reason), rd_kafka_version_str()));
}

std::string told_complaint(const Property& property, std::string_view complaint) {
  const bool is_about_name = complaint.starts_with("No such configuration property");
  if (!property.is_reference || is_about_name) return std::string(complaint);
  return "its value, which comes from env: or file:, is none that it can take";
}

std::string why_no_client(const SourceEntry& source) {
  Properties properties(source);
  properties.add_users();
  properties.bound_answers(0);
  fix_consumer(properties);
  std::array<char, 512> reason{};
  // Without servers there is nobody to connect to; that and more would be told in the log.
  rd_kafka_conf_set(properties.get(), "bootstrap.servers", nullptr, nullptr, 0);
  rd_kafka_conf_set_log_cb(properties.get(), nullptr);
  const ClientHandle client(
      rd_kafka_new(RD_KAFKA_CONSUMER, properties.get(), reason.data(), reason.size()));
  if (client == nullptr && is_lack_of_resources(rd_kafka_last_error())) {
    throw no_client(source, reason.data());
  }
  if (client == nullptr) return reason.data();
  properties.release();
  return {};
}

void fix_consumer(Properties& properties) {
  properties.fix("enable.auto.commit", "false");
  properties.fix("enable.auto.offset.store", "false");
  properties.fix("auto.offset.reset", "error");
  properties.fix("enable.partition.eof", "true");
  properties.fix("allow.auto.create.topics", "false");
}

}  // namespace sluice
