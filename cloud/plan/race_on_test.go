//go:build race

package plan_test

// raced says that the race detector is built in. It makes a scene about eight times as dear, and the
// planner has one goroutine, so that build looks at a sample; `make test` looks at all without it.
const raced = true
