package cloud

import (
	"fmt"
	"time"
)

// Certificate is a server certificate. Its name is the SHA-256 of its chain in hexadecimal, so one
// content is uploaded once for each group. The service never gives contents back: an observed
// certificate has a name and times only.
type Certificate struct {
	Name     string
	Chain    []byte     // PEM, leaf first; in a wanted Stack only
	Key      PrivateKey // PEM, PKCS#1 or SEC 1; in a wanted Stack only
	NotAfter time.Time  // UTC, whole seconds

	Source Source
}

// Ref is the certificate's logical name.
func (c Certificate) Ref() Ref { return CertificateRef(c.Name) }

// PrivateKey is a PEM private key. It never prints itself: every verb of fmt and every encoding
// shows a placeholder. Convert to []byte to send it.
type PrivateKey []byte

const redacted = "[REDACTED]"

// String implements fmt.Stringer.
func (PrivateKey) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (PrivateKey) GoString() string { return redacted }

// Format implements fmt.Formatter, so that no verb shows the bytes.
func (PrivateKey) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(redacted)) }

// MarshalText implements encoding.TextMarshaler; JSON and YAML use it.
func (PrivateKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }
