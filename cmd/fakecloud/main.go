package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes: 1 for what went wrong while serving, 2 for bad flags, as package flag has it.
const (
	exitFailed = 1
	exitUsage  = 2
)

// run is main without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	options, err := parseOptions(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "fakecloud: %v\nRun fakecloud --help for the flags.\n", err)
		return exitUsage
	}
	if err := serve(ctx, options, stdout); err != nil {
		fmt.Fprintf(stderr, "fakecloud: %v\n", err)
		return exitFailed
	}
	return 0
}
