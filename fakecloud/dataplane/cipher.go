package dataplane

import (
	"crypto/tls"
	"slices"
)

// cipherPolicy gives the versions and cipher suites of a TLS policy. A policy that is not known, as
// a user's own, counts as the service's default, tls_cipher_policy_1_0.
func cipherPolicy(policy string) (minimum, maximum uint16, suites []uint16) {
	switch policy {
	case "tls_cipher_policy_1_1":
		return tls.VersionTLS11, tls.VersionTLS12, wideSuites()
	case "tls_cipher_policy_1_2":
		return tls.VersionTLS12, tls.VersionTLS12, wideSuites()
	case "tls_cipher_policy_1_2_strict":
		return tls.VersionTLS12, tls.VersionTLS12, strictSuites()
	case "tls_cipher_policy_1_2_strict_with_1_3":
		return tls.VersionTLS12, tls.VersionTLS13, strictSuites()
	default:
		return tls.VersionTLS10, tls.VersionTLS12, wideSuites()
	}
}

// strictSuites are those with forward secrecy.
func strictSuites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	}
}

// wideSuites add the RSA key exchange and 3DES, which the service still offers to old clients.
func wideSuites() []uint16 {
	return slices.Concat(strictSuites(), []uint16{
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
	})
}
