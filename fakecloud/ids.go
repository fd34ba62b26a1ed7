package fakecloud

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// ids makes ids that depend on the seed, the kind and how many of the kind were made before: a read,
// or a write of another kind, shifts nothing.
type ids struct {
	seed int64
	made map[string]uint64
}

func (g *ids) sum(kind string) [sha256.Size]byte {
	n := g.made[kind]
	g.made[kind] = n + 1
	text := binary.BigEndian.AppendUint64([]byte(kind+"/"), uint64(g.seed)) //nolint:gosec // the bits count, not the sign
	return sha256.Sum256(binary.BigEndian.AppendUint64(text, n))
}

// next is kind-<20 lower-case letters and digits>.
func (g *ids) next(kind string) string {
	sum := g.sum(kind)
	return kind + "-" + lowerText(sum[:])[:20]
}

// certificate follows <account>_<hex>_<int>_<int>.
func (g *ids) certificate(account string) string {
	sum := g.sum("certificate")
	low, high := binary.BigEndian.Uint32(sum[8:]), binary.BigEndian.Uint32(sum[12:])
	return fmt.Sprintf("%s_%x_%d_%d", account, sum[:6], int32(low>>1), int32(high>>1))
}

// request is an upper-case UUID.
func (g *ids) request() string {
	sum := g.sum("request")
	return fmt.Sprintf("%X-%X-%X-%X-%X", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func lowerText(b []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// ENIID is the network interface that owns ip when ip lies in Options.ENICIDR.
func ENIID(ip netip.Addr) string {
	sum := sha256.Sum256([]byte("eni/" + ip.String()))
	return "eni-" + lowerText(sum[:])[:20]
}
