package dataplane

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

const (
	stickyInsert = "insert"
	// stickyCookie is the name that the service gives an inserted cookie.
	stickyCookie = "SERVERID"
	// stickyMark ends the member id in a rewritten cookie. Backend servers may use it in values of
	// their own, since only the first one counts.
	stickyMark = "|"
	// cookieIDLength is the length of a member id in a cookie: 8 octets in hexadecimal.
	cookieIDLength = 16
)

// cookieID names a member in a cookie. It is stable across restarts and reprogramming, so that a
// session outlives both.
func cookieID(m fakecloud.MemberView) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d", m.ServerID, m.IP, m.Port))
	return hex.EncodeToString(sum[:])[:cookieIDLength]
}

// choose leases the member that answers the request: the one that its cookie binds it to while that
// one is usable, else the scheduler's choice. It gives nil when no member is usable.
func (t target) choose(r *http.Request) *member {
	if t.sticky != nil {
		if m := t.pool.bound(t.boundTo(r)); m != nil {
			return m
		}
	}
	return t.pool.pick()
}

// boundTo reads the member id of the request's cookie, if any.
func (t target) boundTo(r *http.Request) string {
	cookie, err := r.Cookie(t.cookieName())
	if err != nil {
		return ""
	}
	id, _, _ := strings.Cut(cookie.Value, stickyMark)
	return id
}

func (t target) cookieName() string {
	if t.sticky.Type == stickyInsert {
		return stickyCookie
	}
	return t.sticky.Cookie
}

// bind makes the response bind its client to the member. An inserted cookie is renewed by every
// response, so a session ends when it was idle for the timeout.
func (t target) bind(header http.Header, m *member) {
	switch {
	case t.sticky == nil:
	case t.sticky.Type == stickyInsert:
		//nolint:gosec // the service sets neither Secure nor HttpOnly
		cookie := http.Cookie{Name: stickyCookie, Value: m.id, Path: "/", MaxAge: int(t.sticky.Timeout / time.Second)}
		header.Add("Set-Cookie", cookie.String())
	default:
		for i, line := range header["Set-Cookie"] {
			if value, ok := strings.CutPrefix(line, t.sticky.Cookie+"="); ok {
				header["Set-Cookie"][i] = t.sticky.Cookie + "=" + m.id + stickyMark + value
			}
		}
	}
}

// unbind gives the backend server back the cookie value that it had set.
func (t target) unbind(header http.Header) {
	if t.sticky == nil || t.sticky.Type == stickyInsert {
		return
	}
	for i, line := range header["Cookie"] {
		pairs := strings.Split(line, ";")
		for j, pair := range pairs {
			pairs[j] = t.unmark(pair)
		}
		header["Cookie"][i] = strings.Join(pairs, ";")
	}
}

// unmark drops the member id, of whichever member, from one pair of a Cookie header.
func (t target) unmark(pair string) string {
	name, value, _ := strings.Cut(pair, "=")
	id, rest, marked := strings.Cut(value, stickyMark)
	if strings.TrimSpace(name) != t.sticky.Cookie || !marked || len(id) != cookieIDLength {
		return pair
	}
	return name + "=" + rest
}
