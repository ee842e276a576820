# One small image for Throughline's programs: workers, starter and sandbox. Choose one with the command.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOWORK=off
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -buildvcs=false -ldflags="-s -w -buildid=" -o /out/ ./workers ./starter ./sandbox/cmd/sandbox && mkdir /documents

# Certificates for the vendors' HTTPS and nothing else; time zones are built into the programs.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/ /usr/local/bin/
# A volume that is mounted here begins with this folder's owner, who the programs run as.
COPY --from=build --chown=nonroot:nonroot /documents /var/lib/throughline/documents
USER nonroot
CMD ["workers"]
