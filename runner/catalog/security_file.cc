#include "catalog/security_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/excerpt.h"
#include "catalog/secret.h"
#include "catalog/text_file.h"

namespace sluice {
namespace {

constexpr std::size_t most_certificate_bytes = 4 << 20;  // a bundle of all public CAs has 200 KiB

constexpr std::string_view tls_only = "ssl or sasl_ssl";
constexpr std::string_view login_only = "sasl_ssl or sasl_plaintext";
constexpr std::string_view in_file =
    " stands in the file for everybody who can read it; env:NAME or file:PATH keeps it out";

enum class Kind { plain, secret, file };

// What a key stands for and where it belongs.
struct Field {
  std::string_view name;
  Security::Text Security::*text;
  Kind kind;
  std::string_view mechanisms;  // "": TLS; otherwise those that know the key, between blanks
};

constexpr std::string_view passwords = " PLAIN SCRAM-SHA-256 SCRAM-SHA-512 ";
constexpr std::string_view tokens = " OAUTHBEARER ";

constexpr std::array fields = {
    Field{"username", &Security::username, Kind::plain, passwords},
    Field{"password", &Security::password, Kind::secret, passwords},
    Field{"token_endpoint", &Security::token_endpoint, Kind::plain, tokens},
    Field{"client_id", &Security::client_id, Kind::plain, tokens},
    Field{"client_secret", &Security::client_secret, Kind::secret, tokens},
    Field{"scope", &Security::scope, Kind::plain, tokens},
    Field{"ca", &Security::ca, Kind::file, {}},
    Field{"certificate", &Security::certificate, Kind::file, {}},
    Field{"key", &Security::key, Kind::file, {}},
    Field{"key_password", &Security::key_password, Kind::secret, {}},
    Field{"keystore", &Security::keystore, Kind::file, {}},
    Field{"keystore_password", &Security::keystore_password, Kind::secret, {}},
};

// Reads one `security` map. A key counts as given where it is written, even if its value is wrong:
// so one mistake is told once.
class SecurityReader {
 public:
  SecurityReader(YamlReader& reader, const YamlValue& value)
      : reader_(reader), map_(reader.map(value, "security", security_keys)) {
    result_.place = value.place;
  }

  Security read() {
    for (const Field& field : fields) read_field(field);
    if (map_.entries.empty()) return result_;
    if (read_protocol() && read_mechanism()) {
      check_belonging();
      check_needs();
    }
    return result_;
  }

 private:
  bool has(std::string_view key) const { return map_.find(key) != nullptr; }

  Place place_of(std::string_view key) const {
    const auto found = std::ranges::find(map_.entries, key, &YamlEntry::key);
    return found == map_.entries.end() ? result_.place : found->key_place;
  }

  void problem(std::string_view key, std::string message) {
    reader_.problem(place_of(key), std::move(message));
  }

  void read_field(const Field& field) {
    const YamlValue* value = map_.find(field.name);
    if (value == nullptr) return;
    // A key may be written out, so it is one as well.
    const bool may_be_secret = field.kind == Kind::secret || field.name == "key";
    auto text =
        may_be_secret ? reader_.secret(*value, field.name) : reader_.text(*value, field.name);
    if (!text) return;
    if (text->value.empty()) {
      reader_.problem(value->place, fmt::format("{} is empty", field.name));
      return;
    }
    if (!text->is_reference &&
        (field.kind == Kind::secret || (may_be_secret && is_pem(text->value)))) {
      reader_.warning(value->place, fmt::format("{}{}", field.name, in_file));
    }
    if (field.kind == Kind::file && !is_pem(text->value)) make_path(field, *text);
    result_.*field.text = {std::move(text->value), value->place};
  }

  void make_path(const Field& field, YamlText& text) {
    text.value = in_project(reader_.project(), text.value);
    std::error_code ignored;
    const bool is_folder = std::filesystem::is_directory(text.value, ignored);
    if (is_folder && field.name == "ca") return;  // one file for each CA, named by openssl rehash
    const TextFile file = read_text_file(text.value, most_certificate_bytes);
    if (file.problem.empty()) return;
    // A path from outside may be anything: also a password that was put into the wrong variable.
    const std::string name =
        text.is_reference ? text.shown : fmt::format("the file {}", excerpt(text.value));
    reader_.problem(text.place, fmt::format("{}: {} {}", field.name, name, file.problem));
  }

  // False where everything else would be guesswork.
  bool read_protocol() {
    const YamlValue* value = map_.find("protocol");
    if (value == nullptr) {
      reader_.problem(result_.place,
                      "security needs a protocol: ssl, sasl_ssl, sasl_plaintext or plaintext");
      return false;
    }
    const auto word = reader_.word(*value, "protocol", security_protocols);
    if (!word) return false;
    for (const Protocol protocol :
         {Protocol::plaintext, Protocol::ssl, Protocol::sasl_plaintext, Protocol::sasl_ssl}) {
      if (name_of(protocol) == *word) result_.protocol = protocol;
    }
    return true;
  }

  bool read_mechanism() {
    const YamlValue* value = map_.find("mechanism");
    if (value == nullptr) {
      if (!result_.has_login()) return true;
      problem("protocol", fmt::format("protocol {} needs a mechanism: PLAIN, SCRAM-SHA-256, "
                                      "SCRAM-SHA-512, OAUTHBEARER or GSSAPI",
                                      name_of(result_.protocol)));
      return false;
    }
    const auto word = reader_.word(*value, "mechanism", security_mechanisms);
    if (!word) return false;
    result_.mechanism = {*word, value->place};
    return true;
  }

  void check_belonging() {
    if (has("mechanism") && !result_.has_login()) misplaced("mechanism", "a login", login_only);
    for (const Field& field : fields) {
      if (!has(field.name)) continue;
      if (field.mechanisms.empty()) {
        if (!result_.has_tls()) misplaced(field.name, "TLS", tls_only);
      } else if (!result_.has_login()) {
        misplaced(field.name, "a login", login_only);
      } else if (!knows(field)) {
        problem(field.name, fmt::format("{} is not for the mechanism {}{}", field.name,
                                        result_.mechanism.value, instead()));
      }
    }
  }

  void misplaced(std::string_view key, std::string_view purpose, std::string_view protocols) {
    problem(key, fmt::format("{} is for {}, which protocol {} does not have: write {}", key,
                             purpose, name_of(result_.protocol), protocols));
  }

  bool knows(const Field& field) const {
    return field.mechanisms.find(fmt::format(" {} ", result_.mechanism.value)) !=
           std::string_view::npos;
  }

  std::string_view instead() const {
    if (result_.mechanism.value == "OAUTHBEARER") return ": it takes client_id and client_secret";
    if (result_.mechanism.value == "GSSAPI") {
      return ": sasl.kerberos.principal and sasl.kerberos.keytab stand in properties";
    }
    return ": it takes username and password";
  }

  void check_needs() {
    if (result_.has_login()) {
      for (const Field& field : fields) {
        if (field.mechanisms.empty() || !knows(field) || has(field.name)) continue;
        if (field.name == "scope") continue;
        problem("mechanism",
                fmt::format("mechanism {} needs {}", result_.mechanism.value, field.name));
      }
    }
    need("certificate", "key", " (the same file, where it holds both)");
    need("key", "certificate", "");
    need("key_password", "key", "");
    need("keystore", "keystore_password", "");
    need("keystore_password", "keystore", "");
    if (has("keystore") && (has("certificate") || has("key"))) {
      problem("keystore", "keystore holds certificate and key: give it, or these two, not both");
    }
    if (is_pem(result_.keystore.value)) {
      problem("keystore", "keystore is a PKCS#12 file; PEM text goes into certificate and key");
    }
    const std::string& endpoint = result_.token_endpoint.value;
    if (!endpoint.empty() && !endpoint.starts_with("https://") &&
        !endpoint.starts_with("http://")) {
      problem("token_endpoint", "token_endpoint must be an address that begins with https://");
    }
  }

  void need(std::string_view key, std::string_view other, std::string_view more) {
    if (has(key) && !has(other)) problem(key, fmt::format("{} needs {}{}", key, other, more));
  }

  YamlReader& reader_;
  YamlMap map_;
  Security result_;
};

}  // namespace

Security read_security(YamlReader& reader, const YamlValue& value) {
  return SecurityReader(reader, value).read();
}

}  // namespace sluice
