# One small image for Throughline's programs: workers, starter and sandbox. Choose one with the command.
#
# The same source gives the same programs, to the byte: no paths, no times, no build IDs, no C.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOWORK=off GOTOOLCHAIN=local
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
  go build -trimpath -buildvcs=false -ldflags="-s -w -buildid=" -o /out/usr/local/bin/ ./workers ./starter ./sandbox/cmd/sandbox \
  # Volumes that are mounted here begin with these folders' owner.
  && mkdir -p /out/var/lib/throughline/documents /out/var/lib/throughline/spool /out/var/lib/sandbox

# The programs, the certificates for the vendors' HTTPS, and nothing else: no shell, no package manager, no libraries. Time zones are
# built into the programs.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/usr /usr
COPY --from=build --chown=65532:65532 /out/var/lib /var/lib
USER 65532:65532
ENV PATH=/usr/local/bin
CMD ["workers"]
