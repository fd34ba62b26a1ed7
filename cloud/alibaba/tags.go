package alibaba

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"
)

// addTags adds Tag.N parameters, in order of key. The SDK has a type of its own for the tags of each
// operation; on the wire they are all alike. A tag may have an empty value, which is not sent.
func addTags(req requests.AcsRequest, tags map[string]string) {
	params := req.GetQueryParams()
	for i, key := range slices.Sorted(maps.Keys(tags)) {
		params[fmt.Sprintf("Tag.%d.Key", i+1)] = key
		if tags[key] != "" {
			params[fmt.Sprintf("Tag.%d.Value", i+1)] = tags[key]
		}
	}
}

// tagMap gives nil for no tags, as a resource without any is modelled.
func tagMap(tags []slb.Tag) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.TagKey] = t.TagValue
	}
	return m
}

func merged(a, b map[string]string) map[string]string {
	m := maps.Clone(a)
	maps.Copy(m, b)
	return m
}
