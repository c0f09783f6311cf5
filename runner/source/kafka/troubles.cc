#include "source/kafka/troubles.h"

#include <algorithm>
#include <chrono>

#include "source/kafka/explanation.h"

namespace sluice {
namespace {

// How long every broker must have hung up on us before that counts as its answer.
constexpr std::chrono::seconds misfit_patience{3};

// "all brokers are down" says nothing that the brokers' own reasons do not say better.
bool is_summary(rd_kafka_resp_err_t code) { return code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN; }

// Nobody is there: this is told whatever was told before.
bool is_absence(const Trouble& trouble) {
  return trouble.text.find("onnect to") != std::string::npos ||
         trouble.code == RD_KAFKA_RESP_ERR__RESOLVE;
}

// Whether what was told first stays: a reason is not forgotten for the disconnection behind it.
bool outlasts(const Trouble& first, const Trouble& next) {
  const auto kind = explain(first).kind;
  const auto next_kind = explain(next).kind;
  if (kind == Explanation::Kind::misfit) {
    return next_kind == Explanation::Kind::passing && !is_absence(next);
  }
  return kind == Explanation::Kind::refusal && next_kind != Explanation::Kind::refusal;
}

bool is_missing_topic(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

}  // namespace

Trouble parse_trouble(rd_kafka_resp_err_t code, std::string_view reason) {
  Trouble trouble{.broker = {}, .code = code, .text = {}};
  // "sasl_ssl://host:9092/1: cause": a name holds a slash and no blank.
  const auto colon = reason.find(": ");
  if (colon != std::string_view::npos) {
    const auto name = reason.substr(0, colon);
    if (name.find('/') != std::string_view::npos && name.find(' ') == std::string_view::npos) {
      const auto scheme = name.find("://");
      const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
      trouble.broker = name.substr(begin, name.rfind('/') - begin);
      reason.remove_prefix(colon + 2);
    }
  }
  // How long it took and how often it was repeated differ each time; the cause does not.
  if (const auto tail = reason.find(" (after "); tail != std::string_view::npos) {
    reason = reason.substr(0, tail);
  }
  trouble.text = reason;
  return trouble;
}

bool is_silence(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ||
         code == RD_KAFKA_RESP_ERR__TRANSPORT;
}

bool is_refusal(const Trouble& trouble) {
  return explain(trouble).kind == Explanation::Kind::refusal;
}

bool is_handshake_failure(const Trouble& trouble) {
  return explain(trouble).kind != Explanation::Kind::passing ||
         trouble.code == RD_KAFKA_RESP_ERR__SSL;
}

void Troubles::note(rd_kafka_resp_err_t code, std::string_view reason, Clock::Instant now) {
  auto trouble = parse_trouble(code, reason);
  const std::lock_guard lock(mutex_);
  if (is_missing_topic(code)) {
    missing_topic_ = true;
    return;
  }
  if (is_summary(code) && !last_.empty()) return;
  if (explain(trouble).kind == Explanation::Kind::misfit) {
    trouble.misfit_since = misfits_.try_emplace(trouble.broker, now).first->second;
  }
  if (const auto found = certificates_.find(trouble.broker); found != certificates_.end()) {
    trouble.certificate = found->second;
  }
  if (is_refusal(trouble) && !refused_since_) refused_since_ = now;
  const auto same = std::find_if(last_.begin(), last_.end(), [&](const Trouble& one) {
    return one.broker == trouble.broker || is_summary(one.code);
  });
  if (same == last_.end()) {
    last_.push_back(std::move(trouble));
  } else if (!outlasts(*same, trouble)) {
    *same = std::move(trouble);
  }
}

void Troubles::note_certificate(std::string_view broker, int verdict) {
  const std::lock_guard lock(mutex_);
  certificates_.insert_or_assign(std::string(broker), verdict);
}

void Troubles::clear() {
  const std::lock_guard lock(mutex_);
  last_.clear();
  certificates_.clear();
  misfits_.clear();
  refused_since_.reset();
}

bool Troubles::any() const {
  const std::lock_guard lock(mutex_);
  return !last_.empty();
}

std::vector<Trouble> Troubles::list() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::optional<Trouble> Troubles::refusal() const {
  for (auto& trouble : list()) {
    if (is_refusal(trouble)) return std::move(trouble);
  }
  return std::nullopt;
}

std::optional<Clock::Instant> Troubles::refused_since() const {
  const std::lock_guard lock(mutex_);
  return refused_since_;
}

bool Troubles::none_resolves(std::size_t count) const {
  const auto all = list();
  return std::count_if(all.begin(), all.end(), [](const Trouble& one) {
           // A name server that does not answer may answer later; a name that is not there
           // is a typing error.
           return one.code == RD_KAFKA_RESP_ERR__RESOLVE &&
                  one.text.find("not known") != std::string::npos;
         }) >= static_cast<std::ptrdiff_t>(count);
}

bool Troubles::none_understands(std::size_t count, Clock::Instant now) const {
  const auto all = list();
  return std::count_if(all.begin(), all.end(), [now](const Trouble& one) {
           return one.misfit_since && now - *one.misfit_since >= misfit_patience;
         }) >= static_cast<std::ptrdiff_t>(count);
}

std::string Troubles::causes(std::string_view otherwise) const {
  std::string text;
  for (const auto& trouble : list()) {
    const std::string cause = explain(trouble).cause;
    if (text.find(cause) != std::string::npos) continue;
    if (!text.empty()) text += "; ";
    // Most causes name the address themselves.
    if (!trouble.broker.empty() && cause.find("onnect to") == std::string::npos &&
        cause.find(trouble.broker) == std::string::npos) {
      text += trouble.broker + ": ";
    }
    text += cause;
  }
  return text.empty() ? std::string(otherwise) : text;
}

bool Troubles::take_missing_topic() {
  const std::lock_guard lock(mutex_);
  return std::exchange(missing_topic_, false);
}

Error broker_error(std::string_view what, const Troubles& troubles, std::string_view silence) {
  const auto all = troubles.list();
  const bool refused = std::any_of(all.begin(), all.end(), is_handshake_failure);
  Error error(refused ? ExitCode::not_authorised : ExitCode::unavailable,
              std::string(what) + ": " + troubles.causes(silence));
  for (const auto& trouble : all) {
    if (refused && !is_handshake_failure(trouble)) continue;
    const auto hint = explain(trouble).hint;
    if (!hint.empty()) return std::move(error).hint(hint);
  }
  return error;
}

}  // namespace sluice
