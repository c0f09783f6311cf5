#pragma once

#include <string>
#include <string_view>

namespace sluice {

// What a string of a catalog stands for.
struct Resolved {
  std::string value;
  bool is_reference = false;  // came from outside: it may be a secret and is never printed
  std::string problem;        // why there is no value; empty where there is one
};

// `env:NAME` is the variable's value, `file:PATH` the file's content without one newline at its
// end (a relative path starts at `project`), anything else is itself. An empty variable is a
// value; one that is not set, a file that cannot be read, is larger than 64 KiB or holds a NUL is
// a problem. The problem names the variable or the path, never the content.
Resolved resolve(std::string_view text, std::string_view project);

// `path` as seen from the project's directory: absolute ones stay, "." adds nothing.
std::string in_project(std::string_view project, std::string_view path);

}  // namespace sluice
