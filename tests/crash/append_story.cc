#include "crash/append_story.h"

#include "crash/topic_truth.h"

namespace sluice::test {

int load(Scenario& scenario, const Changes& changes) {
  return scenario.run(in_small_batches(changes)).exit_code;
}

Story append_into_new_file() {
  const TopicTruth truth;
  Story story{.name = "append, new file"};
  story.before = make_small_topic;
  story.play = load;
  story.check = [truth](Scenario& s, const Trace& trace) { return truth.check(s, trace); };
  story.finish = [truth](Scenario& s, const Trace&) {
    return truth.finish(s, in_small_batches({}));
  };
  return story;
}

}  // namespace sluice::test
