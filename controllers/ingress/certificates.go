package ingress

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// maxServedBytes bounds the list of certificates in the record, which is at most 32 KiB with all
// that it holds; the claims may take 20 of them. Domains beyond it are not listed.
const maxServedBytes = 6 << 10

// servedCertificates tells which certificate each domain that asked for one is served with, as the
// service has it: the default one first, the others in the order of their first domain.
func servedCertificates(want desired.Result, got cloud.Observed) []v1alpha1.ServedCertificate {
	listener, ok := got.Ours.Listener(443)
	if !ok {
		return nil
	}
	secrets := originsOf(want, listener)
	list := []v1alpha1.ServedCertificate{served(got, listener.TLS.Certificate, secrets)}
	list[0].Default = true
	at := map[string]int{listener.TLS.Certificate: 0}
	size := 0
	for _, d := range want.Domains {
		name := listener.TLS.Certificate
		i := slices.IndexFunc(got.Ours.Extensions, func(e cloud.Extension) bool { return e.Domain == d.Name })
		if i >= 0 {
			name = got.Ours.Extensions[i].Certificate
		}
		if secrets[name] == "" && name != listener.TLS.Certificate {
			secrets[name] = d.Secret.String() // it is kept while its Secret is broken
		}
		if size += len(d.Name) + len(d.Secret.String()) + len(`{"secret":"","notAfter":"","domains":[]}`); size > maxServedBytes {
			break
		}
		if _, there := at[name]; !there {
			at[name] = len(list)
			list = append(list, served(got, name, secrets))
		}
		list[at[name]].Domains = append(list[at[name]].Domains, d.Name)
	}
	return list
}

// originsOf names the Secrets that certificates come from by their logical names.
func originsOf(want desired.Result, listener cloud.Listener) map[string]string {
	secrets := map[string]string{}
	for _, d := range want.Domains {
		if d.Certificate != "" && secrets[d.Certificate] == "" {
			secrets[d.Certificate] = d.Secret.String()
		}
	}
	if text := secretText(want.DefaultSecret); text != "" {
		secrets[listener.TLS.Certificate] = text
	}
	return secrets
}

func served(got cloud.Observed, name string, secrets map[string]string) v1alpha1.ServedCertificate {
	s := v1alpha1.ServedCertificate{Secret: secrets[name]}
	i := slices.IndexFunc(got.Ours.Certificates, func(c cloud.Certificate) bool { return c.Name == name })
	if i >= 0 && !got.Ours.Certificates[i].NotAfter.IsZero() {
		end := metav1.NewTime(got.Ours.Certificates[i].NotAfter)
		s.NotAfter = &end
	}
	return s
}
