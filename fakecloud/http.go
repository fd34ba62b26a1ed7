package fakecloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// maxBody is ample for the longest certificate chain.
const maxBody = 1 << 20

// codeSecretInURL refuses a call that carries a key where proxies log it. The real service accepts
// such calls; a controller must not make them.
const codeSecretInURL = "Refused.SecretInURL"

// codePlainHTTP refuses a call that anybody between the caller and this machine can read. The real
// service answers plain HTTP; a controller must not use it.
const codePlainHTTP = "Refused.PlainHTTP"

// ServeHTTP answers one call of SLB or ECS, whichever Version and Action name. A lost reply aborts
// the connection. Plain HTTP is refused to all but loopback peers.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body, err := c.serve(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // the body is JSON and declared as such, so no browser runs it
}

// RoundTripper answers calls in the goroutine that makes them, without sockets, so it may be used in a
// testing/synctest bubble. It honours the request's context; a lost reply is an error.
func (c *Cloud) RoundTripper() http.RoundTripper { return transport{c} }

type transport struct{ cloud *Cloud }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	status, body, err := t.cloud.serve(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json;charset=utf-8"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       r,
	}, nil
}

// serve gives status and body, or the error of a call that gets no answer.
func (c *Cloud) serve(r *http.Request) (int, []byte, error) {
	x, refusal := c.receive(r)
	if refusal != nil {
		return c.encode(x, nil, refusal)
	}
	answer, err := c.run(r.Context(), x)
	return c.encode(x, answer, err)
}

func (c *Cloud) encode(x *exchange, answer object, err error) (int, []byte, error) {
	status := http.StatusOK
	if err != nil {
		var refusal *Error
		if !errors.As(err, &refusal) {
			return 0, nil, err
		}
		status = refusal.Status
		answer = object{
			"RequestId": refusal.RequestID, "HostId": x.op.host(), "Code": refusal.Code,
			"Message": refusal.Message, "Recommend": "",
		}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return 0, nil, fmt.Errorf("encoding the answer of %s: %w", x.action, err)
	}
	return status, body, nil
}

// receive reads, authenticates and throttles a call.
func (c *Cloud) receive(r *http.Request) (*exchange, *Error) {
	query := r.URL.Query()
	p, err := readParams(r, query)
	x := &exchange{action: p["Action"], params: p, caller: p["AccessKeyId"]}
	c.mu.Lock()
	x.requestID = c.ids.request()
	c.mu.Unlock()
	x.op = c.ops[x.action]
	switch {
	case err != nil:
		return x, c.reject(x, err)
	case isOverheard(r):
		return x, c.reject(x, refuse(codePlainHTTP, "Plain HTTP is for callers on this machine: use HTTPS."))
	case holdsSecret(query):
		return x, c.reject(x, refuse(codeSecretInURL, "The URL carries a private key or a PEM text: send it in the body."))
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return x, c.reject(x, refuse("UnsupportedHTTPMethod", "This http method is not supported."))
	}
	if err := c.admit(r.Method, x); err != nil {
		return x, c.reject(x, err)
	}
	return x, nil
}

// isOverheard tells whether a call came without TLS from elsewhere. One made in process has no peer.
func isOverheard(r *http.Request) bool {
	if r.TLS != nil || r.RemoteAddr == "" {
		return false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err != nil || !peer.Addr().Unmap().IsLoopback()
}

func readParams(r *http.Request, query url.Values) (Params, *Error) {
	p := Params{}
	for name, values := range query {
		p[name] = values[0]
	}
	if r.Body == nil {
		return p, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return p, refuse("InvalidParameter", "The request body cannot be read or is larger than %d bytes.", maxBody)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return p, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return p, refuse("InvalidParameter", "The request body is not a form.")
	}
	for name, values := range form {
		p[name] = values[0]
	}
	return p, nil
}

func holdsSecret(query url.Values) bool {
	for name, values := range query {
		if name == "PrivateKey" {
			return true
		}
		for _, v := range values {
			if strings.Contains(v, "-----BEGIN") {
				return true
			}
		}
	}
	return false
}

// admit is the gateway: known operation, known caller, within the rate, allowed; and it picks the fault.
func (c *Cloud) admit(method string, x *exchange) *Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now()
	if version := x.params["Version"]; version != versionSLB && version != versionECS {
		return refuse("InvalidVersion", "Specified parameter Version %q is not valid.", version)
	}
	if x.op.run == nil || x.op.version() != x.params["Version"] {
		return refuse("InvalidAction.NotFound", "Specified api %q is not found.", x.action)
	}
	if err := c.authenticate(method, x.params, now); err != nil {
		return err
	}
	if err := c.throttled(x, now); err != nil {
		return err
	}
	if err := c.authorize(x); err != nil {
		return err
	}
	x.fault = c.pickFault(x)
	return nil
}

// Do runs an operation as another user of the account would from the console: without a signature,
// without faults, at once. The answer is what the wire would carry; the error is an *Error.
func (c *Cloud) Do(action string, params map[string]string) (map[string]any, error) {
	x := &exchange{action: action, params: Params{}, foreign: true, op: c.ops[action]}
	maps.Copy(x.params, params)
	c.mu.Lock()
	x.requestID = c.ids.request()
	c.mu.Unlock()
	if x.op.run == nil {
		return nil, c.reject(x, refuse("InvalidAction.NotFound", "Specified api %q is not found.", action))
	}
	answer, err := c.run(context.Background(), x)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("encoding the answer of %s: %w", action, err)
	}
	var plain map[string]any
	if err := json.Unmarshal(body, &plain); err != nil {
		return nil, fmt.Errorf("decoding the answer of %s: %w", action, err)
	}
	return plain, nil
}
