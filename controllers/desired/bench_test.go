package desired_test

import (
	"fmt"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// BenchmarkBuild translates a full instance: 40 hosts, 20 of them with TLS, 10 pods a Service.
func BenchmarkBuild(b *testing.B) {
	w := newWorld(&testing.T{})
	for i := range 40 {
		w.ingress(fmt.Sprintf("default/i%d@%d h%d.example.com Prefix / s%d:http", i, i, i, i))
		line := fmt.Sprintf("default/s%d http=80:8080", i)
		for j := range 10 {
			line += fmt.Sprintf(" 10.0.%d.%d", i, j)
		}
		w.service(line)
		if i%2 == 0 {
			w.ingress(fmt.Sprintf("default/i%d@%d tls s%d h%d.example.com", i, i, i, i))
			w.secret(fmt.Sprintf("default/s%d h%d.example.com", i, i))
		}
	}
	s := w.done()
	b.ReportAllocs()
	for b.Loop() {
		desired.Build(s)
	}
}
