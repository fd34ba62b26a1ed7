package plan_test

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/plan"
)

// stackFile is a Stack in short:
//
//	listeners:    as in package cloud, in YAML
//	rules:        "80+443 a.com/x n/web/80 rank=2 keep by=shop/web"; "-" is no domain; settings of its
//	              own are "own=rr", with "sticky=600" for a cookie and "check=8081" for a health check
//	              of that port, 0 for the members'
//	extensions:   "443 a.com c1 rank=1"
//	groups:       "n/web/80 1-25 7*50 hold": members 10.0.0.1 to 10.0.0.25, one of weight 50
//	certificates: names
//	acls:         "allow 10.0.0.0/8 10.1.2.3/32 … by=shop/web"; "10.0.{0-9}.0/24" is ten of them
//	authorities:  names of CA certificates
type stackFile struct {
	LoadBalancer *cloud.LoadBalancer
	Listeners    []cloud.Listener
	Rules        []string
	Extensions   []string
	Groups       []string
	Certificates []string
	ACLs         []string
	Authorities  []string
}

// gotFile is an Observed in short. Owned instances get the owner's tags; claims are cluster ids.
type gotFile struct {
	Instance *cloud.Instance
	Owned    bool
	Claims   []string
	Ours     stackFile
	Foreign  stackFile
}

func readScene(archive *txtar.Archive) (scene, error) {
	s := scene{policy: plan.Policy{
		Owner: owner, CreateToken: "token",
		Source: cloud.Source{Object: cloud.Object{Kind: "SLBInstance", Name: "class.slb.0"}},
	}}
	var want stackFile
	var got gotFile
	into := map[string]any{"want": &want, "got": &got, "policy": &s.policy}
	for _, f := range archive.Files {
		if to, ok := into[f.Name]; ok {
			if err := yaml.UnmarshalStrict(f.Data, to); err != nil {
				return s, fmt.Errorf("section %s: %w", f.Name, err)
			}
		}
	}
	var err error
	if s.want, err = want.stack(); err != nil {
		return s, err
	}
	s.want.LoadBalancer = want.LoadBalancer
	s.got, err = got.observed()
	return s, err
}

func (f gotFile) observed() (cloud.Observed, error) {
	o := cloud.Observed{Instance: f.Instance}
	if o.Instance != nil {
		o.Instance.Tags = tagsOf(f)
	}
	ours, err := f.Ours.stack()
	if err != nil {
		return o, err
	}
	foreign, err := f.Foreign.stack()
	o.Ours = ours
	o.Foreign = cloud.Foreign{Listeners: foreign.Listeners, Rules: foreign.Rules, Extensions: foreign.Extensions}
	return o, err
}

func tagsOf(f gotFile) map[string]string {
	tags := map[string]string{}
	maps.Copy(tags, f.Instance.Tags)
	if f.Owned {
		maps.Copy(tags, owner.Tags())
	}
	for _, cluster := range f.Claims {
		tags[cloud.Owner{Cluster: cluster}.ClaimKey()] = "g"
	}
	return tags
}

func (f stackFile) stack() (cloud.Stack, error) {
	s := cloud.Stack{Listeners: f.Listeners}
	for _, line := range f.Rules {
		rules, err := parseRules(strings.Fields(line))
		if err != nil {
			return s, fmt.Errorf("rule %q: %w", line, err)
		}
		s.Rules = append(s.Rules, rules...)
	}
	for _, line := range f.Extensions {
		rules, err := parseRules(strings.Fields(line))
		if err != nil {
			return s, fmt.Errorf("extension %q: %w", line, err)
		}
		for _, r := range rules {
			s.Extensions = append(s.Extensions, cloud.Extension{
				Port: r.Port, Domain: r.Domain, Certificate: r.Group, Keep: r.Keep, Rank: r.Rank, Source: r.Source,
			})
		}
	}
	for _, line := range f.Groups {
		g, err := parseGroup(strings.Fields(line))
		if err != nil {
			return s, fmt.Errorf("group %q: %w", line, err)
		}
		s.ServerGroups = append(s.ServerGroups, g)
	}
	for _, name := range f.Certificates {
		s.Certificates = append(s.Certificates, cloud.Certificate{Name: name})
	}
	for _, line := range f.ACLs {
		s.ACLs = append(s.ACLs, parseACL(strings.Fields(line)))
	}
	for _, name := range f.Authorities {
		s.CACertificates = append(s.CACertificates, cloud.CACertificate{Name: name})
	}
	s.Normalize()
	return s, nil
}

func parseACL(fields []string) cloud.AccessControlList {
	a := cloud.AccessControlList{Name: fields[0]}
	for _, field := range fields[1:] {
		if by, ok := strings.CutPrefix(field, "by="); ok {
			namespace, name, _ := strings.Cut(by, "/")
			a.Source.Object = cloud.Object{Kind: "Ingress", Namespace: namespace, Name: name}
			continue
		}
		head, rest, many := strings.Cut(field, "{")
		span, tail, _ := strings.Cut(rest, "}")
		if !many {
			a.Entries = append(a.Entries, field)
			continue
		}
		var first, last int
		_, _ = fmt.Sscanf(span, "%d-%d", &first, &last)
		for n := first; n <= last; n++ {
			a.Entries = append(a.Entries, fmt.Sprintf("%s%d%s", head, n, tail))
		}
	}
	return a
}

func parseRules(fields []string) ([]cloud.Rule, error) {
	domain, url, _ := strings.Cut(strings.TrimPrefix(fields[1], "-"), "/")
	r := cloud.Rule{Domain: domain}
	if strings.Contains(fields[1], "/") {
		r.URL = "/" + url
	}
	for i, field := range fields[2:] {
		key, value, _ := strings.Cut(field, "=")
		switch {
		case key == "keep":
			r.Keep = true
		case key == "own":
			r.Own.Scheduler = value
		case key == "sticky" || key == "check":
			n, err := strconv.Atoi(value)
			if err != nil {
				return nil, err
			}
			if key == "sticky" {
				r.Own.Sticky = cloud.Sticky{Type: "insert", Timeout: n}
			} else {
				r.Own.HealthCheck = cloud.HealthCheck{On: true, Port: n}
			}
		case key == "rank":
			rank, err := strconv.Atoi(value)
			if err != nil {
				return nil, err
			}
			r.Rank = rank
		case key == "by":
			namespace, name, _ := strings.Cut(value, "/")
			r.Source.Object = cloud.Object{Kind: "Ingress", Namespace: namespace, Name: name}
		case i == 0:
			r.Group = field
		default:
			return nil, fmt.Errorf("unknown option %q", field)
		}
	}
	var rules []cloud.Rule
	for port := range strings.SplitSeq(fields[0], "+") {
		n, err := strconv.Atoi(port)
		if err != nil {
			return nil, err
		}
		r.Port = n
		rules = append(rules, r)
	}
	return rules, nil
}

func parseGroup(fields []string) (cloud.ServerGroup, error) {
	g := cloud.ServerGroup{Name: fields[0]}
	for _, field := range fields[1:] {
		if field == "hold" {
			g.Hold = true
			continue
		}
		span, heavy, weighted := strings.Cut(field, "*")
		weight := 100
		if weighted {
			weight, _ = strconv.Atoi(heavy)
		}
		from, to, many := strings.Cut(span, "-")
		if !many {
			to = from
		}
		first, err := strconv.Atoi(from)
		if err != nil {
			return g, err
		}
		last, err := strconv.Atoi(to)
		if err != nil {
			return g, err
		}
		for n := first; n <= last; n++ {
			g.Members = append(g.Members, cloud.Member{
				ServerID: fmt.Sprintf("eni-%d", n), IP: fmt.Sprintf("10.0.0.%d", n), Port: 80, Weight: weight,
			})
		}
	}
	return g, nil
}
