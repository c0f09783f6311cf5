// Which expressions a definition may hold, and which names they use.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sqlite/expression.h"
#include "support/capture.h"

using namespace sluice;

namespace {

std::string names_in(std::string_view expression) {
  const ExpressionNames found = find_names(expression);
  if (!found.problem.empty()) return "problem: " + found.problem;
  return fmt::format("{}", fmt::join(found.names, " "));
}

struct ExpressionCase {
  const char* expression;
  const char* answer;
};

}  // namespace

TEST_CASE("SQLite itself finds the names, whatever is around them") {
  for (const auto& [expression, names] : {
           ExpressionCase{"1", ""},
           ExpressionCase{"length(name)", "name"},
           ExpressionCase{"\"$offset\" + \"$partition\"", "$offset $partition"},
           ExpressionCase{"[a b] || `c` || d", "a b c d"},
           ExpressionCase{"CASE WHEN points > 10 THEN 'high' ELSE name END", "points name"},
           ExpressionCase{"rowid + oid", "rowid oid"},
           ExpressionCase{"'name' || \"it's\" -- name", "it's"},
           ExpressionCase{"a /* b */ + /* ) */ c", "a c"},
           ExpressionCase{"(SELECT sum(value) FROM json_each(items)) + value", "items value"},
           ExpressionCase{"CAST(text AS TEXT) COLLATE nocase = Date(date)", "text date"},
           ExpressionCase{"\"a\"\"b\"", "a\"b"},
           ExpressionCase{"strftime('%Y', \"$timestamp\") IN ('2026') AND random() IS NOT NULL",
                          "$timestamp"},
           ExpressionCase{"payload ->> '$.a.b'", "payload"},
           ExpressionCase{"max(a, b)", "a b"},
           ExpressionCase{"a /* never closed", "a"},
       }) {
    CAPTURE_BINDING(expression);
    CHECK(names_in(expression) == names);
  }
}

TEST_CASE("what an expression must not be is told in a sentence") {
  for (const auto& [expression, problem] : {
           ExpressionCase{"", "syntax error"},
           ExpressionCase{"a +", "syntax error"},
           ExpressionCase{"a; DROP TABLE b", "syntax error"},
           ExpressionCase{"'a", "unrecognized token: \"'a\""},
           ExpressionCase{"a, b", "more than one"},
           ExpressionCase{"a), (b", "more than one"},
           ExpressionCase{"nofunction(a)", "no such function: nofunction"},
           ExpressionCase{"substr(a)", "wrong number of arguments"},
           ExpressionCase{"x.y", "no such column: x.y"},
           ExpressionCase{"a + ?1", "a parameter has no value"},
           ExpressionCase{"max(a)", "aggregate and window functions"},
           ExpressionCase{"count(*)", "aggregate and window functions"},
           ExpressionCase{"row_number() OVER (ORDER BY a)", "aggregate and window functions"},
           ExpressionCase{"lag(a) OVER ()", "aggregate and window functions"},
           ExpressionCase{"load_extension(a)", "not authorized to use function: load_extension"},
           ExpressionCase{"(SELECT name FROM sqlite_schema)", "prohibited"},
           ExpressionCase{"(SELECT * FROM pragma_database_list)",
                          "it may read no table and no file"},
           ExpressionCase{
               "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) "
               "FROM n)",
               "not authorized"},
           ExpressionCase{"a) FROM sluice_record /*", "syntax error"},
           ExpressionCase{"1) FROM (SELECT 2) -- ", "syntax error"},
           ExpressionCase{"1) FROM (SELECT 2); -- ", "more than one"},
           ExpressionCase{"1); DROP TABLE t; --", "more than one"},
           ExpressionCase{"(SELECT count(*) FROM sluice_record)", "no such table"},
           ExpressionCase{"name || Name", "differ only in case"},
           ExpressionCase{"name || \"NAME\"", "differ only in case"},
       }) {
    CAPTURE_BINDING(expression);
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
