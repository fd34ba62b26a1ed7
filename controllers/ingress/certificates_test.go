package ingress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// defaultCertificate is the id of the certificate that the HTTPS listener presents by default.
func (w *world) defaultCertificate() string {
	w.Helper()
	_, rest, _ := strings.Cut(w.find("listener", "/443 "), "ServerCertificateId=")
	return strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(",} ", r) })[0]
}

// certificates prints what the record says of them: "secret: domains", the default one with a star.
func (w *world) certificates() string {
	w.Helper()
	var lines []string
	for _, c := range w.record("class.slb.0").Status.Certificates {
		mark := ""
		if c.Default {
			mark = "*"
		}
		lines = append(lines, fmt.Sprintf("%s%s: %s", c.Secret, mark, strings.Join(c.Domains, " ")))
	}
	return strings.Join(lines, "; ")
}

// TestCertificatesAreOnRecord: with room for three extensions, the oldest three domains that need one
// have it, and the others are served with the default certificate; each is told, once.
func TestCertificatesAreOnRecord(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		const more = 4
		for i := range more {
			name := fmt.Sprintf("more-%d", i)
			w.secrets.put("shop", name, pairOf(name+".example"))
			w.add(withTLS(ingressOf(name, route{name + ".example", "/", "tea"}), name, name+".example"))
			w.wait(time.Second)
		}
		w.settle()
		const want = "shop/cafe*: cafe.example more-2.example more-3.example; shop/bar: bar.example; " +
			"shop/more-0: more-0.example; shop/more-1: more-1.example"
		if got := w.certificates(); got != want {
			w.Errorf("certificates: got %q, want %q", got, want)
		}
		if got := w.record("class.slb.0").Status.Use; !strings.Contains(got, "domain extensions 3/3") || !strings.Contains(got, "server certificates of the region 4/100") {
			w.Errorf("use: got %q", got)
		}
		for i := range more {
			name := fmt.Sprintf("more-%d", i)
			if got := len(w.life.told.of(name, cloud.ExtensionsExhausted)); got != i/2 {
				w.Errorf("Ingress %s was told %d times that there is no room", name, got)
			}
			w.serves(name, name+".example", "/", "tea")
		}
		seq := w.cloud.Seq()
		w.restart()
		w.settle()
		w.wrote(seq)
		if got := w.certificates(); got != want {
			w.Errorf("certificates after a restart: got %q, want %q", got, want)
		}
	})
}

// TestCertificateEnds: the end is announced once when it is near and once when it is there, without
// any change in the cluster; what is served stays until there is something better.
func TestCertificateEnds(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		end := time.Now().AddDate(0, 0, 60).UTC().Truncate(time.Second)
		w.secrets.put("shop", "bar", pairUntil("bar.example", end))
		w.settle()
		told := func(reason cloud.Reason) int { return len(w.life.told.of("bar", reason)) }
		w.run(29 * 24 * time.Hour)
		if n := told(cloud.CertificateExpiring); n != 0 {
			w.Errorf("told %d times of an end in more than 30 days", n)
		}
		w.run(2 * 24 * time.Hour)
		w.run(20 * 24 * time.Hour)
		if n := told(cloud.CertificateExpiring); n != 1 {
			w.Errorf("told %d times of an end within 30 days, want once", n)
		}
		before := w.find("extension", "bar.example")
		seq := w.cloud.Seq()
		w.run(10 * 24 * time.Hour)
		if n := told(cloud.CertificateExpired); n != 1 {
			w.Errorf("told %d times of the end, want once", n)
		}
		w.wrote(seq)
		if got := w.find("extension", "bar.example"); got != before {
			w.Errorf("the extension changed from %q to %q", before, got)
		}
		if got := w.sum("slb_ingress_certificate_expiry_timestamp_seconds", "secret", "bar"); got != float64(end.Unix()) {
			w.Errorf("the metric says %v, want %v", got, end.Unix())
		}
	})
}

// TestExpiredNeverReplacesValid: a Secret that gets an expired certificate changes nothing, neither of
// the default certificate nor of an extension.
func TestExpiredNeverReplacesValid(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		before, seq := w.dump(), w.cloud.Seq()
		past := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
		for _, name := range []string{"cafe", "bar"} {
			w.secrets.put("shop", name, pairUntil(name+".example", past))
			w.settle()
			if len(w.life.told.of(name, cloud.CertificateExpired)) != 1 {
				w.Errorf("Ingress %s was not told once", name)
			}
		}
		w.wrote(seq)
		w.restart()
		w.run(audits)
		w.wrote(seq)
		if got := w.dump(); got != before {
			w.Errorf("the account changed from\n%s\nto\n%s", before, got)
		}
		if got, want := w.certificates(), "shop/cafe*: cafe.example; shop/bar: bar.example"; got != want {
			w.Errorf("certificates: got %q, want %q", got, want)
		}
	})
}

// TestCertificateQuota: an account without room for another certificate is told which quota that is.
func TestCertificateQuota(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		notes := strings.Join(w.life.told.of("bar", cloud.QuotaExceeded), "\n")
		if !strings.Contains(notes, "slb_quota_certs_num") {
			w.Errorf("Ingress bar was told %q", notes)
		}
		w.serves("bar", "bar.example", "/", "tea")
	}, func(s *setup) { s.account.Quotas = fakecloud.Quotas{Certificates: 1} })
}
