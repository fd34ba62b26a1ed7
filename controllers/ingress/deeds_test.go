package ingress

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// deed is something that users expect of the controller. It is done with the shipped RAM policy and
// again without one of its actions: nothing in it may end the test, since it is meant to go wrong.
type deed struct {
	name string
	do   func(*deedWorld)
}

// deedWorld collects what a deed leads to.
type deedWorld struct {
	*world

	seen []string
}

// rest lets the controller do its work, however often it has to try.
func (w *deedWorld) rest() { w.run(10 * time.Minute) }

// see notes what is programmed and what Ingresses show, by names: ids tell of calls, not of ends.
func (w *deedWorld) see() {
	w.rest()
	text := w.dump()
	for line := range strings.SplitSeq(text, "\n") {
		if f := strings.Fields(line); len(f) > 2 && (f[0] == "acl" || f[0] == "ca") {
			text = strings.ReplaceAll(text, f[1], "<"+f[2]+">")
		}
	}
	w.seen = append(w.seen, strings.Split(text, "\n")...)
	w.seeInstances()
	var list networkingv1.IngressList
	w.must(w.api.List(w.Context(), &list))
	for i := range list.Items {
		w.seen = append(w.seen, fmt.Sprintf("address of %s: %v", list.Items[i].Name, addresses(&list.Items[i])))
	}
}

// deeds are in the order in which they are tried on an action.
func deeds() []deed {
	return slices.Concat(routeDeeds(), certificateDeeds(), settingDeeds(), accessDeeds(), instanceDeeds())
}

func routeDeeds() []deed {
	return []deed{
		{"an Ingress is served", func(w *deedWorld) { w.open(); w.see() }},
		{"a path goes to another Service", func(w *deedWorld) {
			w.open()
			edit(w.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) {
				ing.Spec.Rules[0].HTTP.Paths[0].Backend = backendOf("tea")
			})
			w.see()
		}},
		{"a path and its Service go", func(w *deedWorld) {
			w.open()
			edit(w.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) { ing.Spec.Rules = ing.Spec.Rules[1:] })
			w.see()
		}},
		{"a Service grows", func(w *deedWorld) { w.open(); w.scale("coffee", 3); w.see() }},
		{"a Service shrinks", func(w *deedWorld) { w.open(); w.scale("coffee", 1); w.see() }},
		{"what a lost record was of goes", func(w *deedWorld) {
			w.open()
			w.lose("class.slb.0", ingressOf("cafe"), ingressOf("bar"))
			w.run(time.Hour)
			w.see()
		}},
		{"a canary changes its share", func(w *deedWorld) {
			w.open()
			canary := ingressOf("canary", route{"cafe.example", "/coffee", "tea"})
			canary.Annotations[annotations.Prefix+string(annotations.Canary)] = "true"
			canary.Annotations[annotations.Prefix+string(annotations.CanaryWeight)] = "10"
			w.add(canary)
			w.rest()
			edit(w.world, ingressOf("canary"), func(ing *networkingv1.Ingress) {
				ing.Annotations[annotations.Prefix+string(annotations.CanaryWeight)] = "60"
			})
			w.see()
		}},
	}
}

func certificateDeeds() []deed {
	return []deed{
		{"a certificate is renewed", func(w *deedWorld) {
			w.open()
			w.secrets.put("shop", "bar", pairOf("*.example"))
			w.see()
		}},
		{"an Ingress with a certificate of its own goes", func(w *deedWorld) {
			w.open()
			w.remove(ingressOf("bar"))
			w.see()
		}},
	}
}

func settingDeeds() []deed {
	return []deed{
		{"settings of listeners change", func(w *deedWorld) {
			w.open()
			w.say(map[annotations.Name]string{"idle-timeout": "30"})
			w.see()
		}},
		{"settings of the instance change", func(w *deedWorld) {
			w.open()
			w.say(map[annotations.Name]string{
				"name": "renamed", "spec": "slb.s2.small", "charge-type": "paybybandwidth", "bandwidth": "20",
				"modification-protection": "ConsoleProtection",
			})
			w.see()
		}},
	}
}

func accessDeeds() []deed {
	return []deed{
		{"clients are admitted by their network", func(w *deedWorld) {
			w.open()
			w.say(map[annotations.Name]string{annotations.AllowCIDRs: "10.0.0.0/8"})
			w.see()
		}},
		{"networks change", func(w *deedWorld) {
			w.open()
			w.say(map[annotations.Name]string{annotations.AllowCIDRs: "10.0.0.0/8,192.0.2.1"})
			w.rest()
			w.say(map[annotations.Name]string{annotations.AllowCIDRs: "192.0.2.1,192.0.2.2"})
			w.see()
		}},
		{"a network that somebody removed is admitted again", func(w *deedWorld) {
			w.open()
			w.say(map[annotations.Name]string{annotations.AllowCIDRs: "10.0.0.0/8"})
			w.rest()
			for _, line := range w.cloud.Dump().ACLs {
				_, err := w.cloud.Do("RemoveAccessControlListEntry", map[string]string{
					"RegionId": "cn-hangzhou", "AclId": strings.Fields(line)[1], "AclEntrys": `[{"entry":"10.0.0.0/8"}]`,
				})
				w.must(err)
			}
			w.run(audits)
			w.see()
		}},
		{"everybody is admitted again", func(w *deedWorld) {
			w.open()
			w.say(map[annotations.Name]string{annotations.AllowCIDRs: "10.0.0.0/8"})
			w.rest()
			w.say(map[annotations.Name]string{annotations.AllowCIDRs: ""})
			w.see()
		}},
		{"clients are admitted by their certificate", func(w *deedWorld) {
			w.open()
			w.clients("ca")
			w.see()
		}},
		{"the authority of clients is replaced", func(w *deedWorld) {
			w.open()
			w.clients("ca")
			w.rest()
			w.clients("other-ca")
			w.see()
		}},
	}
}

func instanceDeeds() []deed {
	return []deed{
		{"a port is added and taken away", func(w *deedWorld) {
			w.open()
			w.say(map[annotations.Name]string{annotations.ListenPorts: `[{"HTTP":8080}]`})
			w.rest()
			w.say(map[annotations.Name]string{annotations.ListenPorts: ""})
			w.see()
		}},
		{"nobody needs the instance any more", func(w *deedWorld) {
			w.open()
			w.remove(ingressOf("cafe"))
			w.remove(ingressOf("bar"))
			w.run(grace)
			w.see()
		}},
		{"an existing instance is used and left", func(w *deedWorld) {
			id := w.cloud.AddInstance(fakecloud.InstanceSpec{Name: "theirs", Spec: "slb.s1.small"})
			w.add(class("slb"))
			w.app("coffee", 1)
			w.add(onInstance(cafe(), id, false))
			w.see()
			w.remove(cafe())
			w.see()
		}},
	}
}

// seeInstances notes what the dump does not say of instances.
func (w *deedWorld) seeInstances() {
	for _, line := range w.cloud.Dump().Instances {
		got, err := w.cloud.Do("DescribeLoadBalancerAttribute", map[string]string{"RegionId": "cn-hangzhou", "LoadBalancerId": idIn(line)})
		w.must(err)
		for _, name := range []string{"InternetChargeType", "Bandwidth", "ModificationProtectionStatus"} {
			w.seen = append(w.seen, fmt.Sprintf("%s is %v", name, got[name]))
		}
	}
}

// open is the shop, without its waits for rest.
func (w *deedWorld) open() {
	w.add(class("slb"))
	w.app("coffee", 2)
	w.app("tea", 1)
	w.secrets.put("shop", "cafe", pairOf("cafe.example"))
	w.secrets.put("shop", "bar", pairOf("bar.example"))
	w.add(withTLS(ingressOf("cafe", route{"cafe.example", "/coffee", "coffee"}, route{"cafe.example", "/tea", "tea"}), "cafe", "cafe.example"))
	w.wait(time.Second)
	w.add(withTLS(ingressOf("bar", route{"bar.example", "/", "tea"}), "bar", "bar.example"))
	w.rest()
}

// say sets annotations of the Ingress cafe, and removes those without a value.
func (w *deedWorld) say(values map[annotations.Name]string) {
	edit(w.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) {
		if ing.Annotations == nil {
			ing.Annotations = map[string]string{}
		}
		for name, value := range values {
			key := annotations.Prefix + string(name)
			delete(ing.Annotations, key)
			if value != "" {
				ing.Annotations[key] = value
			}
		}
	})
}

// clients makes an authority and admits its clients alone.
func (w *deedWorld) clients(name string) {
	made, ok := authorities.Load(name)
	if !ok {
		made, _ = authorities.LoadOrStore(name, authorityOf(name))
	}
	w.secrets.putAuthority("shop", name, made.([]byte))
	w.say(map[annotations.Name]string{annotations.CASecret: name})
}

// authorityOf makes a CA certificate.
func authorityOf(name string) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// authorities makes each CA certificate once, so that two plays of a deed see the same.
var authorities sync.Map
