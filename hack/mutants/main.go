package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	root  string
	only  string
	tries int
	loud  bool
}

func run(ctx context.Context, out io.Writer) error {
	var o options
	flag.StringVar(&o.root, "root", ".", "folder of the repository")
	flag.StringVar(&o.only, "only", "", "try only the mutants whose name or row contains one of these texts, separated by commas")
	flag.IntVar(&o.tries, "tries", runtime.NumCPU(), "how many are tried at a time")
	flag.BoolVar(&o.loud, "v", false, "print what the killers print")
	flag.Parse()

	root, err := filepath.Abs(o.root)
	if err != nil {
		return fmt.Errorf("finding the repository: %w", err)
	}
	corpus, err := readCorpus(filepath.Join(root, "hack", "mutants", "corpus"))
	if err != nil {
		return err
	}
	list := choose(corpus, o.only)
	if len(list) == 0 {
		return fmt.Errorf("no mutant's name or row contains %q", o.only)
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			_, _ = fmt.Fprintln(out, "cannot remove the folder of patches:", err)
		}
	}()
	return hunter{tester: tester{root: root, dir: dir}, options: o, out: out}.hunt(ctx, list)
}

// choose returns the mutants whose name or row contains one of the texts; all of them for no text.
func choose(corpus []mutant, texts string) []mutant {
	var list []mutant
	for _, m := range corpus {
		in := func(text string) bool { return strings.Contains(m.name, text) || strings.Contains(m.row, text) }
		if slices.ContainsFunc(strings.Split(texts, ","), in) {
			list = append(list, m)
		}
	}
	return list
}

// hunter tries mutants and tells of each.
type hunter struct {
	tester

	options options
	out     io.Writer
}

func (h hunter) printf(format string, args ...any) { _, _ = fmt.Fprintf(h.out, format, args...) }

// hunt runs the clean pass and then tries every mutant. Its error is the summary for those that live.
func (h hunter) hunt(ctx context.Context, list []mutant) error {
	began := time.Now()
	h.printf("clean pass: the killers of %d mutants on the tree as it is\n", len(list))
	if err := h.clean(ctx, list); err != nil {
		return err
	}
	h.printf("clean pass: passed in %s\n", time.Since(began).Round(time.Second))

	killed := 0
	for i, verdict := range h.tryAll(ctx, list) {
		v := <-verdict
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		h.printf("%3d/%d %s\n", i+1, len(list), line(list[i], v))
		if h.options.loud || v.killed == "" {
			h.printf("%s\n", tail(v.output))
		}
		if v.killed != "" {
			killed++
		}
	}
	h.printf("%d of %d mutants killed in %s\n", killed, len(list), time.Since(began).Round(time.Second))
	if killed < len(list) {
		return fmt.Errorf("%d of %d mutants are alive: a test is missing, or a patch is out of date", len(list)-killed, len(list))
	}
	return nil
}

// tryAll tries the mutants, some at a time and in their order; each verdict comes when it is there.
func (h hunter) tryAll(ctx context.Context, list []mutant) []chan verdict {
	verdicts := make([]chan verdict, len(list))
	for i := range verdicts {
		verdicts[i] = make(chan verdict, 1)
	}
	slots := make(chan struct{}, max(h.options.tries, 1))
	go func() {
		for i, m := range list {
			slots <- struct{}{}
			go func() {
				verdicts[i] <- h.try(ctx, m)
				<-slots
			}()
		}
	}()
	return verdicts
}

// line tells of one mutant.
func line(m mutant, v verdict) string {
	head := fmt.Sprintf("%-18s %-36s", m.row, m.name)
	switch {
	case v.err != nil:
		return fmt.Sprintf("%s BROKEN: %v", head, v.err)
	case v.killed == "":
		return fmt.Sprintf("%s ALIVE: %s (%s passes)", head, m.bug, m.killer)
	default:
		return fmt.Sprintf("%s killed by %s %s", head, m.killer.pkg, v.killed)
	}
}

// tail is the end of a long text.
func tail(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}
