#pragma once

#include <string_view>

namespace sluice {

// Every word that a catalog file may hold, in one place: the readers accept what stands here, the
// JSON Schemas in schemas/ list the same words (a test compares them), and a value that comes later
// is known, so that it is answered with "not supported yet" and never silently ignored.
struct Known {
  std::string_view word;
  bool is_supported = true;
};

inline constexpr bool later = false;

// schemas/sources/<name>.yaml
inline constexpr Known source_keys[] = {{"connector"},       {"servers"},    {"security"},
                                        {"connect_timeout"}, {"properties"}, {"topics"}};
inline constexpr Known connectors[] = {{"kafka"}};
inline constexpr Known security_keys[] = {
    {"protocol"},       {"mechanism"}, {"username"},      {"password"}, {"ca"},
    {"certificate"},    {"key"},       {"key_password"},  {"keystore"}, {"keystore_password"},
    {"token_endpoint"}, {"client_id"}, {"client_secret"}, {"scope"}};
inline constexpr Known security_protocols[] = {
    {"plaintext"}, {"ssl"}, {"sasl_plaintext"}, {"sasl_ssl"}};
inline constexpr Known security_mechanisms[] = {
    {"PLAIN"}, {"SCRAM-SHA-256"}, {"SCRAM-SHA-512"}, {"OAUTHBEARER"}, {"GSSAPI"}};
inline constexpr Known topic_keys[] = {{"offset_policy"}, {"attributes"}};
inline constexpr Known offset_policies[] = {{"earliest"}, {"latest"}};
// The names that `attributes` declares are those that a definition may use; their types tell people,
// and any type of the catalog may stand there.
inline constexpr Known attribute_types[] = {{"integer"}, {"real"},     {"decimal"},
                                            {"text"},    {"boolean"},  {"date"},
                                            {"json"},    {"datetime"}, {"blob"}};

// schemas/datasets/<name>.yaml
inline constexpr Known dataset_keys[] = {{"engine"}, {"path"}, {"tables"}, {"sqlite"}};
inline constexpr Known sqlite_keys[] = {{"page_size"}, {"cache_size"}, {"wal_autocheckpoint"}};
inline constexpr Known engines[] = {{"sqlite"}, {"postgresql", later}, {"mysql", later}};
inline constexpr Known table_keys[] = {{"columns"}, {"primary_key"}, {"indexes"}, {"provenance"}};
inline constexpr Known column_keys[] = {{"type"},      {"nullable"}, {"min"},     {"max"},
                                        {"default"},   {"unit"},     {"format"},  {"encoding"},
                                        {"precision"}, {"scale"},    {"storage"}, {"digits"}};
inline constexpr Known column_types[] = {{"integer"},  {"real"},    {"decimal"},
                                         {"text"},     {"boolean"}, {"date"},
                                         {"datetime"}, {"json"},    {"blob"}};
inline constexpr Known decimal_storages[] = {{"text"}, {"integer"}, {"real"}};
inline constexpr Known time_units[] = {{"s"}, {"ms"}, {"us"}};
inline constexpr Known datetime_digits[] = {{"0"}, {"3"}, {"6"}, {"9"}};
inline constexpr Known encodings[] = {{"base64"}};

}  // namespace sluice
