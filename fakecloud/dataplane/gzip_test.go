package dataplane_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestGzip(t *testing.T) {
	t.Parallel()
	long, short := strings.Repeat("all work and no play ", 200), "short"
	for name, c := range map[string]struct {
		reason   string
		on       bool
		accept   string
		media    string
		encoding string
		body     string
		zipped   bool
	}{
		"Text":      {reason: "a listed type, long enough, accepted", on: true, accept: "br, gzip;q=0.8", media: "text/plain; charset=utf-8", body: long, zipped: true},
		"JSON":      {reason: "a listed type", on: true, accept: "gzip", media: "application/json", body: long, zipped: true},
		"Off":       {reason: "the switch is off", accept: "gzip", media: "text/plain", body: long},
		"Short":     {reason: "not worth it", on: true, accept: "gzip", media: "text/plain", body: short},
		"Image":     {reason: "not a listed type", on: true, accept: "gzip", media: "image/png", body: long},
		"Untyped":   {reason: "no type at all", on: true, accept: "gzip", body: long},
		"Refused":   {reason: "the client wants none", on: true, accept: "gzip;q=0", media: "text/plain", body: long},
		"RefusedTo": {reason: "the same, spelt longer", on: true, accept: "gzip; q=0.000", media: "text/plain", body: long},
		"Unasked":   {reason: "the client says nothing", on: true, media: "text/plain", body: long},
		"Encoded":   {reason: "the backend server has encoded it", on: true, accept: "gzip", media: "text/plain", encoding: "br", body: long},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := plain(group("rsp-1", pod(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				for header, value := range map[string]string{"Content-Type": c.media, "Content-Encoding": c.encoding, "Etag": `"1"`} {
					if value != "" {
						w.Header().Set(header, value)
					}
				}
				_, _ = io.WriteString(w, c.body)
			})))
			l.Gzip = c.on
			p := serve(t, l)
			request := p.request("a", "/")
			request.Header.Set("Accept-Encoding", c.accept)
			transport := &http.Transport{DisableCompression: true} // or net/http asks by itself
			t.Cleanup(transport.CloseIdleConnections)
			got := do(t, &http.Client{Transport: transport, Timeout: patience}, request)
			zipped := got.Header.Get("Content-Encoding") == "gzip"
			if zipped != c.zipped {
				t.Fatalf("%s: zipped is %v", c.reason, zipped)
			}
			if body := unzipped(t, got, zipped); body != c.body {
				t.Errorf("got %d octets, want %d", len(body), len(c.body))
			}
			if weak := strings.HasPrefix(got.Header.Get("Etag"), "W/"); weak != zipped {
				t.Errorf("Etag %q", got.Header.Get("Etag"))
			}
		})
	}
}

func unzipped(t *testing.T, got reply, zipped bool) string {
	t.Helper()
	if !zipped {
		return got.body
	}
	reader, err := gzip.NewReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
