# mcp-session-operator. Everything goes through npm, whose scripts run on the pinned Node 24 of node_modules (never on the host's).
.DEFAULT_GOAL := help
.PHONY: help demo test unit integration lint fmt generate faults bench cis requirements init image sbom cluster-up cluster-down cluster-test kind-up kind-down clean

NPM := npm run --silent

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

demo: node_modules/.stamp ## Start everything, run the main path with kubectl and MCP, clean up; writes out/demo.json
	@$(NPM) demo

test: node_modules/.stamp ## Run every test: static checks, unit tests, integration tests on real parts
	@$(NPM) ci

unit: node_modules/.stamp ## Run the unit tests (no Docker, no Kubernetes, half a minute)
	@$(NPM) test:unit

integration: node_modules/.stamp ## Run the integration tests on a real API server and a real Docker Engine
	@$(NPM) test:integration

lint: node_modules/.stamp ## Check types, lint, format and generated files
	@$(NPM) test:static

fmt: node_modules/.stamp ## Format the sources
	@$(NPM) format

generate: node_modules/.stamp ## Write the CRDs and the generated docs from their sources
	@$(NPM) generate

faults: node_modules/.stamp ## Run 1,000 fault plans and more: kills, lost replies, stale views; writes out/faults.json
	@$(NPM) faults -- --plans 1200

bench: node_modules/.stamp ## Measure against baselines in the same run; writes out/bench.json
	@$(NPM) build && $(NPM) bench

cis: node_modules/.stamp ## Check the running session containers against CIS Docker Benchmark section 5
	@$(NPM) cis

requirements: node_modules/.stamp ## Show which requirements have a test, and why the others have none
	@$(NPM) requirements

init: node_modules/.stamp ## Build the session init to dist/init; needs cargo: Debian 12's is enough (apt-get install cargo)
	@$(NPM) build:init

image: node_modules/.stamp ## Build the container image from what is here; says which base it used
	@$(NPM) image

sbom: node_modules/.stamp ## Write the list of what is in the image (SPDX) to dist/sbom.spdx.json
	@$(NPM) build

cluster-up: node_modules/.stamp ## Start a real cluster on this machine, in namespaces of its own; needs root; NODES=2 for two nodes
	@$(NPM) cluster -- up --nodes $(or $(NODES),1)

cluster-down: node_modules/.stamp ## Take that cluster away, whatever state it is in
	@$(NPM) cluster -- down

cluster-test: node_modules/.stamp ## Install the chart on such a cluster with two nodes and prove it: sessions, refusals, MCP, outages, drain; needs root
	@$(NPM) cluster-test

kind-up: node_modules/.stamp ## Install the chart on a cluster of kind whose sessions run on this machine's engine; needs kind and the internet
	@$(NPM) kind -- up

kind-down: node_modules/.stamp ## End the sessions of that cluster and take it away
	@$(NPM) kind -- down

clean: ## Remove what was built in the tree; caches outside it stay
	rm -rf node_modules dist out

node_modules/.stamp: package.json package-lock.json
	npm ci --ignore-scripts --loglevel=error
	@touch $@
