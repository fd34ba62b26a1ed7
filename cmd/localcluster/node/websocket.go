package node

import (
	"net/http"
	"strings"

	"golang.org/x/net/websocket"
)

func isWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// message is one WebSocket message with its kind, text or binary.
type message struct {
	data []byte
	kind byte
}

// echoMessages answers a handshake and then sends each message back as it came, until the client
// closes. The server has no handshake function, so any Origin is welcome.
func echoMessages(w http.ResponseWriter, r *http.Request) {
	codec := websocket.Codec{
		Marshal: func(v any) ([]byte, byte, error) {
			m, ok := v.(*message)
			if !ok {
				return nil, 0, websocket.ErrNotSupported
			}
			return m.data, m.kind, nil
		},
		Unmarshal: func(data []byte, kind byte, v any) error {
			m, ok := v.(*message)
			if !ok {
				return websocket.ErrNotSupported
			}
			*m = message{data: data, kind: kind}
			return nil
		},
	}
	websocket.Server{Handler: func(conn *websocket.Conn) {
		for {
			var m message
			if codec.Receive(conn, &m) != nil || codec.Send(conn, &m) != nil {
				return
			}
		}
	}}.ServeHTTP(w, r)
}
