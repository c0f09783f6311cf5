#pragma once

#include <cstddef>
#include <string>

#include "catalog/catalog.h"
#include "source/kafka/handles.h"

namespace sluice {

// librdkafka's configuration from what we want, what the user wants and what must be.
// Ours come first, so that the user's replace them; what must be comes last. Every client of the
// program is made from one, so every client has the source's security.
class Properties {
 public:
  // With the source's servers and security. Throws Error{definition} where the library was built
  // without what they need.
  explicit Properties(const SourceEntry& source);

  // Ours. Where the library at run time does not know the property, nothing happens and false
  // comes back: newer ones are set where they exist.
  bool prefer(const char* name, const char* value);

  // All of the user's. Throws Error{definition} with the source's and the property's name and
  // librdkafka's reason; never the value, which may be a secret.
  void add_users();

  // How large an answer of a broker may be, in bytes: about `wanted`, for the library refuses a
  // client whose answers may be smaller than a message, or larger than what it receives. Both may
  // be the user's, so call it after add_users(); a user's own bound stays as it is.
  void bound_answers(std::size_t wanted);

  // What must be, whatever the user wrote.
  void fix(const char* name, const char* value);

  std::string value_of(const char* name) const;

  rd_kafka_conf_t* get() const { return conf_.get(); }

  // A client owns the configuration now.
  void release() { static_cast<void>(conf_.release()); }

  // Makes the client; this is empty afterwards. Throws Error{definition} (a missing certificate, a
  // mechanism without its settings) with librdkafka's reason; Error{try_later} where the system has
  // no threads or memory for one.
  ClientHandle make_client(rd_kafka_type_t type) &&;

 private:
  void add_security(const Security& security);
  void add_login(const Security& security);
  void add_tls(const Security& security);
  // These two only where there is a value.
  void fix_text(const char* name, const Security::Text& text);
  void fix_pem_or_file(const char* pem_name, const char* file_name, const Security::Text& text);
  Error wrong(const std::string& what, const char* reason) const;

  const SourceEntry& source_;
  ConfHandle conf_;
};

// Why no client can be made for the source, in librdkafka's words, or nothing. Connects to nobody.
// Throws Error{try_later} as make_client().
std::string why_no_client(const SourceEntry& source);

// What to tell of librdkafka's complaint about a property. It may repeat the value, cut off
// somewhere: where that came from env: or file:, the complaint is not told.
std::string told_complaint(const Property& property, std::string_view complaint);

// What a program fixes for its consumers: positions are ours alone, and a position outside of the
// log is an error rather than a jump (`auto.offset.reset`).
void fix_consumer(Properties& properties);

}  // namespace sluice
