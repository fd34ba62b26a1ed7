#!/bin/sh
# Runs what rewrites files and then the linters and the checks, and fails if a file was rewritten:
# then the author forgot `make generate`, `make tidy` or `make format`. Work that is not committed
# yet is no obstacle, because the tree is compared with itself.
set -eu
cd "$(dirname "$0")/.."

snapshot() {
	git status --porcelain
	git diff HEAD
}

before=$(snapshot)
make generate tidy format
after=$(snapshot)
if [ "$before" != "$after" ]; then
	echo "verify: generate, tidy or format changed these files; commit the result:" >&2
	git status --porcelain >&2
	exit 1
fi
make lint
go test ./hack/checks/...
echo "verify: generated files, modules, format, linters and checks are in order"
