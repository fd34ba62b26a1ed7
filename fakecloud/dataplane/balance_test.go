package dataplane_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func scheduled(scheduler string, members ...fakecloud.MemberView) fakecloud.ListenerView {
	l := plain(group("rsp-1", members...))
	l.Policy.Scheduler = scheduler
	return l
}

func (p plane) turns(client *http.Client, n int) string {
	p.t.Helper()
	var turns strings.Builder
	for range n {
		turns.WriteString(p.get(client, "a", "/").body)
	}
	return turns.String()
}

func TestSchedulers(t *testing.T) {
	t.Parallel()
	a, b, c := named(t, "a"), named(t, "b"), named(t, "c")
	for name, tc := range map[string]struct {
		reason string
		l      fakecloud.ListenerView
		want   string
	}{
		"Weighted":   {reason: "shares are exact and spread", l: scheduled("wrr", weighing(a, 50), weighing(b, 10), weighing(c, 10)), want: "aabacaaaabacaa"},
		"Equal":      {reason: "equal weights take turns", l: scheduled("wrr", a, b, c), want: "abcabc"},
		"RoundRobin": {reason: "rr heeds no weight", l: scheduled("rr", weighing(a, 100), weighing(b, 1)), want: "abab"},
		"Zero":       {reason: "weight 0 is left out", l: scheduled("rr", weighing(a, 0), weighing(b, 1)), want: "bb"},
		"Unset":      {reason: "wrr is the service's default", l: scheduled("", weighing(a, 20), weighing(b, 10)), want: "abaaba"},
		"LeastIdle":  {reason: "with nothing in flight wlc goes by weight", l: scheduled("wlc", weighing(a, 20), weighing(b, 10)), want: "abaaba"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := serve(t, tc.l).turns(browser(t), len(tc.want)); got != tc.want {
				t.Errorf("%s: got %s, want %s", tc.reason, got, tc.want)
			}
		})
	}
}

func TestLeastConnectionAvoidsTheBusy(t *testing.T) {
	t.Parallel()
	busy, asked, let := held(t)
	p := serve(t, scheduled("wlc", busy, named(t, "idle")))
	client, request := browser(t), p.request("a", "/")
	done := make(chan struct{})
	go func() {
		defer close(done)
		if res, err := client.Do(request); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-asked
	if got := p.turns(browser(t), 4); got != "idleidleidleidle" {
		t.Errorf("got %s, want only the member without a request in flight", got)
	}
	close(let)
	<-done
}

func TestRoundSurvivesMembershipChange(t *testing.T) {
	t.Parallel()
	a, b, c := named(t, "a"), named(t, "b"), named(t, "c")
	p, client := serve(t, scheduled("wrr", a, b)), browser(t)
	first := p.turns(client, 3) // b is next
	p.program(scheduled("wrr", a, b, c))
	second := p.turns(client, 3)
	p.program(scheduled("wrr", b, c))
	third := p.turns(client, 4)
	if diff := cmp.Diff([]string{"aba", "bca", "bcbc"}, []string{first, second, third}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func sticking(sticky fakecloud.StickyView, members ...fakecloud.MemberView) fakecloud.ListenerView {
	l := scheduled("wrr", members...)
	l.Policy.Sticky = &sticky
	return l
}

// session asks like one browser that keeps its cookies.
func (p plane) session(client *http.Client, jar map[string]string) reply {
	p.t.Helper()
	request := p.request("a", "/")
	for name, value := range jar {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	got := do(p.t, client, request)
	for _, cookie := range got.Cookies() {
		jar[cookie.Name] = cookie.Value
	}
	return got
}

func TestInsertedCookie(t *testing.T) {
	t.Parallel()
	a, b := named(t, "a"), named(t, "b")
	sticky := fakecloud.StickyView{Type: "insert", Timeout: 1800 * time.Second}
	p, client, jar := serve(t, sticking(sticky, a, b)), browser(t), map[string]string{}

	first := p.session(client, jar)
	cookies := first.Cookies()
	if len(cookies) != 1 || cookies[0].Name != "SERVERID" || cookies[0].MaxAge != 1800 || cookies[0].Path != "/" {
		t.Fatalf("got cookies %v", cookies)
	}
	if strings.Contains(cookies[0].Value, a.IP) {
		t.Error("the cookie tells the member's address")
	}
	for range 4 {
		if got := p.session(client, jar); got.body != first.body {
			t.Fatalf("got %q, want the session to stay with %q", got.body, first.body)
		}
	}
	if got := p.turns(client, 2); got != "ba" {
		t.Errorf("requests without a cookie: got %s, want turns", got)
	}
	p.program(sticking(sticky, weighing(a, 0), b))
	if got := p.session(client, jar); got.body != "b" {
		t.Errorf("got %q, want a member that takes requests", got.body)
	}
	p.program(sticking(sticky, a, b))
	if got := p.session(client, jar); got.body != "b" {
		t.Errorf("got %q, want the session to stay where it went", got.body)
	}
}

func TestRewrittenCookie(t *testing.T) {
	t.Parallel()
	keeper := func(name string) fakecloud.MemberView {
		return pod(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Set-Cookie", "JSESSION="+name+"|1; Path=/; HttpOnly")
			w.Header().Add("Set-Cookie", "other=1")
			_, _ = io.WriteString(w, name+" "+r.Header.Get("Cookie"))
		})
	}
	p := serve(t, sticking(fakecloud.StickyView{Type: "server", Cookie: "JSESSION"}, keeper("a"), keeper("b")))
	client, jar := browser(t), map[string]string{}
	if got := p.session(client, jar); got.body != "a " {
		t.Fatalf("got %q, want the first member and no cookie", got.body)
	}
	if jar["other"] != "1" || !strings.HasSuffix(jar["JSESSION"], "|a|1") || jar["JSESSION"] == "a|1" {
		t.Fatalf("got cookies %v, want only the named one marked", jar)
	}
	for range 3 {
		delete(jar, "other")
		if got := p.session(client, jar); got.body != "a JSESSION=a|1" {
			t.Errorf("got %q, want the same member and the value that it had set", got.body)
		}
	}
	if got := p.session(client, map[string]string{"JSESSION": "a|1"}); got.body != "b JSESSION=a|1" {
		t.Errorf("got %q, want a value that was never marked to pass", got.body)
	}
}
