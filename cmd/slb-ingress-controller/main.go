package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/slb-ingress/slb-ingress-controller/cmd/slb-ingress-controller/manager"
)

func main() {
	ctx := ctrl.SetupSignalHandler()
	if err := run(ctx, os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "slb-ingress-controller:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("slb-ingress-controller", flag.ContinueOnError)
	var options manager.Options
	options.AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; every setting is a flag, see --help", flags.Arg(0))
	}
	logger, err := newLogger(options.LogLevel)
	if err != nil {
		return err
	}
	ctrl.SetLogger(zapr.NewLogger(logger))
	cluster, err := manager.Cluster(options.Kubeconfig)
	if err != nil {
		return err
	}
	return manager.Run(ctx, cluster, options)
}

// maxVerbosity is the highest level that anything logs at.
const maxVerbosity = 10

// newLogger writes JSON lines to standard error: level 0 is for operators, 1 for developers.
func newLogger(level int) (*zap.Logger, error) {
	if level < 0 || level > maxVerbosity {
		return nil, fmt.Errorf("--v: cannot log at level %d, give 0 to %d", level, maxVerbosity)
	}
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zapcore.Level(-level))
	config.EncoderConfig.EncodeTime = zapcore.RFC3339TimeEncoder
	config.Sampling = nil
	config.DisableStacktrace = true
	return config.Build()
}
