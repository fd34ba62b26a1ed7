package controlplane

import (
	"errors"
	"io"
	"time"
)

// The programs, by the name of their file and of their log.
const (
	etcd              = "etcd"
	apiServer         = "kube-apiserver"
	controllerManager = "kube-controller-manager"
)

// Options say where a control plane finds its programs and where it keeps its state.
type Options struct {
	// BinaryDir holds the programs; see the function BinaryDir. Required.
	BinaryDir string

	// Dir is where state, certificates and logs go. It must not exist; Stop removes it. Empty means
	// a new folder below the system's temporary one.
	Dir string

	// Progress is told each stage before it begins, in a few words. It is called from the goroutine
	// of Start. Nil means that nobody wants to know.
	Progress func(stage string)

	// StartTimeout bounds the start of each program; zero means one minute, of which a machine that
	// is not busy needs about two seconds.
	StartTimeout time.Duration
}

func (o Options) validate() (Options, error) {
	if o.BinaryDir == "" {
		return o, errors.New("control plane: BinaryDir is empty")
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = time.Minute
	}
	return o, nil
}

// tailSize is how much of a log an error quotes: the last screen of it.
const tailSize = 2000

// tail returns the end of a log, cut at a line.
func tail(log io.ReaderAt, size int64) string {
	start := max(0, size-tailSize)
	text := make([]byte, size-start)
	n, err := log.ReadAt(text, start)
	if err != nil && !errors.Is(err, io.EOF) {
		return "(its log cannot be read: " + err.Error() + ")"
	}
	text = text[:n]
	for i := range text {
		if start > 0 && text[i] == '\n' {
			return string(text[i+1:])
		}
	}
	return string(text)
}
