# Everything a maintainer runs, by name. Tools are pinned here, never in go.mod.
# gofumpt and staticcheck come inside golangci-lint, at the versions it was built with.
GOLANGCI_LINT := v2.15.0
# The W3C WebDriver of Firefox, which Debian does not have.
GECKODRIVER := 0.37.1

# A number of inputs: a time that runs out while one is being minimized fails the target.
FUZZTIME ?= 50000x
# Rounds of each load in the race.
ROUNDS ?= 5
# Both take minutes to build, so their binaries are kept, one for each version.
lint := $(CURDIR)/.cache/tools/golangci-lint-$(GOLANGCI_LINT)
geckodriver := $(CURDIR)/.cache/tools/geckodriver-$(GECKODRIVER)
modules := $(dir $(shell find . -name go.mod -not -path './.*'))

.PHONY: help tools geckodriver test race lint fmt tidy cross fuzz bench bench-race autobahn autobahn-quick interop transports docs ci clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

test: ## run the tests of the main module
	go test ./...

race: ## run them under the race detector, in random order
	go test -race -shuffle=on ./...

tools: $(lint) $(geckodriver) ## build the tools that are kept in .cache

geckodriver: $(geckodriver)

lint: $(lint) ## golangci-lint and formatting, in every module
	@for m in $(modules); do echo "lint $$m"; \
	  (cd $$m && $(lint) run --config $(CURDIR)/.golangci.yml ./... && $(lint) fmt --config $(CURDIR)/.golangci.yml --diff) || exit 1; done

fmt: $(lint) ## rewrite Go files as gofumpt wants them
	@for m in $(modules); do (cd $$m && $(lint) fmt --config $(CURDIR)/.golangci.yml) || exit 1; done

$(lint):
	@mkdir -p $(@D)
	GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	@mv $(@D)/golangci-lint $@

$(geckodriver):
	@command -v cargo >/dev/null || { echo "missing tool: cargo (Rust), which builds geckodriver for the tests in Firefox"; exit 1; }
	cargo install geckodriver --version $(GECKODRIVER) --locked --root $@.new
	@mv $@.new/bin/geckodriver $@ && rm -r $@.new

tidy: ## go.mod and go.sum say what is used, and nothing was changed on the way
	@for m in $(modules); do (cd $$m && go mod tidy -diff && go mod verify) || exit 1; done

cross: ## vet for systems that the tests don't run on
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	GOOS=js GOARCH=wasm go vet ./...

fuzz: ## run each fuzz target for FUZZTIME (50,000 inputs)
	@go test -list '^Fuzz' ./... | awk '/^Fuzz/ { f[++n] = $$1 } /^ok/ { for (i = 1; i <= n; i++) print f[i], $$2; n = 0 }' | \
	while read -r target pkg; do echo "fuzz $$pkg $$target"; \
	  go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$pkg </dev/null || exit 1; done

bench: ## all figures, beside other libraries, with the race in docs/bench rewritten (hours)
	go test -run '^$$' -bench . -benchmem ./...
	cd bench && go test -run '^$$' -bench 'Decode|Publish' -benchmem ./... && \
	  go test -run '^$$' -bench 'Compress|Inflate|EndToEnd|Broadcast' -benchtime 50ms -benchmem ./... && \
	  go test -run '^$$' -bench 'Memory|Idle' -benchtime 1x ./... && \
	  go test -run '^$$' -bench 'Header|Mask|Text|Encode|Upgrade|Echo|Cast' -benchtime 200ms -benchmem . && \
	  go run ./race -all -rounds $(ROUNDS) -out ../docs/bench

bench-race: ## a short race of echo servers, ours and others'; prints tables
	cd bench && go run ./race -quick

autobahn: ## the Autobahn suite, both ways, compared with autobahn/expected.json
	go run ./autobahn/run

autobahn-quick: ## the same without the groups that take minutes
	go run ./autobahn/run -quick

interop: ## against other implementations, browsers and proxies, in a module of its own
	cd interop && go test ./...

transports: ## measure the transports in browsers and beside nchan, and rewrite docs/transports.md (a quarter of an hour)
	cd interop && go test -count=1 -timeout 60m -run 'TestTransportsFigures$$' . -args -update
	go test ./docs -run 'TestTransportsPage|TestChoosingFigures' -update
	cd bench && go run longwire.example/bench/transports -out ../docs/transports.md -samples ../docs/bench/transports.json

docs: ## rewrite what is generated in docs/, then check all pages
	go test ./docs -update
	go test -count=1 ./docs

ci: ## what CI runs, from nothing
	bash .ci/run

clean: ## remove built tools and reports
	rm -rf .cache autobahn/reports interop/artifacts
