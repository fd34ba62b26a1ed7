package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

const (
	defaultSpec = "slb.s1.small"
	sharedSpec  = "shared" // the service has no word for it: such instances have no spec
)

// addInstance reads one --seed-instance: id[,spec[,address-type[,vpc]]].
func (o *Options) addInstance(text string) error {
	fields := strings.Split(text, ",")
	if len(fields) > 4 {
		return fmt.Errorf("%d fields: at most id, spec, address type and VPC", len(fields))
	}
	fields = append(fields, "", "", "")
	spec := fakecloud.InstanceSpec{ID: fields[0], Spec: fields[1], AddressType: fields[2], VPC: fields[3]}
	if !regexp.MustCompile(`^lb-[a-z0-9]+$`).MatchString(spec.ID) {
		return fmt.Errorf("id %q: lb- and small letters or digits are needed", spec.ID)
	}
	for _, other := range o.Instances {
		if other.ID == spec.ID {
			return fmt.Errorf("id %q is given twice", spec.ID)
		}
	}
	if err := completeInstance(&spec); err != nil {
		return err
	}
	o.Instances = append(o.Instances, spec)
	return nil
}

func completeInstance(spec *fakecloud.InstanceSpec) error {
	switch spec.Spec {
	case "":
		spec.Spec = defaultSpec
	case sharedSpec:
		spec.Spec = ""
	default:
		if !strings.HasPrefix(spec.Spec, "slb.") {
			return fmt.Errorf("spec %q: slb.s1.small and the like, or %s", spec.Spec, sharedSpec)
		}
	}
	switch spec.AddressType {
	case "":
		spec.AddressType = "internet"
	case "internet", "intranet":
	default:
		return fmt.Errorf("address type %q: internet or intranet", spec.AddressType)
	}
	if spec.VPC != "" && spec.AddressType == "internet" {
		return fmt.Errorf("vpc %q: an internet instance has none", spec.VPC)
	}
	spec.Name = "seeded-" + spec.ID
	return nil
}
