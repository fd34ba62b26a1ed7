package dataplane

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"strings"
)

// exchange is one request on its way to one member and back.
type exchange struct {
	program *program
	to      target
	member  *member
	w       http.ResponseWriter
	in      *http.Request
	watch   *watchdog
}

func (x *exchange) run(ctx context.Context) {
	ctx, watchdog := watch(ctx, x.program.requestTimeout())
	defer watchdog.stop()
	x.watch = watchdog
	request := x.in.WithContext(ctx)
	if request.Body != nil && request.Body != http.NoBody {
		request.Body = watchedBody{ReadCloser: request.Body, watchdog: watchdog}
	}
	proxy := httputil.ReverseProxy{
		Rewrite:        x.rewrite,
		Transport:      x.member.upstream.transport,
		FlushInterval:  -1, // whatever the backend server sends is passed on at once
		ErrorLog:       log.New(io.Discard, "", 0),
		ModifyResponse: x.finish,
		ErrorHandler:   x.fail,
	}
	proxy.ServeHTTP(x.w, request)
}

// rewrite makes the request to the member: the client's own, but for the connection's headers and
// the forwarding headers that the listener has switched on.
func (x *exchange) rewrite(pr *httputil.ProxyRequest) {
	out := pr.Out
	out.URL.Scheme = "http"
	out.URL.Host = x.member.upstream.addr
	out.URL.RawQuery = pr.In.URL.RawQuery // also when it does not parse
	out.Host = pr.In.Host
	keepPath(out, wirePath(pr.In))
	if pr.In.Header.Get("Content-Length") == "0" {
		// These two together make net/http send the zero for any method.
		out.TransferEncoding, out.Body = []string{"identity"}, http.NoBody
	}
	setForwarded(out.Header, pr.In, x.program)
	x.to.unbind(out.Header)
}

// keepPath makes net/http write the path as it came. Only an opaque URL is written without being
// encoded anew; it cannot begin with two slashes, so there the parsed path has to do.
func keepPath(out *http.Request, path string) {
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		out.URL.Opaque = path
	}
}

// finish makes the client's response out of the member's.
func (x *exchange) finish(res *http.Response) error {
	x.watch.watchResponse(res)
	if res.Header.Get("Server") == "" {
		res.Header.Set("Server", serverName)
	}
	if len(res.Header["Content-Type"]) == 0 {
		x.w.Header()["Content-Type"] = nil // keeps net/http from guessing one
	}
	x.to.bind(res.Header, x.member)
	if x.program.view.Gzip && compressible(x.in, res) {
		compress(res)
	}
	return nil
}

// fail answers for a member that did not.
func (x *exchange) fail(w http.ResponseWriter, r *http.Request, err error) {
	logger := x.program.options.Log.V(1).WithValues("instance", x.program.at.instance, "port", x.program.at.port, "member", x.member.upstream.addr)
	switch cause := context.Cause(r.Context()); {
	case errors.Is(cause, errRequestTimeout):
		logger.Info("backend server did not answer in time")
		answer(w, x.in, http.StatusGatewayTimeout, "The backend server did not answer in time.")
	case cause != nil:
		panic(http.ErrAbortHandler) // the client has left
	default:
		logger.Info("backend server did not answer", "error", err.Error())
		answer(w, x.in, http.StatusBadGateway, "The backend server cannot be reached or did not answer in HTTP.")
	}
}
