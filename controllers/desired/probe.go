package desired

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// probeAlone takes from a member that wants its pods' own health check whatever else it says of one.
func (b *builder) probeAlone(m *member) {
	if m.config.Values[annotations.HealthCheck] == "" {
		return
	}
	for _, name := range checkNames() {
		if value, ok := m.config.Values[name]; ok && name != annotations.HealthCheck {
			b.tell(m.Ingress, annotationField(m.config.Key(name)), fault{reason: cloud.InvalidAnnotation, message: fmt.Sprintf(
				"annotation %q with value %q has no effect beside %q, which takes the health check from the pods", m.config.Key(name), value, m.config.Key(annotations.HealthCheck))})
			delete(m.config.Values, name)
		}
	}
}

// probed tells whether health checks are to be made of the pods' probes: an Ingress that says anything of
// its health check decides for itself.
func probed(own, class annotations.Values) bool {
	if said := own.Only(checkNames()); len(said) > 0 {
		return said[annotations.HealthCheck] != ""
	}
	return class[annotations.HealthCheck] != ""
}

// checkNames are the annotations about health checks.
func checkNames() []annotations.Name {
	for _, bundle := range annotations.Bundles() {
		if slices.Contains(bundle, annotations.HealthCheck) {
			return bundle
		}
	}
	return nil
}

// probeOf is the health check that the pods of a node's Services agree on; none, and that is told, if they
// have none that the service can do.
func (b *builder) probeOf(n *node) cloud.HealthCheck {
	field := "" // the class asked
	if _, ok := n.backend.from.config.Values[annotations.HealthCheck]; ok {
		field = annotationField(n.backend.from.config.Key(annotations.HealthCheck))
	}
	p, err := b.probesOf(n)
	if err != nil {
		b.tell(n.backend.from.Ingress, field, fault{reason: cloud.ProbeUnusable, message: fmt.Sprintf("there is no health check: %v; give all pods of the Service one readiness probe that the service can do, or state the health check by annotations", err)})
		return cloud.HealthCheck{}
	}
	if len(p.adapted) > 0 {
		b.tell(n.backend.from.Ingress, field, fault{reason: cloud.ProbeAdapted, notice: true, message: fmt.Sprintf(
			"the health check differs from the readiness probe: %s", strings.Join(p.adapted, "; "))})
	}
	return p.check
}

// probe is a health check that was made from a readiness probe.
type probe struct {
	check   cloud.HealthCheck
	adapted []string // what is not as the probe says
	pod     string   // the first that has it
}

// probesOf reads the probes of all ready pods that a node sends requests to.
func (b *builder) probesOf(n *node) (probe, error) {
	var agreed probe
	for _, w := range []*want{n.backend, n.backend.canary} {
		if w == nil {
			continue
		}
		port, f := b.resolve(w.from.Namespace, w.backend)
		if f != nil {
			continue // which is told elsewhere
		}
		for _, at := range b.probed(port) {
			p, err := readProbe(at)
			switch {
			case err != nil:
				return probe{}, fmt.Errorf("pod %q %w", at.pod.Name, err)
			case agreed.pod == "":
				agreed = p
			case agreed.check != p.check:
				return probe{}, fmt.Errorf("pods %q and %q have different readiness probes; it waits until all pods have the same", agreed.pod, p.pod)
			}
		}
	}
	return agreed, nil
}

// probedPod is a ready pod and the port that serves.
type probedPod struct {
	pod  *corev1.Pod
	port int
}

// probed are the ready pods of a Service port, by name.
func (b *builder) probed(port servicePort) []probedPod {
	key := types.NamespacedName{Namespace: port.service.Namespace, Name: port.service.Name}
	byIP := map[string]*corev1.Pod{}
	for _, pod := range b.Probed[key] {
		byIP[pod.Status.PodIP] = pod
	}
	var pods []probedPod
	for _, at := range readyEndpoints(b.Endpoints[key], port.port.Name) {
		if pod := byIP[at.Addr().String()]; pod != nil {
			pods = append(pods, probedPod{pod, int(at.Port())})
		}
	}
	slices.SortFunc(pods, func(x, y probedPod) int {
		return cmp.Or(cmp.Compare(x.pod.Name, y.pod.Name), cmp.Compare(x.port, y.port))
	})
	return pods
}

// readProbe makes a health check of the readiness probe of the container that serves. The error goes on
// after the pod's name.
func readProbe(at probedPod) (probe, error) {
	container, ok := serving(at)
	switch {
	case !ok:
		return probe{}, fmt.Errorf("has several containers, and none names port %d", at.port)
	case container.ReadinessProbe == nil:
		return probe{}, fmt.Errorf("has no readiness probe in container %q", container.Name)
	}
	p := probe{pod: at.pod.Name, check: cloud.HealthCheck{On: true}}
	var err error
	switch r := container.ReadinessProbe; {
	case r.HTTPGet != nil:
		err = p.readHTTP(*r.HTTPGet, container, at.port)
	case r.TCPSocket != nil:
		err = p.readTCP(*r.TCPSocket, container, at.port)
	default:
		err = fmt.Errorf("has a readiness probe that is neither httpGet nor tcpSocket")
	}
	p.readTimes(*container.ReadinessProbe)
	return p, err
}

// serving is the container that has a port, or the only one.
func serving(at probedPod) (corev1.Container, bool) {
	for _, c := range at.pod.Spec.Containers {
		if slices.ContainsFunc(c.Ports, func(p corev1.ContainerPort) bool { return int(p.ContainerPort) == at.port }) {
			return c, true
		}
	}
	if len(at.pod.Spec.Containers) == 1 {
		return at.pod.Spec.Containers[0], true
	}
	return corev1.Container{}, false
}

// readHTTP: 200 to 399 is what kubelet takes for ready.
func (p *probe) readHTTP(get corev1.HTTPGetAction, in corev1.Container, serves int) error {
	port, err := portOf(get.Port, in)
	if err != nil {
		return err
	}
	p.check.Method, p.check.URI, p.check.Codes, p.check.Port = "get", cmp.Or(get.Path, "/"), "http_2xx,http_3xx", port
	if port == serves {
		p.check.Port = 0
	}
	for _, h := range get.HTTPHeaders {
		if strings.EqualFold(h.Name, "Host") {
			p.check.Domain = h.Value
		} else {
			p.adapted = append(p.adapted, fmt.Sprintf("header %q is not sent", h.Name))
		}
	}
	switch {
	case get.Scheme == corev1.URISchemeHTTPS:
		return fmt.Errorf("has a readiness probe by HTTPS, and the service checks by HTTP")
	case get.Host != "":
		return fmt.Errorf("has a readiness probe that asks host %q instead of the pod", get.Host)
	case !annotations.Accepts(annotations.HealthCheckURI, p.check.URI):
		return fmt.Errorf("has a readiness probe of path %q, which a health check cannot ask for", p.check.URI)
	case p.check.Domain != "" && !annotations.Accepts(annotations.HealthCheckDomain, p.check.Domain):
		return fmt.Errorf("has a readiness probe with Host %q, which a health check cannot have", p.check.Domain)
	}
	return nil
}

// readTCP: HTTP listeners check by HTTP, so of the port that serves every answer will do.
func (p *probe) readTCP(socket corev1.TCPSocketAction, in corev1.Container, serves int) error {
	port, err := portOf(socket.Port, in)
	switch {
	case err != nil:
		return err
	case port != serves || socket.Host != "":
		return fmt.Errorf("has a readiness probe of a TCP port other than the one that serves, and the service checks by HTTP")
	}
	p.check.Method, p.check.URI, p.check.Codes = headMethod, "/", "http_2xx,http_3xx,http_4xx,http_5xx"
	p.adapted = append(p.adapted, `TCP is checked by HTTP requests of "/", and every answer will do`)
	return nil
}

// portOf resolves a probe's port.
func portOf(port intstr.IntOrString, in corev1.Container) (int, error) {
	if port.Type == intstr.Int {
		return port.IntValue(), nil
	}
	for _, p := range in.Ports {
		if p.Name == port.StrVal {
			return int(p.ContainerPort), nil
		}
	}
	return 0, fmt.Errorf("has a readiness probe of port %q, which container %q does not have", port.StrVal, in.Name)
}

// readTimes reads periods and thresholds, in Kubernetes's defaults and the service's ranges (SetRule).
func (p *probe) readTimes(r corev1.Probe) {
	number := func(name string, value, initial int32, low, high int) int {
		asked := int(cmp.Or(value, initial))
		given := min(max(asked, low), high)
		if given != asked {
			p.adapted = append(p.adapted, fmt.Sprintf("%s %d becomes %d, since the service takes %d to %d", name, asked, given, low, high))
		}
		return given
	}
	p.check.Interval = number("periodSeconds", r.PeriodSeconds, 10, 1, 50)
	p.check.Timeout = number("timeoutSeconds", r.TimeoutSeconds, 1, 1, 300)
	p.check.HealthyThreshold = number("successThreshold", r.SuccessThreshold, 1, 2, 10)
	p.check.UnhealthyThreshold = number("failureThreshold", r.FailureThreshold, 3, 2, 10)
}
