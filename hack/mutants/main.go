package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
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

func run(ctx context.Context) error {
	var o options
	flag.StringVar(&o.root, "root", ".", "folder of the repository")
	flag.StringVar(&o.only, "only", "", "try only the mutants whose name or row contains this")
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
	defer os.RemoveAll(dir)
	return hunt(ctx, tester{root: root, dir: dir}, list, o)
}

func choose(corpus []mutant, text string) []mutant {
	var list []mutant
	for _, m := range corpus {
		if strings.Contains(m.name, text) || strings.Contains(m.row, text) {
			list = append(list, m)
		}
	}
	return list
}

// hunt tries the mutants and tells of each; the first error that it returns is the summary.
func hunt(ctx context.Context, t tester, list []mutant, o options) error {
	began := time.Now()
	fmt.Printf("clean pass: the killers of %d mutants on the tree as it is\n", len(list))
	if err := t.clean(ctx, list); err != nil {
		return err
	}
	fmt.Printf("clean pass: passed in %s\n", time.Since(began).Round(time.Second))

	verdicts := make([]chan verdict, len(list))
	for i := range verdicts {
		verdicts[i] = make(chan verdict, 1)
	}
	slots := make(chan struct{}, max(o.tries, 1))
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		for i, m := range list {
			slots <- struct{}{}
			all.Go(func() {
				verdicts[i] <- t.try(ctx, m)
				<-slots
			})
		}
	})
	killed := 0
	for i, m := range list {
		v := <-verdicts[i]
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		fmt.Printf("%3d/%d %s\n", i+1, len(list), line(m, v))
		if o.loud || v.killed == "" {
			fmt.Println(tail(v.output))
		}
		if v.killed != "" {
			killed++
		}
	}
	fmt.Printf("%d of %d mutants killed in %s\n", killed, len(list), time.Since(began).Round(time.Second))
	if killed < len(list) {
		return fmt.Errorf("%d of %d mutants are alive: a test is missing, or a patch is out of date", len(list)-killed, len(list))
	}
	return nil
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
