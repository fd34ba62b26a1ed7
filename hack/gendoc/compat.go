package main

import "github.com/slb-ingress/slb-ingress-controller/annotations/compat"

// compatText is the manual of other controllers' annotations.
func compatText() string {
	return generated("annotations/compat") + `# Annotations of other controllers

Ingresses that come from ingress-nginx or from the ALB Ingress controller bring annotations along. A
class honours them where the service can keep their meaning, if its SLBConfig asks for it:

` + "```yaml" + `
apiVersion: slb.alibabacloud.com/v1alpha1
kind: SLBConfig
metadata:
  name: migration
spec:
  compatibility: [nginx, alb]
` + "```" + `

Without the field these annotations have no effect. An Ingress that has any which would do something gets
one Normal event, ` + "`CompatibilityOff`" + `, that names them, and says whether the Ingress would not be served
with them; so it can be seen beforehand what the field would do.

A key that is honoured becomes an annotation of our own, and all that [annotations.md](annotations.md)
says of that one goes for it: its range, what an unreadable value does, ` + "`enforce`" + `, the settings of the
class below it, what it applies to, and that the oldest claim decides where Ingresses of one instance disagree.
The other controllers have these settings for single paths. Those that apply to a listener here are had by
all Ingresses of the instance; where one of these says nothing of such a setting, the event
` + "`CompatibilityNote`" + ` tells so on the Ingress that brings it along.

Of two keys for one matter our own counts, then that of ingress-nginx, then that of the ALB Ingress
controller; if the other one says otherwise it gets the event ` + "`AnnotationConflict`" + `. What makes sense together
only, such as the keys of sessions, is taken from one of them as a whole. Keys that are absent mean
nothing: defaults are those of SLB, so ingress-nginx's redirect of hosts with TLS has to be asked for, by
` + "`ssl-redirect`" + ` or by ` + "`listeners.sslRedirect`" + ` of the class.

The verdicts:

- *same*: the meaning is kept exactly, for the values that are taken. Any other value counts as absent and
  gets the event ` + "`InvalidAnnotation`" + `, with the key, the value, the cause and what to write.
- *differs*: SLB has something near.
- *impossible*: SLB has nothing like it.
- *irrelevant*: the key is about the other controller's own workings.

What becomes of a key:

- *honoured*: as the annotations of our own that are named.
- *not served*: without the key, requests would be admitted that must not be, or would reach a pod that does not
  expect them, so the Ingress is not served until the key is gone; event ` + "`UnsupportedAnnotation`" + `. What it has
  claimed is free for others meanwhile.
- *warned*: the Ingress is served without it; event ` + "`UnsupportedAnnotation`" + `.
- *noted*: the Ingress is served and nothing is missed, or another key tells of it. One Normal event for the
  Ingress, ` + "`CompatibilityNote`" + `, names all such keys.

A key under these prefixes that neither controller documents gets the event ` + "`UnknownAnnotation`" + `. An Ingress
with ` + "`canary`" + ` "true" of ingress-nginx has its other keys looked at as ingress-nginx does: only those of
sessions and load balancing.

` + compat.Markdown()
}
