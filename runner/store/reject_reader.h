#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/message.h"
#include "sqlite/database.h"

namespace sluice {

struct ExistingTable;

// A row of <table>__rejects.
struct RejectRecord {
  std::int64_t row = 0;
  PartitionId id;
  Offset offset = 0;
  std::int64_t generation = 1;
  EpochMs timestamp_ms = no_timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::optional<std::string> headers;
  std::string column;  // empty where it is not about one column
  std::string reason;
  std::string job_id;

  // With views into this.
  Message message() const;
};

// Rejects that have one reason, but for the value that it names.
struct RejectGroup {
  std::string column;
  std::string reason;  // without the value
  std::int64_t count = 0;
  std::string example;              // "orders/0@5"
  EpochMs first_ms = no_timestamp;  // of the messages, as far as they have a time
  EpochMs last_ms = no_timestamp;
};

// Of a reject that an earlier version kept, which noted the whole reason only: what stands behind
// the value, where it begins with one.
// "\"ten\" is not an integer of 64 bits" -> "is not an integer of 64 bits"
std::string_view without_value(std::string_view reason);

// Which rejects are meant; all that is given must hold.
struct RejectFilter {
  std::optional<std::string> reason;  // a part of it, with its value or as the list shows it
  std::optional<EpochMs> before_ms;   // the message is older; one without a time never is
};

// Looks into the rejects of a table, for people. Changes and creates nothing, and never stands in
// the way of a running job.
class RejectReader {
 public:
  // A database that is not there has no rejects. Throws Error{io} where it is no database.
  RejectReader(const std::string& database_path, std::string_view table);
  ~RejectReader();

  // The largest group first.
  std::vector<RejectGroup> groups();

  std::int64_t count(const RejectFilter& filter = {});

  // All with this address; several where sources or generations of a topic have it, or where a load
  // began anew before it.
  std::vector<RejectRecord> at(std::string_view topic, std::int32_t partition, Offset offset);

 private:
  std::optional<Database> database_;
  std::string rejects_;  // quoted; empty where there is no such table
  // The columns, or what stands for them in files of earlier versions.
  std::string generation_;
  std::string without_value_;
  std::string filter_;
};

// SQL behind WHERE, with ?1 the reason's part and ?2 the time. `rejects`: the table as it is.
std::string reject_filter_sql(const ExistingTable& rejects);

}  // namespace sluice
