# One small image for Throughline's programs: workers, starter and sandbox. Choose one with the command.
#
# The same source and VERSION give the same layers, to the byte: no paths, no times, no C, and nothing of whoever built it.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=local
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
# What the release is called: workers that have versions take it for their build ID, and the metrics name it.
ARG VERSION
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
  go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X github.com/throughline-dev/throughline/build.version=$VERSION" \
    -o /out/usr/local/bin/ ./workers ./starter ./sandbox/cmd/sandbox \
  && mkdir -p /out/etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
  # Volumes that are mounted here begin with these folders' owner.
  && mkdir -p /out/var/lib/throughline/documents /out/var/lib/throughline/spool /out/var/lib/sandbox \
  && chown -R 65532:65532 /out/var/lib/throughline /out/var/lib/sandbox \
  && find /out -exec touch -h -d @0 {} +

# The programs, the certificates for the vendors' HTTPS, and nothing else: no shell, no package manager, no libraries. Time zones are
# built into the programs.
FROM scratch
COPY --from=build /out /
USER 65532:65532
ENV PATH=/usr/local/bin
CMD ["workers"]
