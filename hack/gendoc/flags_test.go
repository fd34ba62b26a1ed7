package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/cmd/slb-ingress-controller/manager"
)

var update = flag.Bool("update", false, "write the document")

// TestFlags compares docs/flags.md with the flags of the controller.
func TestFlags(t *testing.T) {
	t.Parallel()
	name := filepath.Join(root, "docs", "flags.md")
	want := flagsText()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is stale, run make generate (-want +got):\n%s", name, diff)
	}
}

// flagsText is the table of flags, in their alphabetical order.
func flagsText() string {
	var options manager.Options
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	options.AddFlags(flags)
	var b strings.Builder
	b.WriteString(generated("cmd/slb-ingress-controller/manager/options.go"))
	b.WriteString("# Flags of slb-ingress-controller\n\n| Flag | Default | What it sets |\n| --- | --- | --- |\n")
	flags.VisitAll(func(f *flag.Flag) {
		_, usage := flag.UnquoteUsage(f)
		value, text := "`"+f.DefValue+"`", usage
		if f.DefValue == "" {
			text, value, _ = strings.Cut(usage, "; default: ")
		}
		fmt.Fprintf(&b, "| `--%s` | %s | %s |\n", f.Name, cmp.Or(value, "none"), text)
	})
	return b.String()
}
