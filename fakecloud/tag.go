package fakecloud

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

type pair struct{ key, value string }

// tagPairs reads Tag.N.Key and Tag.N.Value.
func (t *txn) tagPairs() []pair {
	var pairs []pair
	for n := 1; ; n++ {
		head := "Tag." + strconv.Itoa(n) + "."
		key, hasKey := t.p[head+"Key"]
		value, hasValue := t.p[head+"Value"]
		if !hasKey && !hasValue {
			return pairs
		}
		pairs = append(pairs, pair{key, value})
	}
}

// createTags checks the tags of a call that sets them.
func (t *txn) createTags() (tags, *Error) {
	set := tags{}
	for _, p := range t.tagPairs() {
		if err := checkTag(p); err != nil {
			return nil, err
		}
		if _, twice := set[p.key]; twice {
			return nil, refuse("Duplicate.TagKey", "The tag key %q is given twice.", p.key)
		}
		set[p.key] = p.value
	}
	return set, nil
}

// checkTag: key 1 to 64, value up to 128, no reserved prefix, no URL.
func checkTag(p pair) *Error {
	if p.key == "" {
		return refuse("MissingParam.TagKey", "A tag value needs its key.")
	}
	reserved := strings.HasPrefix(p.key, "aliyun") || strings.HasPrefix(p.key, "acs:")
	if len([]rune(p.key)) > 64 || reserved || holdsURL(p.key) {
		return refuse("InvalidParam.TagKey", "The tag key %q is not valid.", p.key)
	}
	if len([]rune(p.value)) > 128 || holdsURL(p.value) {
		return refuse("InvalidParam.TagValue", "The tag value %q is not valid.", p.value)
	}
	return nil
}

func holdsURL(s string) bool {
	return strings.Contains(s, "http://") || strings.Contains(s, "https://")
}

func tagPairsOf(have tags) []object {
	list := []object{}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		list = append(list, object{"TagKey": key, "TagValue": have[key]})
	}
	return list
}

func tagList(have tags) object { return object{"Tag": tagPairsOf(have)} }

// taggable is every resource of a type by its id. Master-slave groups are not offered.
func (s *state) taggable(kind string) map[string]tags {
	all := map[string]tags{}
	switch kind {
	case "instance":
		for id, i := range s.instances {
			all[id] = i.Tags
		}
	case "listener":
		for id, i := range s.instances {
			for _, l := range i.listeners {
				all[listenerID(id, l)] = l.tags
			}
		}
	case "vservergroup":
		for id, g := range s.groups {
			all[id] = g.tags
		}
	case "acl":
		for id, a := range s.acls {
			all[id] = a.tags
		}
	case "certificate":
		for _, certs := range []map[string]*certificate{s.certs, s.cas} {
			for id, c := range certs {
				all[id] = c.tags
			}
		}
	}
	return all
}

// tagged finds the resources that ResourceId.N names; one that is unknown spoils the call.
func (t *txn) tagged() ([]tags, *Error) {
	all := t.st.taggable(t.p["ResourceType"])
	var found []tags
	for _, id := range t.p.list("ResourceId") {
		t.touch(id)
		have, ok := all[id]
		if !ok {
			return nil, refuse("ResourceNotExist", "The specified resource %q does not exist.", id)
		}
		if i := t.st.instances[id]; i != nil && i.Locked {
			return nil, refuse("ActionNotAllowed", "The instance %s is locked.", id)
		}
		found = append(found, have)
	}
	return found, nil
}

func (t *txn) tagResources() (object, *Error) {
	wanted, err := t.createTags()
	if err != nil {
		return nil, err
	}
	found, err := t.tagged()
	if err != nil {
		return nil, err
	}
	for _, have := range found {
		after := maps.Clone(have)
		maps.Copy(after, wanted)
		if len(after) > t.c.opts.Quotas.Tags {
			return nil, refuse("QuotaExceed.TagsPerResource", "A resource may have %d tags.", t.c.opts.Quotas.Tags)
		}
	}
	n, cut := t.batch(len(found))
	for _, have := range found[:n] {
		maps.Copy(have, wanted)
	}
	return object{}, cut
}

func (t *txn) untagResources() (object, *Error) {
	found, err := t.tagged()
	if err != nil {
		return nil, err
	}
	keys := t.p.list("TagKey")
	if len(keys) == 0 && t.p["All"] != "true" {
		return nil, refuse("MissingParam.TagKey", "TagKey.N or All=true is required.")
	}
	n, cut := t.batch(len(found))
	for _, have := range found[:n] {
		maps.DeleteFunc(have, func(key, _ string) bool { return len(keys) == 0 || slices.Contains(keys, key) })
	}
	return object{}, cut
}

// tagPage is how many tags ListTagResources gives per answer.
const tagPage = 50

func (t *txn) listTagResources() (object, *Error) {
	ids := t.p.list("ResourceId")
	wanted, err := t.tagFilter()
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 && len(wanted) == 0 {
		return nil, refuse("MissingParam.TagOrResourceId", "ResourceId.N or Tag.N is required.")
	}
	from, err := readToken(t.p["NextToken"], "InvalidParam.NextToken")
	if err != nil {
		return nil, err
	}
	found := t.findTags(ids, wanted)
	from = min(from, len(found))
	to := min(from+tagPage, len(found))
	answer := object{"TagResources": object{"TagResource": found[from:to]}, "NextToken": ""}
	if to < len(found) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	return answer, nil
}

// findTags lists the tags of the named resources that carry all of the wanted ones.
func (t *txn) findTags(ids []string, wanted tagQuery) []object {
	all := t.st.taggable(t.p["ResourceType"])
	found := []object{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if len(ids) > 0 && !slices.Contains(ids, id) || !wanted.allOf(all[id]) {
			continue
		}
		for _, o := range tagPairsOf(all[id]) {
			o["ResourceId"], o["ResourceType"] = id, t.p["ResourceType"]
			found = append(found, o)
		}
	}
	return found
}

func readToken(token, code string) (int, *Error) {
	if token == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(token)
	if err != nil || n < 0 {
		return 0, refuse(code, "The specified NextToken %q is not valid.", token)
	}
	return n, nil
}
