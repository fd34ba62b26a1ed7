package node

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Answer is what a pod's server replies, as JSON, to every request but a WebSocket handshake.
type Answer struct {
	Path    string      `json:"path"`            // as it was sent, escapes included, without the query
	Query   string      `json:"query,omitempty"` // as it was sent
	Host    string      `json:"host"`
	Method  string      `json:"method"`
	Proto   string      `json:"proto"`
	Headers http.Header `json:"headers"`
	Body    int64       `json:"body,omitempty"` // length in bytes

	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	Service   string `json:"service"` // the container's SERVICE_NAME, else the pod's owner
	Ingress   string `json:"ingress"` // the container's INGRESS_NAME
	Port      int32  `json:"port"`    // the container port
}

// echo answers as who, with what was asked.
type echo struct{ who Answer }

func (e echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isWebSocket(r) {
		echoMessages(w, r)
		return
	}
	who := e.who
	length, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		http.Error(w, "reading the body: "+err.Error(), http.StatusBadRequest)
		return
	}
	who.Path, who.Query, _ = strings.Cut(r.RequestURI, "?")
	who.Host, who.Method, who.Proto = r.Host, r.Method, r.Proto
	who.Headers, who.Body = r.Header, length
	text, err := json.MarshalIndent(who, "", "  ")
	if err != nil {
		http.Error(w, "writing the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "%s\n", text)
}
