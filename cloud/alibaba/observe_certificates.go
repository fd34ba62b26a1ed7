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
			o.got.Known.Certificates = append(o.got.Known.Certificates, cloud.ID(s.ServerCertificateId))
			continue
		}
		name := cmp.Or(tags[cloud.TagCertificate], surplusName("", s.ServerCertificateId))
		name = o.claim(cloud.CertificateRef, name, s.ServerCertificateId)
		o.certificates[s.ServerCertificateId] = name
		o.got.Ours.Certificates = append(o.got.Ours.Certificates, cloud.Certificate{Name: name, NotAfter: expiry(s.ExpireTimeStamp, s.ExpireTime)})
	}
	return nil
}

// observeCACertificates is observeCertificates for CA certificates.
func (c *Client) observeCACertificates(ctx context.Context, o *observation) error {
	resp := slb.CreateDescribeCACertificatesResponse()
	if err := c.call(ctx, slb.CreateDescribeCACertificatesRequest(), resp); err != nil {
		return err
	}
	all := resp.CACertificates.CACertificate
	slices.SortFunc(all, func(a, b slb.CACertificate) int { return cmp.Compare(a.CACertificateId, b.CACertificateId) })
	for _, s := range all {
		tags := tagMap(s.Tags.Tag)
		if !o.query.Owner.Owns(tags) {
			continue
		}
		name := cmp.Or(tags[cloud.TagCertificate], surplusName("", s.CACertificateId))
		name = o.claim(cloud.CACertificateRef, name, s.CACertificateId)
		o.authorities[s.CACertificateId] = name
		o.got.Ours.CACertificates = append(o.got.Ours.CACertificates, cloud.CACertificate{
			Name: name, NotAfter: expiry(s.ExpireTimeStamp, s.ExpireTime),
		})
	}
	return nil
}

// expiry reads whichever of a time's two spellings is there.
func expiry(millis int64, text string) time.Time {
	if millis > 0 {
		return time.UnixMilli(millis).UTC().Truncate(time.Second)
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}
