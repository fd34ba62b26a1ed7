package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// verdict is what became of a mutant.
type verdict struct {
	killed string // the test that failed; empty: it survived
	output string // of the go command
	err    error  // the patch could not be tried
}

// tester runs the go command in a tree.
type tester struct {
	root string
	dir  string // for what is thrown away
}

// clean runs every killer on the tree as it is: one that fails without a bug proves nothing.
func (t tester) clean(ctx context.Context, list []mutant) error {
	tests := map[string]map[string]bool{}
	for _, m := range list {
		if tests[m.killer.pkg] == nil {
			tests[m.killer.pkg] = map[string]bool{}
		}
		name, _, _ := strings.Cut(m.killer.test, "/")
		tests[m.killer.pkg][name] = true
	}
	for _, pkg := range slices.Sorted(maps.Keys(tests)) {
		names := slices.Sorted(maps.Keys(tests[pkg]))
		output, failed, err := t.test(ctx, pkg, "^("+strings.Join(names, "|")+")$")
		if err != nil {
			return err
		}
		if failed {
			return fmt.Errorf("%s fails without any bug:\n%s", pkg, output)
		}
		for _, name := range names {
			if !strings.Contains(output, "--- PASS: "+name+" ") {
				return fmt.Errorf("%s has no test %s, or it is skipped", pkg, name)
			}
		}
	}
	return nil
}

// try runs a mutant's killer on the tree with the bug.
func (t tester) try(ctx context.Context, m mutant) verdict {
	overlay, err := m.overlay(t.root, t.dir)
	if err != nil {
		return verdict{err: err}
	}
	parts := strings.Split(m.killer.test, "/")
	for i, part := range parts {
		parts[i] = "^" + part + "$"
	}
	output, failed, err := t.test(ctx, m.killer.pkg, strings.Join(parts, "/"), "-overlay", overlay, "-failfast")
	if err != nil || !failed {
		return verdict{output: output, err: err}
	}
	return verdict{killed: deepest(output), output: output}
}

var failLine = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)

// deepest is the innermost test that failed: it says most.
func deepest(output string) string {
	name := ""
	for _, match := range failLine.FindAllStringSubmatch(output, -1) {
		if name == "" || strings.HasPrefix(match[1], name+"/") {
			name = match[1]
		}
	}
	if name == "" {
		return "a panic or a deadlock"
	}
	return name
}

// timeLimit is for the tests of one package: far above what they take, since a machine that is slow
// must not pass for a test that notices something.
const timeLimit = "15m"

// test runs tests of a package. What does not compile, cannot be run or ends by the time limit is an
// error.
func (t tester) test(ctx context.Context, pkg, pattern string, flags ...string) (output string, failed bool, err error) {
	args := slices.Concat([]string{"test", "-count=1", "-vet=off", "-v", "-timeout=" + timeLimit, "-run", pattern}, flags, []string{pkg})
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = t.root
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	output = out.String()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return output, false, nil
	case ctx.Err() != nil:
		return output, false, ctx.Err()
	case !errors.As(err, &exit):
		return output, false, fmt.Errorf("running go %s: %w", strings.Join(args, " "), err)
	case strings.Contains(output, "[build failed]") || strings.Contains(output, "[setup failed]"):
		return output, false, fmt.Errorf("it does not compile:\n%s", output)
	case strings.Contains(output, "panic: test timed out"):
		return output, false, fmt.Errorf("it was not done within %s, which says nothing", timeLimit)
	}
	return output, true, nil
}
