package alibaba

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	// rereadAfter bounds how long a token is used without a look at its file's contents: a mounted
	// Secret can change with its modification time standing still.
	rereadAfter = 5 * time.Minute
	maxToken    = 64 << 10
)

// tokenFile reads the token that a managed cluster keeps fresh in a file for its add-ons.
type tokenFile struct {
	path string
	now  func() time.Time

	mu      sync.Mutex
	key     Key
	expires time.Time
	mtime   time.Time
	readAt  time.Time
}

// token is the file's contents. Key and token are encrypted by the keyring that stands beside them.
type token struct {
	ID         string      `json:"access.key.id"`
	Secret     string      `json:"access.key.secret"`
	Token      string      `json:"security.token"`
	Expiration string      `json:"expiration"`
	Keyring    string      `json:"keyring"`
	Error      *tokenError `json:"error"`
}

// tokenError is what stands in the file when the cluster cannot assume the add-on's role.
type tokenError struct {
	RoleName string `json:"roleName"`
	Code     string `json:"code"`
}

// Key implements Credentials. A file that is not there is fs.ErrNotExist. When a re-read fails, the
// key that is known is used until it expires, and never after that.
func (f *tokenFile) Key(context.Context) (Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	err := f.refresh(now)
	if !f.expires.IsZero() && now.Before(f.expires) {
		return f.key, nil
	}
	if err == nil {
		err = fmt.Errorf("cannot use the add-on token %q: it has expired; check that the cluster renews it", f.path)
	}
	return Key{}, err
}

// refresh reads the file if it has changed, was not read for a while, or what is known has expired.
func (f *tokenFile) refresh(now time.Time) error {
	stat, err := os.Stat(f.path)
	if err != nil {
		return f.unreadable(err)
	}
	if stat.ModTime().Equal(f.mtime) && now.Sub(f.readAt) < rereadAfter && now.Before(f.expires) {
		return nil
	}
	text, err := readLimited(f.path, maxToken)
	if err != nil {
		return f.unreadable(err)
	}
	key, expires, err := parseToken(text)
	if err != nil {
		return fmt.Errorf("cannot use the add-on token %q: %w", f.path, err)
	}
	key.Source = "addon"
	f.key, f.expires, f.mtime, f.readAt = key, expires, stat.ModTime(), now
	return nil
}

func (f *tokenFile) unreadable(err error) error {
	return fmt.Errorf("cannot read the add-on token: %w", err)
}

func readLimited(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(file, limit))
}

// parseToken decodes and decrypts a token. Errors quote nothing of it but the role's name and the
// cluster's error code.
func parseToken(text []byte) (Key, time.Time, error) {
	var t token
	if json.Unmarshal(text, &t) != nil {
		return Key{}, time.Time{}, errors.New("it is no JSON object; check the Secret that it is mounted from")
	}
	if t.Error != nil && t.Error.Code != "" {
		return Key{}, time.Time{}, fmt.Errorf("the cluster cannot assume the role %q (%s); authorise the role in RAM",
			t.Error.RoleName, t.Error.Code)
	}
	expires, err := time.Parse(time.RFC3339, t.Expiration)
	if err != nil {
		return Key{}, time.Time{}, errors.New("its expiration is missing or no time such as 2006-01-02T15:04:05Z")
	}
	key, err := t.decrypt()
	return key, expires, err
}

func (t token) decrypt() (Key, error) {
	var plain [3]string
	fields := [3]struct{ name, value string }{
		{"access.key.id", t.ID}, {"access.key.secret", t.Secret}, {"security.token", t.Token},
	}
	for i, field := range fields {
		var err error
		if plain[i], err = decrypt(field.value, t.Keyring); err != nil {
			return Key{}, fmt.Errorf("cannot decrypt %s by its keyring", field.name)
		}
	}
	return Key{ID: plain[0], Secret: plain[1], Token: plain[2]}, nil
}

// decrypt undoes base64 of a 16-byte IV and AES-CBC with PKCS#7 padding, keyed by the keyring's bytes.
func decrypt(text, keyring string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", errors.New("no base64")
	}
	block, err := aes.NewCipher([]byte(keyring))
	if err != nil {
		return "", errors.New("no AES key")
	}
	if len(raw) < 2*aes.BlockSize || len(raw)%aes.BlockSize != 0 {
		return "", errors.New("no whole number of blocks")
	}
	plain := raw[aes.BlockSize:]
	cipher.NewCBCDecrypter(block, raw[:aes.BlockSize]).CryptBlocks(plain, plain)
	return unpad(plain)
}

func unpad(plain []byte) (string, error) {
	n := int(plain[len(plain)-1])
	if n == 0 || n > aes.BlockSize || n > len(plain) {
		return "", errors.New("wrong padding")
	}
	for _, b := range plain[len(plain)-n:] {
		if int(b) != n {
			return "", errors.New("wrong padding")
		}
	}
	return string(plain[:len(plain)-n]), nil
}
