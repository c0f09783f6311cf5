#pragma once

#include <string>
#include <vector>

#include "survey/definition_texts.h"
#include "survey/topic_shape.h"

namespace sluice {

// The definitions that `sluice extract --write` puts into a project: the topic's attributes in its
// source's file, a table in its dataset's (which is made where it is missing), and an action.
//
// A file that is there is edited, so that its comments and order stay. A table, an action or
// declared attributes that are there already are only replaced by force.
struct FileChange {
  std::string path;
  std::string text;  // the whole file
  std::string what;  // "attributes of topic orders"
};

// Everything is decided before anything is written. Throws Error{definition} that names all that
// stands in the way; warns of what the person has to add by hand.
std::vector<FileChange> changes_for(const TopicShape& shape, const ActionNames& names,
                                    const std::string& project, bool by_force);

// Each file is replaced whole or not at all. Throws Error{io}.
void write_files(const std::vector<FileChange>& changes);

// actions/<topic>.json of the project.
std::string action_path(const std::string& project, const std::string& topic);

}  // namespace sluice
