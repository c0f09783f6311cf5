#include "source/kafka/response_watch.h"

namespace sluice {
namespace {

// Kafka protocol, "API keys".
constexpr std::int16_t fetch_key = 1;
constexpr std::int16_t list_offsets_key = 2;
constexpr std::int16_t metadata_key = 3;
constexpr std::int16_t api_versions_key = 18;

constexpr const char* name = "sluice";

}  // namespace

struct ResponseWatch::Callbacks {
  static rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* opaque, char*,
                                    std::size_t) {
    rd_kafka_interceptor_add_on_request_sent(client, name, on_sent, opaque);
    return rd_kafka_interceptor_add_on_response_received(client, name, on_received, opaque);
  }

  static rd_kafka_resp_err_t on_sent(rd_kafka_t*, int, const char*, std::int32_t,
                                     std::int16_t api_key, std::int16_t, std::int32_t, std::size_t,
                                     void* opaque) {
    auto* watch = static_cast<ResponseWatch*>(opaque);
    if (api_key == fetch_key) watch->fetch_sent();
    if (api_key == api_versions_key) ++watch->connections_;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }

  static rd_kafka_resp_err_t on_received(rd_kafka_t*, int, const char*, std::int32_t,
                                         std::int16_t api_key, std::int16_t api_version,
                                         std::int32_t, std::size_t bytes, std::int64_t took_us,
                                         rd_kafka_resp_err_t error, void* opaque) {
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return RD_KAFKA_RESP_ERR_NO_ERROR;
    auto* watch = static_cast<ResponseWatch*>(opaque);
    // A handshake that a broker answers is no proof yet that it will serve us.
    if (api_key == fetch_key || api_key == list_offsets_key || api_key == metadata_key) {
      watch->last_answer_.store(std::chrono::steady_clock::now().time_since_epoch().count());
    }
    if (api_key == fetch_key) {
      watch->fetch_answered({api_version, bytes, std::chrono::microseconds(took_us)});
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
};

void ResponseWatch::attach(rd_kafka_conf_t* conf) {
  rd_kafka_conf_interceptor_add_on_new(conf, name, Callbacks::on_new, this);
}

}  // namespace sluice
