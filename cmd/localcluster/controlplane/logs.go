package controlplane

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// logs holds the open log file of each program. The zero value has none.
type logs struct {
	files map[string]*os.File
}

func (l *logs) open(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of logs: %w", err)
	}
	l.files = make(map[string]*os.File)
	for _, name := range []string{etcd, apiServer, controllerManager} {
		file, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
		if err != nil {
			return fmt.Errorf("opening the log of %s: %w", name, err)
		}
		l.files[name] = file
	}
	return nil
}

func (l *logs) close() error {
	var errs []error
	for _, file := range l.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// explain names the program in its error and quotes the end of its log.
func (l *logs) explain(name string, err error) error {
	file := l.files[name]
	stat, statErr := file.Stat()
	if statErr != nil {
		return fmt.Errorf("starting %s: %w (its log cannot be read: %w)", name, err, statErr)
	}
	return fmt.Errorf("starting %s: %w; the end of its log:\n%s", name, err, tail(file, stat.Size()))
}
