package fakecloud

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // HMAC-SHA1 is the signature method of the RPC style
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"
)

const timestampLayout = "2006-01-02T15:04:05Z"

// clockSkew is how far a caller's clock may be off.
const clockSkew = 15 * time.Minute

// Sign is the RPC signature of the parameters of a request with this HTTP method.
func Sign(method string, p Params, secret string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(method + "&%2F&" + encode(canonical(p))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func canonical(p Params) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if name == "Signature" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(encode(name))
		b.WriteByte('=')
		b.WriteString(encode(p[name]))
	}
	return b.String()
}

// encode is the percent encoding of RFC 3986.
func encode(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	for n := range len(s) {
		c := s[n]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

// authenticate checks who signed the call and that it is no replay. The caller holds the lock.
func (c *Cloud) authenticate(method string, p Params, now time.Time) *Error {
	for _, name := range []string{"AccessKeyId", "Signature", "SignatureNonce", "Timestamp", "SignatureMethod"} {
		if p[name] == "" {
			return missing(name)
		}
	}
	secret, known := c.opts.AccessKeys[p["AccessKeyId"]]
	if !known {
		return refuse("InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	if token, bound := c.opts.SecurityTokens[p["AccessKeyId"]]; bound && token != p["SecurityToken"] {
		return refuse("InvalidSecurityToken.Malformed", "The specified SecurityToken is malformed.")
	}
	if err := checkTimestamp(p["Timestamp"], now); err != nil {
		return err
	}
	if p["SignatureMethod"] != "HMAC-SHA1" || p["SignatureVersion"] != "1.0" {
		return refuse("IncompleteSignature", "The request signature does not conform to Aliyun standards.")
	}
	// The string to sign is not quoted: it holds every parameter, a private key included.
	if !hmac.Equal([]byte(Sign(method, p, secret)), []byte(p["Signature"])) {
		return refuse("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
	}
	return c.spend(p["SignatureNonce"], now)
}

func checkTimestamp(text string, now time.Time) *Error {
	at, err := time.Parse(timestampLayout, text)
	if err != nil {
		return refuse("InvalidTimeStamp.Format", "Specified time stamp %q is not well formatted.", text)
	}
	if at.Before(now.Add(-clockSkew)) || at.After(now.Add(clockSkew)) {
		return refuse("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
	}
	return nil
}

// spend refuses a nonce that was used while a request with it can still be in time.
func (c *Cloud) spend(nonce string, now time.Time) *Error {
	if !c.nonces.spend(nonce, now) {
		return refuse("SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	return nil
}

// nonceBook remembers nonces for at least twice the clock skew. It has two halves, so that forgetting
// costs nothing per call: the older half is dropped whole.
type nonceBook struct {
	since         time.Time
	recent, older map[string]time.Time
}

// spend says whether the nonce is new.
func (b *nonceBook) spend(nonce string, now time.Time) bool {
	const life = 2 * clockSkew
	if b.recent == nil || now.Sub(b.since) >= life {
		b.since, b.recent, b.older = now, map[string]time.Time{}, b.recent
	}
	for _, half := range []map[string]time.Time{b.recent, b.older} {
		if used, ok := half[nonce]; ok && now.Sub(used) < life {
			return false
		}
	}
	b.recent[nonce] = now
	return true
}
