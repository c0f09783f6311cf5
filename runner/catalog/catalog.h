#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "types/column_spec.h"

namespace sluice {

// What `schemas/` declares: sources (Kafka clusters with their topics) and datasets (databases
// with their tables). Plain data, checked as far as each file alone tells.

enum class OffsetPolicy { earliest, latest };

struct Topic {
  std::string name;
  Place place;
  OffsetPolicy offset_policy = OffsetPolicy::earliest;
  // Declared attributes, in the file's order; empty where none are declared.
  std::vector<std::string> attributes;
};

// How brokers are talked to, and who we are to them. Checked: what a protocol or a mechanism needs
// is there, and nothing that it does not know. A value that is left out is empty.
enum class Protocol { plaintext, ssl, sasl_plaintext, sasl_ssl };

// "plaintext" ...; the words of the YAML files.
std::string_view name_of(Protocol protocol);

struct Security {
  using Text = Located<std::string>;

  Place place = {};
  Protocol protocol = Protocol::plaintext;
  Text mechanism;  // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, GSSAPI
  Text username;
  Text password;
  // Files, the project's directory already in front, or the PEM text itself.
  Text ca;
  Text certificate;
  Text key;
  Text key_password;
  Text keystore;  // PKCS#12; a file
  Text keystore_password;
  // OAUTHBEARER
  Text token_endpoint;
  Text client_id;
  Text client_secret;
  Text scope;

  bool has_tls() const { return protocol == Protocol::ssl || protocol == Protocol::sasl_ssl; }
  bool has_login() const {
    return protocol == Protocol::sasl_plaintext || protocol == Protocol::sasl_ssl;
  }
};

// Whether a certificate or a key is PEM text rather than the path of a file.
bool is_pem(std::string_view text);

struct Property {
  std::string name;
  std::string value;
  Place place = {};           // of the name
  bool is_reference = false;  // the value came from env: or file:, and is never shown

  bool operator==(const Property& other) const {
    return name == other.name && value == other.value;
  }
};

struct SourceEntry {
  std::string name;
  Place place;          // of the file's first key
  std::string servers;  // "host:port,host:port"
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  Security security = {};
  // Properties of librdkafka, in the file's order; none that the program fixes.
  std::vector<Property> properties;
  std::map<std::string, Topic> topics;
};

struct Column {
  std::string name;
  ColumnSpec spec = ColumnType::text;
  bool nullable = false;
  Place place;
};

struct Table {
  std::string name;
  Place place;
  std::vector<Column> columns;  // at least one; names differ by more than case
  std::vector<std::string> primary_key;
  std::vector<std::vector<std::string>> indexes;
  bool provenance = false;  // adds _source, _topic, _generation, _partition, _offset

  const Column* find(std::string_view column) const;
};

// How SQLite keeps the file of a dataset. What decides whether a load is exactly once (journal mode
// and synchronous) is not to be set.
struct SqliteSettings {
  // Of a file that is made: 512 to 65536, a power of two. 16 KiB loads 1.1 to 1.45 times as fast as
  // SQLite's own 4 KiB.
  std::int64_t page_size = 16 << 10;
  // At most of pages. Absent: what the table's keys want.
  std::optional<std::int64_t> cache_bytes = {};
  // Pages in the -wal file from which on a commit moves them into the database. Absent: 1000.
  std::optional<std::int64_t> wal_autocheckpoint = {};

  bool operator==(const SqliteSettings&) const = default;
};

struct Dataset {
  std::string name;
  Place place;
  std::string path;  // of the SQLite file, the project's directory already in front
  SqliteSettings sqlite = {};
  std::map<std::string, Table> tables;
};

struct Catalog {
  std::string project;  // the directory that holds schemas/
  std::map<std::string, SourceEntry> sources;
  std::map<std::string, Dataset> datasets;
  // Names of all that have a file, read or not, sorted. What is known but not in the maps above
  // has a file that could not be read; its problems have been reported.
  std::vector<std::string> known_sources;
  std::vector<std::string> known_datasets;
};

}  // namespace sluice
