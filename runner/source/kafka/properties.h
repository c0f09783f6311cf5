#pragma once

#include <string>

#include "catalog/catalog.h"
#include "source/kafka/handles.h"

namespace sluice {

// librdkafka's configuration from what we want, what the user wants and what must be.
// Ours come first, so that the user's replace them; what must be comes last.
class Properties {
 public:
  explicit Properties(const SourceEntry& source);

  // Ours. Where the library at run time does not know the property, nothing happens and false
  // comes back: newer ones are set where they exist.
  bool prefer(const char* name, const char* value);

  // All of the user's. Throws Error{definition} with the source's and the property's name and
  // librdkafka's reason; never the value, which may be a secret.
  void add_users();

  // What must be, whatever the user wrote.
  void fix(const char* name, const char* value);

  std::string value_of(const char* name) const;

  rd_kafka_conf_t* get() const { return conf_.get(); }

  // Makes the client; this is empty afterwards. Throws Error{definition} (a missing certificate, a
  // mechanism without its settings) with librdkafka's reason.
  ClientHandle make_client(rd_kafka_type_t type) &&;

 private:
  Error wrong(const std::string& what, const char* reason) const;

  const SourceEntry& source_;
  ConfHandle conf_;
};

// What a program fixes for its consumers: positions are ours alone, and a position outside of the
// log is an error rather than a jump (`auto.offset.reset`).
void fix_consumer(Properties& properties);

}  // namespace sluice
