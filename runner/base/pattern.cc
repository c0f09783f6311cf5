#include "base/pattern.h"

#include <re2/re2.h>

#include "base/excerpt.h"

namespace sluice {
namespace {

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);  // they are ours to tell
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

class Pattern::Compiled {
 public:
  explicit Compiled(std::string_view pattern) : expression(piece(pattern), quiet()) {}
  RE2 expression;
};

Pattern::Pattern(std::string_view pattern) : compiled_(std::make_unique<Compiled>(pattern)) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

std::string Pattern::problem() const {
  return compiled_->expression.ok() ? "" : excerpt(compiled_->expression.error());
}

std::string Pattern::replacement_problem(std::string_view replacement) const {
  std::string error;
  if (compiled_->expression.CheckRewriteString(piece(replacement), &error)) return {};
  return excerpt(error);
}

bool Pattern::is_found_in(std::string_view text) const {
  return RE2::PartialMatch(piece(text), compiled_->expression);
}

bool Pattern::replace_all(std::string_view text, std::string_view replacement,
                          std::string& result) const {
  result.assign(text);
  return RE2::GlobalReplace(&result, compiled_->expression, piece(replacement)) > 0;
}

}  // namespace sluice
