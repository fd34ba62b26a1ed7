// Command mutants proves that the tests notice known bugs.
//
// The folder corpus holds small patches of the production code. Each re-creates a mistake that load
// balancer controllers have made, and names the test that kills it: a test of behaviour, which fails
// with the patch and passes without it. The patches are laid over the tree by the go command
// (-overlay), so no file is changed:
//
//	go run ./hack/mutants                   # all of them
//	go run ./hack/mutants -only leader,lost # those whose name or row contains one of the texts
//
// A patch is a txtar file. Its head names the row of the catalogue of failures (rows.go), the bug and
// the killer; each file in it holds replacements of text that must occur exactly once:
//
//	row: create-unknown
//	bug: a create whose answer was lost is sent again without a look at what is there
//	killer: ./controllers/ingress TestSweepOfCalls
//	-- cloud/apply/run.go --
//	<<<<
//	text as it is
//	====
//	text with the bug
//	>>>>
//
// The package may import the standard library and golang.org/x/tools/txtar. It runs the go command.
package main
