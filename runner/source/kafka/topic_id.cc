#include "source/kafka/topic_id.h"

#include <dlfcn.h>

namespace sluice {
namespace {

// As rdkafka.h of 2.3.0 declares them, every type opaque.
struct Library {
  void* (*collection_of_names)(const char** names, std::size_t count);
  void (*destroy_collection)(void* collection);
  void (*describe)(rd_kafka_t* client, const void* collection,
                   const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers);
  const void* (*result_of)(rd_kafka_event_t* event);
  const void** (*topics_of)(const void* result, std::size_t* count);
  const void* (*id_of)(const void* topic);
  const char* (*text_of)(const void* id);
};

template <class Function>
bool find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  return function != nullptr;
}

// Null where the library is older.
const Library* library() {
  static Library found;
  static const bool is_complete =
      find(found.collection_of_names, "rd_kafka_TopicCollection_of_topic_names") &&
      find(found.destroy_collection, "rd_kafka_TopicCollection_destroy") &&
      find(found.describe, "rd_kafka_DescribeTopics") &&
      find(found.result_of, "rd_kafka_event_DescribeTopics_result") &&
      find(found.topics_of, "rd_kafka_DescribeTopics_result_topics") &&
      find(found.id_of, "rd_kafka_TopicDescription_topic_id") &&
      find(found.text_of, "rd_kafka_Uuid_base64str");
  return is_complete ? &found : nullptr;
}

}  // namespace

TopicIdQuestion::TopicIdQuestion(KafkaClient& client, const std::string& topic) {
  const Library* known = library();
  if (known == nullptr) return;
  answers_.reset(rd_kafka_queue_new(client.get()));
  const char* name = topic.c_str();
  void* collection = known->collection_of_names(&name, 1);
  known->describe(client.get(), collection, nullptr, answers_.get());
  known->destroy_collection(collection);
}

TopicIdQuestion::~TopicIdQuestion() = default;

std::string TopicIdQuestion::answer(std::chrono::milliseconds patience) {
  if (answers_ == nullptr) return {};
  const EventHandle event(rd_kafka_queue_poll(answers_.get(), static_cast<int>(patience.count())));
  if (event == nullptr || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return {};
  std::size_t count = 0;
  const void* result = library()->result_of(event.get());
  const void** topics = result == nullptr ? nullptr : library()->topics_of(result, &count);
  if (count != 1) return {};
  const void* id = library()->id_of(topics[0]);
  const char* text = id == nullptr ? nullptr : library()->text_of(id);
  // A cluster without ids answers with zeros.
  constexpr std::string_view none = "AAAAAAAAAAAAAAAAAAAAAA";
  return text == nullptr || std::string_view(text).starts_with(none) ? std::string() : text;
}

}  // namespace sluice
