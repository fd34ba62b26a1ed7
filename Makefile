# `make` alone lists the targets. `make test` and `make run` need Go, a C compiler (for the race
# detector), git, make and a shell; everything else is built from modules that are pinned here.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Each tool is a `tool` of hack/tools/go.mod. It is built on first use and then cached by Go.
TOOL := go tool -modfile=hack/tools/go.mod

# Arguments for go test, for example: make test TESTFLAGS='-run TestCafe -v' PACKAGES=./controllers/...
TESTFLAGS ?=
PACKAGES ?= ./...
# Arguments of the local cluster: make run ARGS='--help'
ARGS ?=

##@ Use

.PHONY: help
help: ## List the targets.
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: kube-tools ## Start a local cluster with a fake SLB and the controller; Ctrl-C ends it.
	@go build -o bin/localcluster ./cmd/localcluster
	@KUBEBUILDER_ASSETS="$$(hack/kube/build.sh)" exec bin/localcluster $(ARGS)

.PHONY: build
build: ## Build every program into bin/.
	@mkdir -p bin
	go build -trimpath -o bin/ ./cmd/...

##@ Test

# Limits of the simulation: make sim-long TIME=8h SEED=1000. SIMFLAGS are further flags of its test binary.
TIME ?= 10m
SEED ?= 0
SIMFLAGS ?=
# Runs are short and make much garbage, so it is collected more rarely than usual.
SIM = go test -c -o bin/sim.test ./controllers/ingress && cd controllers/ingress && GOGC=400 ../../bin/sim.test -sim.seed $(SEED)

# The packages that run samples of their long tests under the race detector: these are run once more,
# whole and without it. Their simulation, TestSim, is the last part of make test.
SAMPLED := $(sort $(patsubst %/race_on_test.go,./%,$(wildcard */race_on_test.go */*/race_on_test.go)))

# -vet=all runs every analyzer of go vet; go test alone runs a few of them. The kube tools are told
# by standard error before, so that go test's own lines are the last of the output.
.PHONY: test
test: compiler kube-tools ## Run every test, most with the race detector; long families in samples there, then whole.
	@KUBEBUILDER_ASSETS="$$(hack/kube/build.sh)" CGO_ENABLED=1 \
		go test -race -vet=all -timeout 15m $(TESTFLAGS) $(PACKAGES)
ifeq ($(TESTFLAGS)$(filter-out ./...,$(PACKAGES)),)
	@go test -vet=off -timeout 15m -skip '^TestSim' $(SAMPLED)
	@$(MAKE) sim
endif

.PHONY: sim
sim: ## Disturb every scenario at every call, write and event; the race run above has a sample of it.
	@$(SIM) -test.run '^TestSim' -sim.all -test.timeout 60m $(SIMFLAGS)

.PHONY: sim-long
sim-long: ## Simulate for a time: make sim-long TIME=8h SEED=1000.
	@$(SIM) -test.run '^TestSimLong$$' -sim.time $(TIME) -test.timeout 0 $(SIMFLAGS)

# FAULTS='-seed 7' takes another sample. make test makes a small one.
FAULTS ?=
.PHONY: faults
faults: kube-tools ## Kill the program at 50 calls and stop the leader at 20, for up to a minute.
	@KUBEBUILDER_ASSETS="$$(hack/kube/build.sh)" \
		go test -v -count=1 -timeout 60m ./cmd/localcluster/crash -args -kills 50 -freezes 20 -longest 60s $(FAULTS)

# Takes every verb of every role away on a real API server, where `make test` takes a sample.
# TESTFLAGS=-update writes docs/permissions.md.
.PHONY: permissions
permissions: kube-tools ## Prove that each permission in the cluster and in the account is needed.
	@KUBEBUILDER_ASSETS="$$(hack/kube/build.sh)" \
		go test ./config -run 'TestPermissionsAreNeeded' -v -permissions -timeout 15m $(TESTFLAGS) | grep -E '^(---|ok|FAIL)|removal_test'
	@go test ./controllers/ingress -run 'TestRAMPolicyIsProven' -v $(TESTFLAGS) | grep -E '^(---|ok|FAIL)|^ *\|'

# FUZZTIME is the time for each function; FUZZ chooses functions by a regular expression.
FUZZTIME ?= 10s
FUZZ ?= .
.PHONY: fuzz
fuzz: ## Run every fuzz function for FUZZTIME, one after the other.
	@hack/fuzz.sh $(FUZZTIME) '$(FUZZ)'

.PHONY: bench
bench: kube-tools ## Print cloud calls and times for the sample; nothing is asserted.
	@KUBEBUILDER_ASSETS="$$(hack/kube/build.sh)" \
		go test -run '^$$' -bench . -benchtime 1x -timeout 15m $(TESTFLAGS) $(PACKAGES)

# Minutes; it runs a test of a package for each of the corpus's bugs. It changes no file.
.PHONY: mutants
mutants: ## Re-create old bugs one by one and print the test that kills each; ARGS='-only text' for some.
	@go run ./hack/mutants $(ARGS)

# Only packages that keep golden files know the flag -update.
.PHONY: golden
golden: kube-tools ## Rewrite the golden files from what the code does now; read the diff.
	@packages=$$(git grep -l --untracked 'flag.Bool("update"' -- '*_test.go' | sed 's|^|./|; s|/[^/]*$$||' | sort -u); \
		[ -n "$$packages" ] || { echo "golden: no package keeps golden files"; exit 0; }; \
		KUBEBUILDER_ASSETS="$$(hack/kube/build.sh)" go test -timeout 15m $$packages -update

##@ Change

.PHONY: generate
generate: ## Rewrite what is generated: deep copies, CRDs, documents.
	$(TOOL) controller-gen object paths=./api/...
	$(TOOL) controller-gen crd paths=./api/... output:crd:dir=config/crd/bases
	go generate ./...

.PHONY: format
format: ## Format the Go code.
	$(TOOL) golangci-lint fmt

.PHONY: lint
lint: ## Run the linters; .golangci.yml says which are off and why.
	$(TOOL) golangci-lint run

.PHONY: tidy
tidy: ## Tidy the module.
	go mod tidy

.PHONY: verify
verify: ## What a change must pass besides its tests: nothing stale, untidy or against the rules.
	@hack/verify.sh

##@ Prepare

.PHONY: kube-tools
kube-tools: ## Build etcd, kube-apiserver, kube-controller-manager and kubectl, unless they are built.
	@hack/kube/build.sh >/dev/null

.PHONY: clean
clean: ## Remove what was built here. The kube tools stay in the user's cache.
	rm -rf bin

.PHONY: compiler
compiler:
	@compiler=$$(go env CC); command -v "$${compiler%% *}" >/dev/null || { \
		echo "the race detector needs a C compiler, and $$compiler is not installed" >&2; exit 1; }
