#include "source/kafka/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {
namespace {

using enum Explanation::Kind;

constexpr std::string_view bad_login =
    "check security.username, security.password and security.mechanism";
constexpr std::string_view wants_no_tls =
    "this port may speak no TLS: use the cluster's TLS port, or security.protocol plaintext or "
    "sasl_plaintext";
constexpr std::string_view wants_no_login =
    "use the cluster's SASL port, or security.protocol ssl or plaintext";
constexpr std::string_view client_certificate =
    "give security.certificate with security.key, or security.keystore, from a CA that the broker "
    "trusts";
constexpr std::string_view other_client_certificate =
    "it may have expired, or come from a CA that the broker does not trust: security.certificate "
    "or security.keystore";

// One pattern of librdkafka's texts. The first that fits counts. Those of librdkafka 2.0.2 with
// OpenSSL 3.0 are seen by tests/broker/security_test.cc; "PLAINTEXT broker listener", "wrong
// version number" and the other alerts are what other versions, brokers and ports answer.
struct Pattern {
  std::string_view part;
  Explanation::Kind kind;
  std::string_view cause;  // empty: librdkafka's text
  std::string_view hint;
  std::string_view rest_after = {};  // what follows this in the text ends the cause
};

constexpr std::array patterns = {
    Pattern{"PLAINTEXT broker listener", misfit, "the broker hung up on the TLS handshake",
            wants_no_tls},
    Pattern{"SSL routines::unexpected eof", misfit, "the broker hung up on the TLS handshake",
            wants_no_tls},
    Pattern{"wrong version number", misfit, "the answer to the TLS handshake is no TLS",
            wants_no_tls},
    Pattern{"connecting to a SSL listener", misfit, "the broker hung up on the first request",
            "this port may want TLS: security.protocol ssl or sasl_ssl"},
    Pattern{"might require SASL authentication", misfit,
            "the broker hung up on a client without a login",
            "this port may want one: security.protocol sasl_ssl or sasl_plaintext, with a "
            "mechanism"},
    Pattern{"security.protocol is correctly configured", misfit,
            "the broker hung up on a client without a login",
            "this port may want one: security.protocol sasl_ssl or sasl_plaintext, with a "
            "mechanism"},
    Pattern{"alert bad certificate", refusal,
            "the broker wants a client certificate and got none that it takes", client_certificate},
    Pattern{"alert certificate required", refusal,
            "the broker wants a client certificate and got none", client_certificate},
    Pattern{"alert certificate expired", refusal, "our client certificate has expired",
            "renew security.certificate or security.keystore"},
    Pattern{"alert certificate unknown", refusal, "the broker does not take our client certificate",
            other_client_certificate},
    Pattern{"alert unknown ca", refusal, "the broker does not take our client certificate",
            other_client_certificate},
    Pattern{"alert handshake failure", misfit, "the broker refuses the TLS handshake",
            "it may want a client certificate (security.certificate with security.key), or ciphers "
            "that are not offered"},
    Pattern{"SASL Handshake not supported", refusal, "this port wants no login", wants_no_login},
    Pattern{"not valid in current SASL state", refusal, "this port wants no login", wants_no_login},
    Pattern{"Unsupported SASL mechanism", refusal,
            "the broker does not offer security.mechanism, but", "write one that it offers",
            "broker's supported mechanisms:"},
    Pattern{"OAUTHBEARER token",
            refusal,
            {},
            "check security.token_endpoint, client_id and "
            "client_secret"},
    Pattern{"SASL authentication error: ", refusal, "the broker refuses the login", bad_login,
            "SASL authentication error"},
    Pattern{"Authentication fail", refusal, {}, bad_login},
    Pattern{"uthorization failed", refusal, {}, "the user lacks a right (ACL)"},
    Pattern{"Connection refused",
            passing,
            {},
            "nothing listens there: is the broker running, and are the servers right?"},
};

// What OpenSSL has against a broker's certificate (x509_vfy.h).
struct Verdict {
  int code;
  std::string_view cause;
  std::string_view hint;
};

constexpr std::string_view untrusted =
    "the broker's certificate does not come from a CA that is trusted here";
constexpr std::string_view name_the_ca =
    "security.ca is the file with the CA of the cluster; without it the system's CAs count";
constexpr std::string_view other_host =
    "the broker's certificate is not for the host it was asked as";
constexpr std::string_view right_host =
    "write a name that the certificate holds into servers; where the brokers announce another one "
    "(advertised.listeners), the certificate must hold that";

constexpr std::array verdicts = {
    Verdict{2, untrusted, name_the_ca},
    Verdict{9, "the broker's certificate is not valid yet", "check the clocks of both machines"},
    Verdict{10, "the broker's certificate has expired",
            "the broker needs a new one; or this machine's clock is wrong"},
    Verdict{18, untrusted, name_the_ca},
    Verdict{19, untrusted, name_the_ca},
    Verdict{20, untrusted, name_the_ca},
    Verdict{21, untrusted, name_the_ca},
    Verdict{23, "the broker's certificate was revoked", {}},
    Verdict{62, other_host, right_host},
    Verdict{64, other_host, right_host},
};

Explanation explain_certificate(int code) {
  const auto* found = std::ranges::find(verdicts, code, &Verdict::code);
  if (found != verdicts.end()) return {refusal, std::string(found->cause), found->hint};
  return {refusal,
          fmt::format("the broker's certificate could not be verified (OpenSSL's error {})", code),
          name_the_ca};
}

bool is_refusing_code(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return true;
    default:
      return false;
  }
}

std::string cause_of(const Pattern& pattern, const std::string& text) {
  if (pattern.cause.empty()) return text;
  std::string cause(pattern.cause);
  const auto at = pattern.rest_after.empty() ? std::string::npos : text.find(pattern.rest_after);
  if (at != std::string::npos) cause += text.substr(at + pattern.rest_after.size());
  return cause;
}

}  // namespace

Explanation explain(const Trouble& trouble) {
  if (trouble.text.find("certificate verify failed") != std::string::npos) {
    return explain_certificate(trouble.certificate);
  }
  const auto* found = std::ranges::find_if(patterns, [&](const Pattern& pattern) {
    return trouble.text.find(pattern.part) != std::string::npos;
  });
  const bool refuses = is_refusing_code(trouble.code);
  if (found == patterns.end()) return {refuses ? refusal : passing, trouble.text, {}};
  return {refuses ? refusal : found->kind, cause_of(*found, trouble.text), found->hint};
}

}  // namespace sluice
