#!/bin/sh
# Runs every fuzz function for a while, one after the other, and says which. Arguments: the time for each
# (default 10s), and a regular expression that chooses functions by name (default: all). What a function
# finds is written below its package's testdata/fuzz: mend the code and commit the file with it.
set -eu
cd "$(dirname "$0")/.."
time=${1:-10s}
names=${2:-.}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
ran=0
failed=
for line in $(git grep -o --untracked -E '^func Fuzz[A-Za-z0-9]+' -- '*_test.go' | sed 's/:func /:/' | sort | grep -E ":.*($names)"); do
	package=./$(dirname "${line%%:*}")
	name=${line##*:}
	ran=$((ran + 1))
	# The end of the time is sometimes reported as a failure of its own, without an input that failed.
	if go test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 1s >"$log" 2>&1 ||
		{ grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; }; then
		echo "ok    $package $name: $(grep '^fuzz:' "$log" | tail -n 1 | sed 's/^fuzz: //')"
	else
		echo "FAIL  $package $name"
		cat "$log"
		failed="$failed $name"
	fi
done
echo "$ran fuzz functions, $time each"
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
