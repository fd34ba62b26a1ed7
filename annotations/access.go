package annotations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// MaxNetworks is the most networks of one list: a list of the service has 300 entries.
const MaxNetworks = 300

// maxListenPorts is what an instance's 50 listeners leave beside 80 and 443.
const maxListenPorts = 48

// accessRows are the annotations that say who gets to the listeners, and where they are. They have no
// setters, since lists, CA certificates and listeners are resources of their own.
func accessRows() []Row {
	return []Row{
		{
			Name: AllowCIDRs, Type: networks(), Level: LevelListener, Bundle: BundleACL, Withholds: true, Example: "192.0.2.0/24,198.51.100.7", Field: "listeners.allowCIDRs",
			Doc: "Admits clients of these networks alone, by an access control list that the controller keeps; not together with `deny-cidrs` or `acl-id`.",
		},
		{
			Name: DenyCIDRs, Type: networks(), Level: LevelListener, Bundle: BundleACL, Withholds: true, Example: "203.0.113.0/24", Field: "listeners.denyCIDRs",
			Doc: "Refuses clients of these networks, by an access control list that the controller keeps; not together with `allow-cidrs` or `acl-id`.",
		},
		{
			Name: CASecret, Type: secretName(), Level: LevelListener, On: cloud.HTTPS, Withholds: true, Example: "client-ca", Field: "listeners.caSecretName",
			Doc: "Admits HTTPS clients alone whose certificate the CA in ca.crt of this Secret of the Ingress's namespace, for a class the controller's, has signed; taking it away re-creates the HTTPS listeners.",
		},
		{
			Name: ListenPorts, Type: listenPorts(), Level: LevelListener, Example: `[{"HTTP":8080},{"HTTPS":8443}]`, Field: "listeners.listenPorts",
			Doc: "Serves on these ports too, with the same rules and certificates; 80 and 443 are served in any case.",
		},
	}
}

func networks() Type {
	return Type{
		Want:    fmt.Sprintf("1 to %d IPv4 addresses or networks, separated by commas", MaxNetworks),
		accepts: func(v string) bool { _, err := ParseNetworks(v); return err == nil },
		why:     func(v string) error { _, err := ParseNetworks(v); return err },
	}
}

// ParseNetworks reads a comma list of IPv4 addresses and networks, in the spelling of the service,
// sorted and without repetitions. Blanks around an entry do not count. The error names the entry.
func ParseNetworks(value string) ([]string, error) {
	var list []string
	for entry := range strings.SplitSeq(value, ",") {
		entry = strings.Trim(entry, " ")
		p, err := cloud.ParseNetwork(entry)
		if err != nil {
			return nil, fmt.Errorf("%q is no IPv4 address or network", Clip(entry))
		}
		list = append(list, p.String())
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > MaxNetworks {
		return nil, fmt.Errorf("%d networks are more than the %d that a list may have", len(list), MaxNetworks)
	}
	return list, nil
}

// maxSecretName is the longest name of a Kubernetes object.
const maxSecretName = 253

func secretName() Type {
	return Type{
		Want: "the name of a Secret of the same namespace",
		accepts: func(v string) bool {
			return v != "" && len(v) <= maxSecretName && strings.Trim(v, "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" &&
				!strings.ContainsAny(v[:1]+v[len(v)-1:], "-.")
		},
	}
}

func listenPorts() Type {
	return Type{
		Want:    fmt.Sprintf("a JSON list of 1 to %d ports with their protocols", maxListenPorts),
		accepts: func(v string) bool { _, err := ParseListenPorts(v); return err == nil },
		why:     func(v string) error { _, err := ParseListenPorts(v); return err },
		spell:   spellPorts,
	}
}

// spellPorts writes the field of an SLBConfig, a list of ports with their protocols, as an annotation
// has it.
func spellPorts(field any) string {
	list, ok := field.([]any)
	if !ok {
		return ""
	}
	var entries []map[string]any
	for _, item := range list {
		if port, ok := item.(map[string]any); ok {
			entries = append(entries, map[string]any{fmt.Sprint(port["protocol"]): port["port"]})
		}
	}
	text, err := json.Marshal(entries)
	if err != nil {
		return ""
	}
	return string(text)
}

// Port is a listener's port and protocol.
type Port struct {
	Number   int
	Protocol cloud.Protocol
}

// ParseListenPorts reads a list such as [{"HTTP":8080},{"HTTPS":8443}], without 80 and 443, in order
// and without repetitions. The error names what is wrong.
func ParseListenPorts(value string) ([]Port, error) {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return nil, errors.New("it has more than one line, or other control characters")
	}
	var entries []map[string]json.Number
	decoder := json.NewDecoder(bytes.NewBufferString(value))
	if err := decoder.Decode(&entries); err != nil || len(entries) == 0 {
		return nil, errors.New("it is no such list")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the list")
	}
	protocols := map[int]cloud.Protocol{80: cloud.HTTP, 443: cloud.HTTPS}
	var ports []Port
	for _, entry := range entries {
		port, err := parsePort(entry)
		if err != nil {
			return nil, err
		}
		if other, taken := protocols[port.Number]; taken && other != port.Protocol {
			return nil, fmt.Errorf("port %d cannot be both %s and %s", port.Number, strings.ToUpper(string(other)), strings.ToUpper(string(port.Protocol)))
		} else if !taken {
			ports = append(ports, port)
		}
		protocols[port.Number] = port.Protocol
	}
	if len(ports) > maxListenPorts {
		return nil, fmt.Errorf("%d ports are more than the %d that an instance has beside 80 and 443", len(ports), maxListenPorts)
	}
	slices.SortFunc(ports, func(a, b Port) int { return a.Number - b.Number })
	return ports, nil
}

// parsePort reads one entry of the list. It has one protocol, so that the order of a JSON object,
// which has none, never matters.
func parsePort(entry map[string]json.Number) (Port, error) {
	if len(entry) != 1 {
		return Port{}, errors.New("each entry has one protocol with its port")
	}
	for name, number := range entry {
		protocol, ok := map[string]cloud.Protocol{"HTTP": cloud.HTTP, "HTTPS": cloud.HTTPS}[name]
		if !ok {
			return Port{}, fmt.Errorf("protocol %q is neither HTTP nor HTTPS", Clip(name))
		}
		port, err := number.Int64()
		if err != nil || port < 1 || port > 65535 {
			return Port{}, fmt.Errorf("%q is no port", Clip(number.String()))
		}
		return Port{int(port), protocol}, nil
	}
	return Port{}, nil
}
