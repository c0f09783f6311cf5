#pragma once

namespace sluice {

// While it lives, no plugins of Cyrus SASL are found, unless the user has set SASL_PATH.
//
// With its first client a process's librdkafka makes that library load whatever plugins are
// installed, nine shared libraries on Debian: a tenth of the time of a job that finds nothing new.
// Only Kerberos (mechanism GSSAPI) needs one of them; for the others librdkafka has code of its
// own. So this is for a process that will never have a client with GSSAPI, around its first client.
//
// It changes the environment: no other thread may run where it begins and ends.
class WithoutSaslPlugins {
 public:
  WithoutSaslPlugins();
  ~WithoutSaslPlugins();
  WithoutSaslPlugins(const WithoutSaslPlugins&) = delete;
  WithoutSaslPlugins& operator=(const WithoutSaslPlugins&) = delete;

 private:
  bool is_set_ = false;
};

}  // namespace sluice
