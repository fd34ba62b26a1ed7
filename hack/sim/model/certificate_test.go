package model_test

import (
	"slices"
	"testing"
)

// presented checks the certificates that may be presented for a name.
func (w *world) presented(name string, want ...string) {
	w.Helper()
	slices.Sort(want)
	got := slices.Sorted(slices.Values(w.look().Certificates(group, name)))
	if !slices.Equal(got, want) {
		w.Errorf("%s: presented %q, want %q", name, got, want)
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := w.ingress("shop", "a", "a.example.com Prefix / coffee")
	fallback := w.look().Certificates(group, "a.example.com")
	if len(fallback) != 1 {
		t.Fatalf("without TLS: %q, want the fallback", fallback)
	}
	first := w.secret("shop", "first", "first.example.com")
	second := w.secret("shop", "second", "*.example.com")
	w.ingress("shop", "b", "first.example.com Prefix / coffee", "tls first first.example.com")
	w.ingress("shop", "c", "second.example.com Prefix / coffee", "tls second second.example.com")
	w.presented("a.example.com", first)
	w.presented("nobody.invalid", first)
	w.presented("second.example.com", second)
	w.line(plain, []string{"tls", "second", "a.example.com"})
	w.presented("nobody.invalid", second)
	w.presented("first.example.com", first, second) // the default one is good for it, too
	w.presented("a.example.com", second)
}

// TestBrokenCertificate: a Secret that breaks leaves what was presented; a new certificate replaces it.
func TestBrokenCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.secret("shop", "def", "def.net")
	w.ingress("shop", "def", "def.net Prefix / coffee", "tls def def.net")
	old := w.secret("shop", "web", "a.example.com")
	w.ingress("shop", "a", "a.example.com Prefix / coffee", "tls web a.example.com")
	w.presented("a.example.com", old)
	secrets := w.Secrets
	w.Secrets = secrets[:len(secrets)-1]
	w.presented("a.example.com", old)
	w.presented("a.example.com", w.secret("shop", "web", "a.example.com"))
}

// TestFewExtensions: with more certificates than extensions any domain may have the listener's own.
func TestFewExtensions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	def := w.secret("shop", "a0", "a0.example.com")
	w.ingress("shop", "a0", "a0.example.com Prefix / coffee", "tls a0 a0.example.com")
	last := ""
	for _, name := range []string{"a1", "a2", "a3"} {
		last = w.secret("shop", name, name+".example.com")
		w.ingress("shop", name, name+".example.com Prefix / coffee", "tls "+name+" "+name+".example.com")
	}
	w.presented("a3.example.com", last)
	w.secret("shop", "a4", "a4.example.com")
	w.ingress("shop", "a4", "a4.example.com Prefix / coffee", "tls a4 a4.example.com")
	w.presented("a3.example.com", last, def)
	w.presented("nobody.invalid", def)
}
