#include "cli/produce_input.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/excerpt.h"
#include "cli/line_reader.h"
#include "source/samples.h"

namespace sluice {
namespace {

class Lines final : public ProduceInput {
 public:
  Lines(const ProduceOptions& options, const StopSignal& stop)
      : key_(options.key),
        separator_(options.key_separator),
        null_text_(options.null_text),
        reader_(options.file, stop) {
    // A shell makes it hard to type the character itself.
    if (separator_ == "\\t") separator_ = "\t";
  }

  bool next(Message& message) override {
    std::string_view line;
    if (!reader_.next(line)) return false;
    message.key = key_ ? Bytes(*key_) : Bytes();
    message.value = line;
    if (separator_) split(line, message);
    if (null_text_ && message.value == *null_text_) message.value = Bytes();
    return true;
  }

  std::string place() const override { return reader_.place(); }

 private:
  void split(std::string_view line, Message& message) const {
    const std::size_t at = line.find(*separator_);
    if (at == std::string_view::npos) {
      throw Error(ExitCode::bad_data,
                  fmt::format("{}: no \"{}\" between a key and a value in \"{}\"", place(),
                              *separator_, excerpt(line, 80)));
    }
    message.key = line.substr(0, at);
    message.value = line.substr(at + separator_->size());
  }

  std::optional<std::string> key_;
  std::optional<std::string> separator_;
  std::optional<std::string> null_text_;
  LineReader reader_;
};

class MadeUp final : public ProduceInput {
 public:
  MadeUp(const ProduceOptions& options, const StopSignal& stop)
      : name_(options.sample),
        key_(options.key),
        sample_(options.sample, options.seed.value_or(1)),
        left_(options.count.value_or(10'000)) {
    const std::int64_t first = options.first.value_or(0);
    while (number_ < first && !stop.raised()) {
      sample_.next();
      ++number_;
    }
  }

  bool next(Message& message) override {
    if (left_-- <= 0) return false;
    const Sample::Message made = sample_.next();
    ++number_;
    message.key = key_ ? Bytes(*key_) : made.key;
    message.value = made.value;
    return true;
  }

  std::string place() const override { return fmt::format("sample {}:{}", name_, number_); }

 private:
  std::string name_;
  std::optional<std::string> key_;
  Sample sample_;
  std::int64_t left_;
  std::int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<ProduceInput> open_input(const ProduceOptions& options, const StopSignal& stop) {
  if (!options.sample.empty()) return std::make_unique<MadeUp>(options, stop);
  return std::make_unique<Lines>(options, stop);
}

}  // namespace sluice
