#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "plan/positions.h"
#include "sqlite/statement.h"

namespace sluice {

class Database;

// A partition as this job has left it: what the row of the metadata must still say when the job
// moves it on.
struct HeldPosition {
  PartitionId id;
  std::int64_t generation = 1;
  Offset next_offset = 0;  // as of the last acknowledged commit
  std::optional<LostRange> lost = {};  // to be passed over, and noted, with the next advance
  // Of the log, to be stored once it is known to be the one that was loaded: with an advance.
  Offset end_offset = 0;
  std::string cluster_id = {};
  std::string topic_id = {};
  // The message that the log was known by before this job takes any: the next anchor.
  std::optional<Fingerprint> known_by = {};
  std::optional<Fingerprint> anchor = {};  // that was still to be met when the job began
  bool has_own_anchor = false;             // this job has stored one
};

// The rows of <table>__metadata that a job writes, and those of <table>__anchors beside them, by
// which the next job finds out that a log was replaced while this one read it. A position is stored
// by compare-and-swap: where the row does not say what this job knows, somebody else moved the
// position, and Error{try_later} tells who and where to. That alone makes a load exactly once;
// locks only save work. Every method belongs inside the caller's transaction, which must be undone
// when one throws.
class PositionTable {
 public:
  // Prepares the statements; the table must be there.
  PositionTable(Database& database, const std::string& table);

  // A partition's start: stores it where it is new, else compares. Notes the end and the names of
  // the log that was seen, but for a log that is still to be known by its last message. A
  // partition that begins anew takes the place of all positions of its topic's older generations.
  void begin(const PlannedPartition& partition, std::string_view job_id, std::string_view now);

  void advance(const HeldPosition& from, const Advance& to, std::string_view job_id,
               std::string_view now);

  // Moves nothing: only says whether it could.
  void compare(const HeldPosition& held);

  // The log was this one while a job began to take messages: `message` stands there until a later
  // job has met it again. In the place of an older anchor, which was met before.
  void set_anchor(const HeldPosition& held, const Fingerprint& message);

 private:
  [[noreturn]] void fenced(const HeldPosition& held);

  Database& database_;
  std::string table_;
  Statement insert_;
  Statement forget_;
  Statement confirm_;
  Statement advance_;
  Statement look_;
  Statement forget_anchors_;
  Statement set_anchor_;
};

// The anchor that the job began with was met again and goes. One that another job has stored
// meanwhile stays. Inside the caller's transaction.
void drop_anchor(Database& database, const std::string& table, const HeldPosition& held);

// All rows; the metadata table must be there. A database of an older program has no anchors.
std::vector<StoredPosition> read_positions(Database& database, const std::string& table);

}  // namespace sluice
