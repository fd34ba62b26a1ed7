package alibaba_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
)

const keyring = "0123456789abcdef0123456789abcdef"

// seal encrypts as the cluster does: base64 of IV and AES-CBC with PKCS#7 padding.
func seal(t *testing.T, plain string) string {
	t.Helper()
	block, err := aes.NewCipher([]byte(keyring))
	if err != nil {
		t.Fatalf("NewCipher: %v", err)
	}
	n := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append([]byte(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	iv := []byte("fedcba9876543210")
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded)
	return base64.StdEncoding.EncodeToString(append(iv, padded...))
}

func tokenText(t *testing.T, id string, expires time.Time, edit map[string]any) string {
	t.Helper()
	fields := map[string]any{
		"access.key.id": seal(t, id), "access.key.secret": seal(t, "secret-of-"+id), "security.token": seal(t, "sts"),
		"expiration": expires.UTC().Format(time.RFC3339), "keyring": keyring,
	}
	maps.Copy(fields, edit)
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	return string(text)
}

// clock is moved by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func TestTokenFile(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "token-config")
	c := &clock{start}
	credentials := alibaba.NewCredentials(alibaba.CredentialsOptions{TokenFile: path, Now: c.Now})
	write := func(text string, mtime time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatalf("WriteFile: %v", err)
		}
		if err := os.Chtimes(path, mtime, mtime); err != nil {
			t.Fatalf("Chtimes: %v", err)
		}
	}
	expect := func(what, id string) {
		t.Helper()
		got, err := credentials.Key(t.Context())
		if err != nil || got.ID != id || got.Secret != "secret-of-"+id || got.Token != "sts" {
			t.Errorf("%s: got %q (%v), want %q", what, got.ID, err, id)
		}
	}
	write(tokenText(t, "one", start.Add(time.Hour), nil), start)
	expect("first", "one")
	write(tokenText(t, "two", start.Add(time.Hour), nil), start)
	expect("unchanged time, so not read again", "one")
	c.now = start.Add(6 * time.Minute)
	expect("read again after some minutes", "two")
	write(tokenText(t, "three", start.Add(2*time.Hour), nil), start.Add(time.Minute))
	expect("changed time", "three")
	write("{", start.Add(2*time.Minute))
	expect("a broken file leaves what is known", "three")
	c.now = start.Add(2 * time.Hour)
	if got, err := credentials.Key(t.Context()); err == nil {
		t.Errorf("an expired key was handed out: %q", got.ID)
	}
	write(tokenText(t, "four", start.Add(3*time.Hour), nil), start.Add(3*time.Minute))
	expect("renewed", "four")
	c.now = start.Add(3 * time.Hour)
	if _, err := credentials.Key(t.Context()); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("expired and not renewed: got %v", err)
	}
}

func TestBrokenTokenFile(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	good := func(edit map[string]any) string { return tokenText(t, "CANARY", now.Add(time.Hour), edit) }
	cases := map[string]struct{ text, want string }{
		"NoJSON":       {"CANARY", "it is no JSON object; check the Secret that it is mounted from"},
		"NoExpiration": {good(map[string]any{"expiration": "CANARY"}), "its expiration is missing or no time such as 2006-01-02T15:04:05Z"},
		"NoKeyring":    {good(map[string]any{"keyring": ""}), "cannot decrypt access.key.id by its keyring"},
		"WrongKeyring": {good(map[string]any{"keyring": strings.Repeat("x", 32)}), "cannot decrypt access.key.id by its keyring"},
		"NoBase64":     {good(map[string]any{"security.token": "CANARY!"}), "cannot decrypt security.token by its keyring"},
		"Short":        {good(map[string]any{"access.key.secret": "QUJD"}), "cannot decrypt access.key.secret by its keyring"},
		"Expired":      {tokenText(t, "CANARY", now, nil), "it has expired; check that the cluster renews it"},
		"Role": {
			good(map[string]any{"error": map[string]string{"roleName": "Role", "code": "NoPermission", "message": "CANARY"}}),
			`the cluster cannot assume the role "Role" (NoPermission); authorise the role in RAM`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "token-config")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatalf("WriteFile: %v", err)
			}
			c := &clock{now}
			_, err := alibaba.NewCredentials(alibaba.CredentialsOptions{TokenFile: path, Now: c.Now}).Key(t.Context())
			if err == nil {
				t.Fatal("a broken file was used")
			}
			if want := `cannot use the add-on token "` + path + `": ` + tc.want; err.Error() != want {
				t.Errorf("got  %q\nwant %q", err, want)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the error quotes the file: %v", err)
			}
		})
	}
}

// TestChain falls back to the SDK's chain where there is no token file, and recovers when that has
// nothing at first.
func TestChain(t *testing.T) {
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", "ALIBABA_CLOUD_ACCESS_KEY_ID": "",
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "", "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "", "ALIBABA_CLOUD_CREDENTIALS_URI": "",
	} {
		t.Setenv(name, value)
	}
	path := filepath.Join(home, "none")
	credentials := alibaba.NewCredentials(alibaba.CredentialsOptions{TokenFile: path})
	_, err := credentials.Key(context.Background())
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "ALIBABA_CLOUD_ACCESS_KEY_ID") {
		t.Errorf("no credentials anywhere: got %v, want the file and the remedy", err)
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "env-id")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "env-secret")
	key, err := credentials.Key(context.Background())
	if err != nil || key.ID != "env-id" || key.Secret != "env-secret" {
		t.Errorf("from the environment: got %q (%v)", key.ID, err)
	}
}
