package ingress

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// Limits of the events API.
const (
	maxNote   = 1024
	maxAction = 128
)

// tell emits a problem as an event of its object. Events of one object that agree in reason and
// action are merged, and the first note stands; so the action has the field and a hash of the note.
func tell(recorder events.EventRecorder, p cloud.Problem) {
	kind := corev1.EventTypeWarning
	if p.Notice {
		kind = corev1.EventTypeNormal
	}
	note := p.Message
	if p.Field != "" {
		note = p.Field + ": " + p.Message
	}
	sum := sha256.Sum256([]byte(note))
	action := "Reconcile " + hex.EncodeToString(sum[:4]) + " " + p.Field
	recorder.Eventf(referenceTo(p.Object), nil, kind, string(p.Reason), cut(action, maxAction), "%s", cut(note, maxNote))
}

// cut shortens a text to at most n bytes, between two runes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// announce tells of instances that came and went; they cost money.
func (r *reporter) announce(in loaded, out outcome) {
	for _, step := range out.done.Done {
		note := cloud.Problem{Object: recordObject(in.Owner.Group), Notice: true}
		switch c := step.Change.(type) {
		case cloud.CreateLoadBalancer:
			note.Reason = cloud.InstanceCreated
			note.Message = fmt.Sprintf("created load balancer %s (%s, %s)", out.done.Observed.IDs[cloud.LoadBalancerRef()],
				c.LoadBalancer.AddressType, c.LoadBalancer.Spec)
		case cloud.DeleteLoadBalancer:
			note.Reason = cloud.InstanceReleased
			note.Message = fmt.Sprintf("released load balancer %s at %s", in.Record.Status.LoadBalancerID, in.Record.Status.Address)
		default:
			continue
		}
		tell(r.recorder, identified(note, in.Record))
	}
}

func referenceTo(o cloud.Object) *corev1.ObjectReference {
	reference := &corev1.ObjectReference{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name, UID: types.UID(o.UID)}
	switch o.Kind {
	case kindIngress, "IngressClass":
		reference.APIVersion = networkingv1.SchemeGroupVersion.String()
	case kindSLBInstance, kindSLBConfig:
		reference.APIVersion = v1alpha1.GroupVersion.String()
	default:
		reference.APIVersion = corev1.SchemeGroupVersion.String()
	}
	return reference
}

const (
	kindIngress     = "Ingress"
	kindSLBInstance = "SLBInstance"
)

// identified gives a problem of the group's record the record's UID, by which kubectl describe finds
// its events.
func identified(p cloud.Problem, record *v1alpha1.SLBInstance) cloud.Problem {
	if record != nil && p.Object == recordObject(record.Name) {
		p.Object.UID = string(record.UID)
	}
	return p
}

func objectOf(ing *networkingv1.Ingress) cloud.Object {
	return cloud.Object{Kind: kindIngress, Namespace: ing.Namespace, Name: ing.Name, UID: string(ing.UID)}
}

// recordObject is a group's SLBInstance as the object of problems. It has no UID, since the problem
// may be older than the object.
func recordObject(group string) cloud.Object {
	return cloud.Object{Kind: kindSLBInstance, Name: group}
}

// problemOf turns a failed call into a problem of an object.
func problemOf(object cloud.Object, err error) cloud.Problem {
	p := cloud.Problem{Object: object, Reason: cloud.CloudError, Message: err.Error()}
	switch cloud.KindOf(err) {
	case cloud.Denied:
		p.Reason = cloud.CloudDenied
		p.Message = fmt.Sprintf("%v; grant the permission to the controller's RAM role, see docs/operations.md", err)
	case cloud.Quota:
		p.Reason = cloud.QuotaExceeded
		p.Message = fmt.Sprintf("%v; %s, it is tried again by itself", err, quotaRemedy(err))
	case cloud.Barred:
		p.Reason = cloud.ChangeBarred
		p.Message = fmt.Sprintf("%v; nothing was changed, and the load balancer is read again", err)
	case cloud.Invalid, cloud.NotFound:
		p.Message += creationRemedy(err)
	case cloud.Busy, cloud.Throttled, cloud.Conflict, cloud.Unavailable, cloud.Unknown:
	}
	return p
}

// creationRemedy says where a refused wish for an instance comes from: only its author can change it.
func creationRemedy(err error) string {
	if e, ok := errors.AsType[*cloud.Error](err); ok && e.Op == "CreateLoadBalancer" {
		return "; correct what is asked of the instance: vSwitchID, loadBalancerSpec, loadBalancer or tags of the class's SLBConfig, " +
			"or an annotation that docs/annotations.md lists under \"created instance\""
	}
	return ""
}

// quotaRemedy says which quota a refused call met, where one operation meets one only.
func quotaRemedy(err error) string {
	if e, ok := errors.AsType[*cloud.Error](err); ok && e.Op == "UploadServerCertificate" {
		return "the account has no room for another server certificate in the region (100 unless it was raised): " +
			"delete those that nobody uses, name one wildcard certificate in place of several, or raise the quota slb_quota_certs_num"
	}
	return "raise the quota of the account or free some of it"
}
