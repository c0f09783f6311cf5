// Which expressions a definition may hold, and which names they use.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sqlite/expression.h"

using namespace sluice;

namespace {

std::string names_in(std::string_view expression) {
  const ExpressionNames found = find_names(expression);
  if (!found.problem.empty()) return "problem: " + found.problem;
  return fmt::format("{}", fmt::join(found.names, " "));
}

struct Case {
  const char* expression;
  const char* answer;
};

}  // namespace

TEST_CASE("SQLite itself finds the names, whatever is around them") {
  for (const auto& [expression, names] : {
           Case{"1", ""},
           Case{"length(name)", "name"},
           Case{"\"$offset\" + \"$partition\"", "$offset $partition"},
           Case{"[a b] || `c` || d", "a b c d"},
           Case{"CASE WHEN points > 10 THEN 'high' ELSE name END", "points name"},
           Case{"rowid + oid", "rowid oid"},
           Case{"'name' || \"it's\" -- name", "it's"},
           Case{"a /* b */ + /* ) */ c", "a c"},
           Case{"(SELECT sum(value) FROM json_each(items)) + value", "items value"},
           Case{"CAST(text AS TEXT) COLLATE nocase = Date(date)", "text date"},
           Case{"\"a\"\"b\"", "a\"b"},
           Case{"strftime('%Y', \"$timestamp\") IN ('2026') AND random() IS NOT NULL",
                "$timestamp"},
           Case{"payload ->> '$.a.b'", "payload"},
           Case{"max(a, b)", "a b"},
           Case{"a /* never closed", "a"},
       }) {
    CAPTURE(expression);
    CHECK(names_in(expression) == names);
  }
}

TEST_CASE("what an expression must not be is told in a sentence") {
  for (const auto& [expression, problem] : {
           Case{"", "syntax error"},
           Case{"a +", "syntax error"},
           Case{"a; DROP TABLE b", "syntax error"},
           Case{"'a", "unrecognized token: \"'a\""},
           Case{"a, b", "more than one"},
           Case{"a), (b", "more than one"},
           Case{"nofunction(a)", "no such function: nofunction"},
           Case{"substr(a)", "wrong number of arguments"},
           Case{"x.y", "no such column: x.y"},
           Case{"a + ?1", "a parameter has no value"},
           Case{"max(a)", "aggregate and window functions"},
           Case{"count(*)", "aggregate and window functions"},
           Case{"row_number() OVER (ORDER BY a)", "aggregate and window functions"},
           Case{"lag(a) OVER ()", "aggregate and window functions"},
           Case{"load_extension(a)", "not authorized to use function: load_extension"},
           Case{"(SELECT name FROM sqlite_schema)", "prohibited"},
           Case{"(SELECT * FROM pragma_database_list)", "it may read no table and no file"},
           Case{"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) "
                "FROM n)",
                "not authorized"},
           Case{"a) FROM sluice_record /*", "syntax error"},
           Case{"1) FROM (SELECT 2) -- ", "syntax error"},
           Case{"1) FROM (SELECT 2); -- ", "more than one"},
           Case{"1); DROP TABLE t; --", "more than one"},
           Case{"(SELECT count(*) FROM sluice_record)", "no such table"},
           Case{"name || Name", "differ only in case"},
           Case{"name || \"NAME\"", "differ only in case"},
       }) {
    CAPTURE(expression);
    const std::string answer = names_in(expression);
    CAPTURE(answer);
    CHECK(answer.starts_with("problem: "));
    CHECK(answer.find(problem) != std::string::npos);
    CHECK(answer.find("sluice_record_") == std::string::npos);
  }
  CHECK(names_in(std::string_view("a\0b", 3)).find("NUL") != std::string::npos);
}

TEST_CASE("an expression without end does not keep the one who looks for its names") {
  CHECK(names_in(
            "(SELECT count(*) FROM json_each('[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0]') a,"
            " json_each('[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]') b,"
            " json_each('[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]') c,"
            " json_each('[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]') d,"
            " json_each('[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]') e,"
            " json_each('[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]') f) + n") ==
        "n");
}
