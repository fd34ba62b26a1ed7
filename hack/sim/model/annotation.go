package model

import (
	"regexp"
	"slices"
	"strconv"

	networkingv1 "k8s.io/api/networking/v1"
)

// annotated gives the value of an annotation; of several spellings the newest counts.
func annotated(ing *networkingv1.Ingress, name string) (string, bool) {
	for _, prefix := range []string{
		"slb.ingress.k8s.alibabacloud/", "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-",
		"service.beta.kubernetes.io/alicloud-loadbalancer-",
	} {
		if value, ok := ing.Annotations[prefix+name]; ok {
			return value, true
		}
	}
	return "", false
}

// classOf is the class that an Ingress asks for; the annotation comes before the field.
func (o Options) classOf(ing *networkingv1.Ingress) string {
	if class := ing.Annotations["kubernetes.io/ingress.class"]; class != "" {
		return class
	}
	if class := ing.Spec.IngressClassName; class != nil && *class != "" {
		return *class
	}
	if o.WithoutClass {
		return o.DefaultClass
	}
	return ""
}

// idOf is the instance that an Ingress names; false if it names none legibly.
func idOf(ing *networkingv1.Ingress) (id string, legible bool) {
	id, named := annotated(ing, "id")
	return id, !named || regexp.MustCompile(`^lb-[a-z0-9]+$`).MatchString(id)
}

// canary is what an Ingress takes of other Ingresses' paths.
type canary struct {
	is      bool
	percent int
	refused string // reason
}

func canaryOf(ing *networkingv1.Ingress) canary {
	value, _ := annotated(ing, "canary")
	if value != "" && value != "true" && value != "false" {
		return canary{refused: "InvalidAnnotation"}
	}
	c := canary{is: value == "true"}
	for _, by := range []string{"canary-by-header", "canary-by-header-value", "canary-by-header-pattern", "canary-by-cookie"} {
		if _, asked := annotated(ing, by); asked && c.is {
			c.refused = "UnsupportedAnnotation"
		}
	}
	weight, _ := annotated(ing, "canary-weight")
	if n, err := strconv.Atoi(weight); err == nil && n >= 0 && n <= 100 && strconv.Itoa(n) == weight {
		c.percent = n
	}
	return c
}

// redirects says what an Ingress wants of port 80; said is false if it wants nothing.
func redirects(ing *networkingv1.Ingress) (on, said bool) {
	switch value, _ := annotated(ing, "ssl-redirect"); value {
	case "true", "false":
		return value == "true", true
	}
	port, _ := annotated(ing, "forward-port")
	return true, port == "80:443"
}

// redirect decides for the group: the first claimant that says anything, else the class.
func (v *view) redirect(byClaim []*networkingv1.Ingress) bool {
	enforced := slices.ContainsFunc(v.config.Enforce, func(name string) bool {
		return name == "ssl-redirect" || name == "forward-port" || name == "ssl-redirect-code"
	})
	for _, ing := range byClaim {
		if on, said := redirects(ing); said && !enforced {
			return on
		}
	}
	l := v.config.Listeners
	return l != nil && l.SSLRedirect != nil && *l.SSLRedirect
}
