# The image of mcp-session-operator: one file of JavaScript on a Node.js base without a shell.
# `make image` (hack/image.ts) builds the bundle, the session init and this image, and says which base it used. By hand:
#   npm run build && docker build --network none --build-arg BASE=<image with Node 24 at /nodejs/bin/node> -t mcp-session-operator:dev .
# Works with the legacy builder and with BuildKit: no "# syntax" line, which would need a registry, and no newer instructions.

# A tag and not a digest, because none has been checked by this project yet. `make image` prints the digest of the base that it used and
# writes it into the image; pin that one for your own builds: BASE=...@sha256:<digest>.
ARG BASE=gcr.io/distroless/nodejs24-debian12:nonroot

# Collects what the image holds and proves that it runs on this base, with nothing else around it.
FROM ${BASE} AS collect
COPY dist/mcpsession.mjs dist/init dist/sbom.spdx.json LICENSE /app/
RUN ["/nodejs/bin/node", "/app/mcpsession.mjs", "version"]
# The session init (make init): static, for the architecture of this image.
RUN ["/app/init", "version"]

FROM ${BASE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="mcp-session-operator" \
      org.opencontainers.image.description="Kubernetes operator that turns McpSession resources into locked-down Docker containers, with an MCP front end for AI agents" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      io.modelcontextprotocol.server.name="dev.mcpsession/mcp-session-operator"
# sbom.spdx.json says what is in the bundle and the session init (npm run build).
# Owned by root and not writable for the user of the image.
COPY --from=collect /app /app
USER 65532:65532
WORKDIR /home/nonroot
# The two limits keep a busy front end near 140 MB; without them V8 grows to more than twice that.
# No HEALTHCHECK: the roles are probed over HTTP, and `check`, `mcp` and `version` have nothing to probe.
ENTRYPOINT ["/nodejs/bin/node", "--max-old-space-size=128", "--max-semi-space-size=4", "/app/mcpsession.mjs"]
CMD ["help"]
