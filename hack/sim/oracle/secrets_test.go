package oracle_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/hack/sim/oracle"
)

const token = "canary/token+0123456789=abcdefghijklmnop"

// TestSecrets: a canary is found however it is written, whatever stands around it, and also if only a
// part of it leaks.
func TestSecrets(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.secret("shop", "web", "a.example")
	key := string(s.cluster.Secrets[len(s.cluster.Secrets)-1].Data["tls.key"])
	block, _ := pem.Decode([]byte(key))
	chain := string(s.cluster.Secrets[len(s.cluster.Secrets)-1].Data["tls.crt"])
	secrets, err := oracle.NewSecrets(map[string]string{"key": key, "token": token}, chain)
	s.must(err)
	quoted, err := json.Marshal(map[string]string{"k": key})
	s.must(err)
	leaks := map[string]string{
		"whole":          token,
		"part":           token[9:33],
		"hex":            hex.EncodeToString([]byte(token)),
		"HEX":            strings.ToUpper(hex.EncodeToString([]byte(token))),
		"base64":         base64.StdEncoding.EncodeToString([]byte(token)),
		"base64 after 1": base64.StdEncoding.EncodeToString([]byte("x" + token)),
		"base64 after 2": base64.StdEncoding.EncodeToString([]byte("xy" + token)),
		"URL query":      "https://host/?a=" + url.QueryEscape(token),
		"URL path":       url.PathEscape(token),
		"PEM":            key,
		"PEM in JSON":    string(quoted),
		"PEM in a query": url.Values{"PrivateKey": {key}}.Encode(),
		"PEM in base64":  base64.StdEncoding.EncodeToString([]byte("tls.key: " + key)),
		"DER in hex":     hex.EncodeToString(block.Bytes),
		"DER in base64":  base64.URLEncoding.EncodeToString(append([]byte{0}, block.Bytes...)),
	}
	for name, leak := range leaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if found := secrets.Search("log", "before "+leak+" after"); len(found) == 0 || !strings.HasPrefix(found[0], "log holds ") {
				t.Errorf("not found: %q", found)
			}
		})
	}
	if found := secrets.Search("log", "-----BEGIN EC PRIVATE KEY----- "+chain+" canary/token"); len(found) > 0 {
		t.Errorf("found in what is no secret: %q", found)
	}
}

func TestShortSecret(t *testing.T) {
	t.Parallel()
	if _, err := oracle.NewSecrets(map[string]string{"pin": "1234"}); err == nil || !strings.Contains(err.Error(), `"pin"`) {
		t.Errorf("a secret that is found everywhere is accepted: %v", err)
	}
}
