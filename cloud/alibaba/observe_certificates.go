package alibaba

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// observeCertificates lists the region's server certificates, which has no pages and no contents,
// and keeps ours. They outlive the instance, so they are read without one too.
func (c *Client) observeCertificates(ctx context.Context, o *observation) error {
	resp := slb.CreateDescribeServerCertificatesResponse()
	if err := c.call(ctx, slb.CreateDescribeServerCertificatesRequest(), resp); err != nil {
		return err
	}
	all := resp.ServerCertificates.ServerCertificate
	o.got.RegionCertificates = len(all)
	slices.SortFunc(all, func(a, b slb.ServerCertificate) int {
		return cmp.Compare(a.ServerCertificateId, b.ServerCertificateId)
	})
	for _, s := range all {
		tags := tagMap(s.Tags.Tag)
		if !o.query.Owner.Owns(tags) {
			continue
		}
		name := cmp.Or(tags[cloud.TagCertificate], surplusName("", s.ServerCertificateId))
		name = o.claim(cloud.CertificateRef, name, s.ServerCertificateId)
		o.certificates[s.ServerCertificateId] = name
		o.got.Ours.Certificates = append(o.got.Ours.Certificates, cloud.Certificate{Name: name, NotAfter: expiry(s)})
	}
	return nil
}

func expiry(s slb.ServerCertificate) time.Time {
	if s.ExpireTimeStamp > 0 {
		return time.UnixMilli(s.ExpireTimeStamp).UTC().Truncate(time.Second)
	}
	t, err := time.Parse(time.RFC3339, s.ExpireTime)
	if err != nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}
