package dataplane

import (
	"fmt"
	"net/http"
	"strconv"
)

// serverName is the Server header of our own answers and of those that came without one.
const serverName = "fakecloud"

// answer sends a small page of our own. The reason is for people who wonder why; it must not name a
// backend server, since clients see it.
func answer(w http.ResponseWriter, r *http.Request, status int, reason string) {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	page := "<!doctype html>\n<title>" + title + "</title>\n<h1>" + title + "</h1>\n<p>" + reason + "</p>\n"
	header := w.Header()
	header.Set("Server", serverName)
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(page)) // a client that has left needs no page
	}
}
