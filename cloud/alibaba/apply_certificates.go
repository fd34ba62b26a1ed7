package alibaba

import (
	"context"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/slb"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// uploadCertificate uploads a certificate and its key. Like every parameter, the key travels in the
// body, which is signed as the URL would be.
func (c *Client) uploadCertificate(ctx context.Context, s cloud.Scope, x cloud.Certificate) (cloud.IDs, error) {
	req := slb.CreateUploadServerCertificateRequest()
	req.ServerCertificateName = plainName("slb-ingress-" + x.Name)
	req.ServerCertificate, req.PrivateKey = string(x.Chain), string(x.Key)
	addTags(req, merged(s.Owner.Tags(), map[string]string{cloud.TagCertificate: x.Name}))
	resp := slb.CreateUploadServerCertificateResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return nil, err
	}
	return created(cloud.UploadCertificate{}.Op(), x.Ref(), resp.ServerCertificateId)
}

func (c *Client) deleteCertificate(ctx context.Context, s cloud.Scope, x cloud.DeleteCertificate) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateDeleteServerCertificateRequest()
	req.ServerCertificateId = r.id(cloud.CertificateRef(x.Name))
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}

func (c *Client) uploadCACertificate(ctx context.Context, s cloud.Scope, x cloud.CACertificate) (cloud.IDs, error) {
	req := slb.CreateUploadCACertificateRequest()
	req.CACertificateName, req.CACertificate = plainName("slb-ingress-"+x.Name), string(x.PEM)
	addTags(req, merged(s.Owner.Tags(), map[string]string{cloud.TagCertificate: x.Name}))
	resp := slb.CreateUploadCACertificateResponse()
	if err := c.call(ctx, req, resp); err != nil {
		return nil, err
	}
	return created(cloud.UploadCACertificate{}.Op(), x.Ref(), resp.CACertificateId)
}

func (c *Client) deleteCACertificate(ctx context.Context, s cloud.Scope, x cloud.DeleteCACertificate) error {
	r := &resolver{op: x.Op(), scope: s}
	req := slb.CreateDeleteCACertificateRequest()
	req.CACertificateId = r.id(cloud.CACertificateRef(x.Name))
	if r.err != nil {
		return r.err
	}
	return c.remove(ctx, req)
}
