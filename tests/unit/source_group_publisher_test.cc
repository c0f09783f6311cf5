#include <doctest/doctest.h>

#include "source/kafka/embedded_broker.h"
#include "source/kafka/group_publisher.h"
#include "support/embedded_lab.h"
#include "support/kafka_lab.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;
using test::KafkaLab;

struct GroupLab : test::EmbeddedLab {
  KafkaLab reader{broker.address()};

  explicit GroupLab(int brokers = 1)
      : EmbeddedLab{.clock = {}, .stop = {}, .broker = EmbeddedBroker(brokers)} {
    broker.create_topic("orders", 3);
  }

  // How the last publication of a job ends whose orders/0 is there.
  std::string failure_of(KafkaGroupPublisher& publisher, Offset next_offset) const {
    const std::vector<PublishedPosition> positions = {{"orders", 0, next_offset}};
    publisher.publish(positions);
    publisher.finish(soon());
    return publisher.failure();
  }
};

TEST_CASE("what a group is told can be read by any client") {
  GroupLab lab;
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  const std::vector<PublishedPosition> first = {{"orders", 0, 5}, {"orders", 2, 0}};
  publisher.publish(first);
  publisher.finish(lab.soon());
  CHECK(publisher.failure() == "");
  CHECK(lab.reader.committed_offset("nightly", "orders", 0) == 5);
  CHECK_FALSE(lab.reader.committed_offset("nightly", "orders", 1).has_value());
  CHECK(lab.reader.committed_offset("nightly", "orders", 2) == 0);

  const std::vector<PublishedPosition> back = {{"orders", 0, 3}};
  publisher.publish(back);
  publisher.finish(lab.soon());
  CHECK(lab.reader.committed_offset("nightly", "orders", 0) == 3);
}

TEST_CASE("positions that come faster than they are answered end with the last ones") {
  GroupLab lab;
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  rd_kafka_mock_broker_set_rtt(lab.broker.cluster(), 1, 50);
  for (Offset offset = 1; offset <= 100; ++offset) {
    const std::vector<PublishedPosition> positions = {{"orders", 0, offset}};
    publisher.publish(positions);
  }
  publisher.finish(lab.soon());
  CHECK(publisher.failure() == "");
  CHECK(lab.reader.committed_offset("nightly", "orders", 0) == 100);
}

TEST_CASE("a source without partitions has nothing to be told") {
  GroupLab lab;
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  publisher.publish({});
  publisher.finish(lab.soon());
  CHECK(publisher.failure() == "");
}

TEST_CASE("a coordinator that is about to be there is waited for at the end") {
  GroupLab lab;
  rd_kafka_mock_push_request_errors(lab.broker.cluster(), 8 /* OffsetCommit */, 1,
                                    RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  CHECK(lab.failure_of(publisher, 5) == "");
  CHECK(lab.reader.committed_offset("nightly", "orders", 0) == 5);
}

// As at the first publication of all, which has the cluster create its topic of groups.
TEST_CASE("a cluster that takes its time to name a coordinator is asked again") {
  GroupLab lab;
  constexpr std::size_t unanswered = 8;
  const std::vector<rd_kafka_resp_err_t> errors(unanswered,
                                                RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
  rd_kafka_mock_push_request_errors_array(lab.broker.cluster(), 10 /* FindCoordinator */,
                                          errors.size(), errors.data());
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  CHECK(lab.failure_of(publisher, 5) == "");
  CHECK(lab.reader.committed_offset("nightly", "orders", 0) == 5);
}

TEST_CASE("brokers that come back after a request was given up get the next one") {
  GroupLab lab;
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  CHECK(lab.failure_of(publisher, 5) == "");

  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  const std::vector<PublishedPosition> meanwhile = {{"orders", 0, 7}};
  publisher.publish(meanwhile);
  publisher.finish(lab.clock.now() + 1500ms);  // given up after 1 s
  CHECK(publisher.failure() != "");

  rd_kafka_mock_broker_set_up(lab.broker.cluster(), 1);
  SUBCASE("at the end") {}
  SUBCASE("on the way") { publisher.publish(meanwhile); }
  publisher.finish(lab.soon());
  CHECK(publisher.failure() == "");
  CHECK(lab.reader.committed_offset("nightly", "orders", 0) == 7);
}

TEST_CASE("a group whose coordinator has moved is published to at the new one") {
  GroupLab lab(2);
  rd_kafka_mock_coordinator_set(lab.broker.cluster(), "group", "nightly", 1);
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  CHECK(lab.failure_of(publisher, 5) == "");
  rd_kafka_mock_coordinator_set(lab.broker.cluster(), "group", "nightly", 2);
  CHECK(lab.failure_of(publisher, 7) == "");
  CHECK(lab.reader.committed_offset("nightly", "orders", 0) == 7);
}

TEST_CASE("a refusal is told with its way out, at once") {
  GroupLab lab;
  rd_kafka_mock_push_request_errors(lab.broker.cluster(), 8 /* OffsetCommit */, 1,
                                    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
  const std::vector<PublishedPosition> positions = {{"orders", 0, 5}};
  const auto started = lab.clock.now();
  publisher.publish(positions);
  publisher.finish(lab.soon());
  CHECK(publisher.failure().find("READ on the group") != std::string::npos);
  CHECK(lab.clock.now() - started < 4s);
}

TEST_CASE("brokers that are away cost no time but the limit at the end, a signal raised or not") {
  GroupLab lab;
  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  SUBCASE("no signal") {}
  SUBCASE("a signal") { lab.stop.raise(15); }
  const auto started = lab.clock.now();
  {
    KafkaGroupPublisher publisher(lab.entry, "nightly", "test", lab.clock, lab.stop);
    const std::vector<PublishedPosition> positions = {{"orders", 0, 5}};
    publisher.publish(positions);
    publisher.publish(positions);
    CHECK(lab.clock.now() - started < 200ms);
    publisher.finish(lab.clock.now() + 300ms);
    CHECK(publisher.failure() != "");
  }
  CHECK(lab.clock.now() - started < 2s);
}

}  // namespace
}  // namespace sluice
