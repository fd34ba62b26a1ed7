package ingress

import (
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// TestUnknownIDs: an id that nobody has is never sent, is told once by its annotation, costs few readings,
// and is used when somebody has it.
func TestUnknownIDs(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.shop()
		seq := w.cloud.Seq()
		w.annotate(map[annotations.Name]string{annotations.CertID: "1_2", annotations.ACLID: "acl-1", annotations.ACLStatus: "on", annotations.ACLType: "white"})
		w.run(time.Hour)
		w.wrote(seq)
		if notes := w.life.told.of("cafe", cloud.UnknownID); len(notes) != 2 {
			w.Errorf("told %q", notes)
		}
		if n := len(w.cloud.JournalSince(seq)); n > 8*12 {
			w.Errorf("%d calls within an hour", n)
		}
		p := pairOf("theirs.example")
		answer, err := w.cloud.Do("UploadServerCertificate", map[string]string{
			"RegionId": "cn-hangzhou", "ServerCertificate": string(p.chain), "PrivateKey": string(p.key),
		})
		if err != nil {
			w.Fatal(err)
		}
		id, _ := answer["ServerCertificateId"].(string)
		w.annotate(map[annotations.Name]string{annotations.CertID: id, annotations.ACLID: "", annotations.ACLStatus: "", annotations.ACLType: ""})
		w.wrote(seq, "CreateDomainExtension", "SetLoadBalancerHTTPSListenerAttribute")
	})
}
