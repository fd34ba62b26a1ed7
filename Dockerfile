# Builds from the Go modules alone. Pass --build-arg VERSION=<tag> for the image's label.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
# The modules change rarely, so they have a layer of their own.
COPY go.mod go.sum ./
RUN go mod download
COPY annotations/ annotations/
COPY api/ api/
COPY cloud/ cloud/
COPY cmd/slb-ingress-controller/ cmd/slb-ingress-controller/
COPY controllers/ controllers/
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags="-s -w" -o /slb-ingress-controller ./cmd/slb-ingress-controller

# No shell and no package manager; certificates of public authorities, and a user that is not root.
FROM gcr.io/distroless/static:nonroot
ARG VERSION=devel
LABEL org.opencontainers.image.title="slb-ingress-controller" \
      org.opencontainers.image.description="Kubernetes Ingress controller for Alibaba Cloud classic SLB" \
      org.opencontainers.image.source="https://github.com/slb-ingress/slb-ingress-controller" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /slb-ingress-controller /slb-ingress-controller
COPY LICENSE /LICENSE
# By number, so that the kubelet can tell that it is not root.
USER 65532:65532
ENTRYPOINT ["/slb-ingress-controller"]
