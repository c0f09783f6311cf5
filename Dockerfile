# Sluice in a small image. Definitions and tables are looked for below /data, the working directory:
#
#   docker build -t sluice .
#   docker run --rm --user "$(id -u)" -v "$PWD:/data" sluice run actions/guesses.json

FROM debian:bookworm-slim AS build
WORKDIR /src
# First the packages alone, so that a changed source file does not install them again.
COPY scripts/setup scripts/
RUN scripts/setup build
COPY . .
RUN scripts/build release --target sluice \
 && cmake --install build/release --prefix /usr/local --strip

FROM debian:bookworm-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates libfmt9 libre2-9 librdkafka1 libsimdjson14 libspdlog1.10 libxxhash0 \
      libyaml-cpp0.7 tzdata \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local/bin/sluice /usr/local/bin/sluice
# Fails here, and not at a user's, when the list above lacks a library.
RUN sluice --version \
 && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin sluice \
 && install -d -o sluice -g sluice /data
USER sluice
WORKDIR /data
ENTRYPOINT ["sluice"]
