package main

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// render makes every document of a repository, by its path in it.
func render(tree fs.FS) (map[string]string, error) {
	list, err := readReasons(tree)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"docs/annotations.md":   annotationsText(),
		"docs/compatibility.md": compatText(),
		"docs/events.md":        eventsText(list),
	}, nil
}

// generated is the first line of a document that nobody should edit.
func generated(by string) string {
	return fmt.Sprintf("<!-- Written by `make generate` from %s. Change that, not this file. -->\n\n", by)
}

func annotationsText() string {
	return generated("annotations/table.go") + `# The annotations of an Ingress

Annotations stand on an Ingress. Every value is a string and is read as it is written: blanks are not
trimmed and case counts. If a key is there under several prefixes, the first of the following counts and
the others are not looked at.

` + annotations.Markdown() + `
An instance and its listeners are shared by all Ingresses of the instance, which can disagree. Then the
Ingress with the oldest claim decides, and the others get the event ` + "`AnnotationConflict`" + `; where
the matter is who may connect, they are withheld: what is served of them stays as it is, and nothing is added. Who
says nothing agrees. What makes sense together only, such as the ` + "`acl-…`" + ` and ` + "`…-cidrs`" + ` keys, the ` + "`sticky-session`" + `
and cookie keys, the health check or the charge of the instance, is decided by one Ingress as a whole.

"Created instance" means an instance that the controller creates. On one that is named by its id such
an annotation has no effect, and gets the event ` + "`IneffectiveAnnotation`" + `. What the service fixes
when an instance is created is not changed later; the event ` + "`FixedAtCreation`" + ` tells of it.

The fields of an SLBConfig say the same for a class. An annotation comes before the field, unless
` + "`spec.enforce`" + ` lists its name: then the annotation has no effect, and gets the event
` + "`AnnotationConflict`" + `.

A value that cannot be read, or that the service would refuse beside the others, counts as absent and
gets the event ` + "`InvalidAnnotation`" + `. Some are stricter: an Ingress whose ` + "`id`" + ` cannot be
read (` + "`InvalidLoadBalancerID`" + `), and one without an id whose ` + "`address-type`" + ` cannot be read, are not
served at all, because serving them could expose them elsewhere than their author said; nor is one
whose ` + "`canary`" + ` cannot be read, because it could take all of a path's requests. One whose
` + "`acl-…`" + `, ` + "`allow-cidrs`" + `, ` + "`deny-cidrs`" + ` or ` + "`ca-secret`" + ` cannot be used is withheld: what is
served of it stays as it is, nothing is added for it, and the listeners keep the access that they
have. A key under these prefixes that is not in the table gets the event ` + "`UnknownAnnotation`" + `, with
the nearest key that exists.

## Canaries and blue-green

An Ingress with ` + "`canary`" + ` "true" has the same host, path and pathType as another Ingress of its
namespace and names the Service that is to take ` + "`canary-weight`" + ` percent of the requests. The pods of
both Services become members of one vServer group; their weights, whole numbers from 0 to 100, make
the share within half a percentage point, however many pods either side has, and follow when a side
is scaled. A weight of 0 or 100 is a blue-green switch. Where the numbers of pods are so far apart
that whole weights do not reach, some pods of the larger side have weight 0 and take no new request.
While a side has no ready pod the other takes all, also at 0 or 100, with the event
` + "`CanarySideEmpty`" + `. A pod that both Services select counts for the canary. The share is that of
requests without a session cookie, and it needs the scheduler to heed weights.

The class of an Ingress is not among them: use ` + "`spec.ingressClassName`" + `. The old annotation
` + "`kubernetes.io/ingress.class`" + ` is understood too, and counts if both are there, as Kubernetes asks.
`
}

// eventsText is the table of reasons, one section for each block of constants.
func eventsText(list []reason) string {
	var b strings.Builder
	b.WriteString(generated("cloud/reason.go and hack/gendoc/advice.go"))
	b.WriteString(`# Events

The controller tells what is wrong by events on the object whose author can change it, most often an
Ingress. The reason is stable and can be matched on; the message names the field, the cause and the fix.
An event is sent when a problem begins, not each time it is met, and again after the controller restarts.

    kubectl get events --field-selector involvedObject.kind=Ingress
    kubectl get events -n default --field-selector involvedObject.kind=SLBInstance

Events of cluster-scoped objects, such as SLBInstance and SLBConfig, are in namespace ` + "`default`" + `.
The metric ` + "`slb_ingress_problems`" + ` counts the problems that hold now, by reason. Reasons are used
in the condition ` + "`Ready`" + ` of an SLBInstance too.

A Normal event tells what is served but worth knowing. After a Warning the path or Ingress keeps what
it last served, or is left out; others are served.
`)
	unused := writeReasons(&b, list)
	if len(unused) > 0 {
		fmt.Fprintf(&b, "\n## Reserved\n\nThese names are fixed but nothing uses them yet: %s.\n", strings.Join(unused, ", "))
	}
	return b.String()
}

func writeReasons(b *strings.Builder, list []reason) (unused []string) {
	section := ""
	for _, r := range list {
		if !r.used {
			unused = append(unused, "`"+r.value+"`")
			continue
		}
		if r.section != section {
			section = r.section
			fmt.Fprintf(b, "\n## %s\n\n| Reason | Event | Cause | What to do |\n| --- | --- | --- | --- |\n", section)
		}
		a := adviceOf(r.value)
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", r.value, a.event, sentence(r.cause), a.remedy)
	}
	return unused
}

// sentence makes a sentence of a comment.
func sentence(comment string) string {
	text := strings.TrimPrefix(comment, "Normal: ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
