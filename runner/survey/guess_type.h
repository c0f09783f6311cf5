#pragma once

#include <string>
#include <vector>

#include "survey/value_profile.h"
#include "types/column_spec.h"

namespace sluice {

// The column that fits all values of a profile, as exactly as it can be said from them:
//
//   whole numbers       integer; beyond 64 bits decimal, beyond 38 digits text
//   other numbers       decimal where they have a fixed number of digits after the point, or never
//                       more than 4 (money, measurements); else real where a double gives each of
//                       them back; else decimal with up to 38 digits, else text
//   texts               date, datetime or boolean where all are, else text
//   arrays, objects     json (an object that is looked into gives no column of its own)
//   mixed               text, which takes everything as it was written
//
// Every value that the profile has seen fits the column. What a person should know of the choice
// stands in the remarks, one sentence each.
struct Guess {
  ColumnSpec spec;
  std::vector<std::string> remarks = {};
};
Guess guess_type(const ValueProfile& profile);

// "integer 99 %, text 1 %": what was seen, the most frequent first.
std::string shares_of(const ValueProfile& profile);

}  // namespace sluice
