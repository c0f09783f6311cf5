#include "catalog/fixed_properties.h"

namespace sluice {
namespace {

constexpr std::string_view by_servers = "say it with servers:";
constexpr std::string_view by_security = "say it with security:";
constexpr std::string_view verified =
    "a broker must prove who it is; security.ca names the CA to trust";
constexpr std::string_view unsigned_token = "a token that nobody signed proves nothing";
constexpr std::string_view no_group =
    "positions stay with the rows, so no consumer group is joined";
constexpr std::string_view no_commit = "positions are committed with the rows, never to Kafka";
constexpr std::string_view no_reset =
    "a position that left the log must be an error; a first load starts where offset_policy says";
constexpr std::string_view no_test = "it is for tests of the library itself";
constexpr std::string_view no_callback = "it is a function of a program, not a setting";

struct Fixed {
  std::string_view name;  // ends in "." or "_": all that begin with it
  std::string_view reason;
};

// The names are those of librdkafka's CONFIGURATION.md, old names included.
constexpr Fixed fixed_properties[] = {
    {"bootstrap.servers", by_servers},
    {"metadata.broker.list", by_servers},
    {"group.", no_group},
    {"enable.auto.commit", no_commit},
    {"auto.commit.", no_commit},
    {"enable.auto.offset.store", no_commit},
    {"offset.store.", no_commit},
    {"auto.offset.reset", no_reset},
    {"enable.partition.eof", "the program needs it to know the end of a log"},
    {"allow.auto.create.topics", "a load must not create topics"},
    {"isolation.level", "messages of aborted transactions must not be loaded"},
    {"security.", by_security},
    {"sasl.mechanism", by_security},
    {"sasl.mechanisms", by_security},
    {"sasl.username", by_security},
    {"sasl.password", by_security},
    {"sasl.oauthbearer.method", by_security},
    {"sasl.oauthbearer.client.", by_security},
    {"sasl.oauthbearer.scope", by_security},
    {"sasl.oauthbearer.token.", by_security},
    {"ssl.ca.", by_security},
    {"ssl.certificate.", by_security},
    {"ssl.key.", by_security},
    {"ssl.keystore.", by_security},
    {"ssl_", by_security},
    {"ssl.endpoint.identification.algorithm", verified},
    {"enable.ssl.certificate.verification", verified},
    {"sasl.oauthbearer.config", unsigned_token},
    {"enable.sasl.oauthbearer.unsecure.jwt", unsigned_token},
    {"delivery.report.only.error", "every acknowledgement is counted"},
    {"transactional.id", "produce writes no transactions"},
    {"topic.blacklist", "a topic is read because an action names it"},
    {"test.", no_test},
    {"internal.", no_test},
    {"opaque", no_callback},
    {"default_topic_conf", no_callback},
};

bool covers(const Fixed& fixed, std::string_view property) {
  const bool is_prefix = fixed.name.ends_with('.') || fixed.name.ends_with('_');
  return is_prefix ? property.starts_with(fixed.name) : property == fixed.name;
}

}  // namespace

std::string_view why_fixed(std::string_view property) {
  for (const Fixed& fixed : fixed_properties) {
    if (covers(fixed, property)) return fixed.reason;
  }
  return property.ends_with("_cb") ? no_callback : std::string_view();
}

}  // namespace sluice
