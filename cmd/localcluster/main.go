package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(exitCode(os.Args[1:]))
}

// interrupted is the exit code of a program that was ended by an interrupt.
const interrupted = 130

func exitCode(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := run(ctx, args, os.Stdout)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "interrupted before everything was up; cleaned up")
		return interrupted
	default:
		fmt.Fprintln(os.Stderr, "localcluster:", err)
		return 1
	}
}
