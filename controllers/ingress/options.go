package ingress

import (
	"time"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// ControllerName is the value of spec.controller of an IngressClass that is ours.
const ControllerName = "ingress.k8s.alibabacloud/slb"

// Options says what the controller is to look after. The zero value of a field means what its
// comment says.
type Options struct {
	// ClusterID is part of every ownership mark. It must be set.
	ClusterID string
	// VPCID is the cluster's VPC. It must be set.
	VPCID string
	// Namespace is the controller's own; it holds the fallback certificate. It must be set.
	Namespace string
	// WatchIngressWithoutClass makes Ingresses without a class join DefaultClass.
	WatchIngressWithoutClass bool
	// DefaultClass is the class that class-less Ingresses join.
	DefaultClass string
	// ReleaseGrace is how long an instance that was created for a class outlives its last
	// Ingress. Zero: it is released at once.
	ReleaseGrace time.Duration
	// AuditInterval is about how often the service is read again although nothing happened, to
	// find what others changed; each group's is spread by up to a third. Zero: 3 hours.
	AuditInterval time.Duration
	// SurveyInterval is about how often the account is searched for what carries the cluster's marks
	// and nobody accounts for; each cluster's is shorter by up to a half. Zero: 20 minutes.
	SurveyInterval time.Duration
	// Workers is how many groups are reconciled at once. Zero: 4.
	Workers int
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.AuditInterval == 0 {
		o.AuditInterval = 3 * time.Hour
	}
	if o.SurveyInterval == 0 {
		o.SurveyInterval = surveyEvery
	}
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Service is the load balancer service as the loop needs it.
type Service interface {
	cloud.Reader
	cloud.Writer
	cloud.Interfaces
}
