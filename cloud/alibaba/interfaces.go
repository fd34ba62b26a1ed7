package alibaba

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

const (
	maxAddresses  = 100 // PrivateIpAddress.N of DescribeNetworkInterfaces
	maxInterfaces = 500 // MaxResults of DescribeNetworkInterfaces
)

// InterfacesOf implements cloud.Interfaces. Found addresses are remembered for some minutes, and
// forgotten when the service refuses one; addresses that were not found are asked for again.
func (c *Client) InterfacesOf(ctx context.Context, addresses []netip.Addr) (map[netip.Addr]string, error) {
	wanted := slices.Clone(addresses)
	slices.SortFunc(wanted, netip.Addr.Compare)
	found, missing := c.interfaces.lookup(slices.Compact(wanted), time.Now())
	for chunk := range slices.Chunk(missing, maxAddresses) {
		if err := c.findInterfaces(ctx, chunk, found); err != nil {
			return nil, readKind(err)
		}
	}
	return found, nil
}

// findInterfaces asks for up to maxAddresses addresses and adds what it learns to found.
func (c *Client) findInterfaces(ctx context.Context, addresses []netip.Addr, found map[netip.Addr]string) error {
	texts := make([]string, len(addresses))
	for i, a := range addresses {
		texts[i] = a.String()
	}
	next := ""
	for range maxPages {
		req := ecs.CreateDescribeNetworkInterfacesRequest()
		req.VpcId, req.PrivateIpAddress, req.NextToken = c.vpcID, &texts, next
		req.MaxResults = requests.Integer(strconv.Itoa(maxInterfaces))
		resp := ecs.CreateDescribeNetworkInterfacesResponse()
		if err := c.call(ctx, req, resp); err != nil {
			return err
		}
		for _, eni := range resp.NetworkInterfaceSets.NetworkInterfaceSet {
			c.keepInterface(eni, addresses, found)
		}
		if next == resp.NextToken || resp.NextToken == "" {
			return nil
		}
		next = resp.NextToken
	}
	return endless("DescribeNetworkInterfaces")
}

// keepInterface notes which of the addresses an interface has. The answer lists all of its
// addresses; only those that were asked for are kept.
func (c *Client) keepInterface(eni ecs.NetworkInterfaceSet, addresses []netip.Addr, found map[netip.Addr]string) {
	if eni.NetworkInterfaceId == "" || c.vpcID != "" && eni.VpcId != "" && eni.VpcId != c.vpcID {
		return
	}
	texts := []string{eni.PrivateIpAddress}
	for _, private := range eni.PrivateIpSets.PrivateIpSet {
		texts = append(texts, private.PrivateIpAddress)
	}
	for _, text := range texts {
		a, err := netip.ParseAddr(text)
		if err != nil || !slices.Contains(addresses, a) {
			continue
		}
		found[a] = eni.NetworkInterfaceId
		c.interfaces.store(a, eni.NetworkInterfaceId, time.Now())
	}
}

// forgetInterfaces drops what is known of members whose interface the service does not know.
func (c *Client) forgetInterfaces(err error, members []cloud.Member) {
	if !lacksServer(err) {
		return
	}
	for _, m := range members {
		if a, err := netip.ParseAddr(m.IP); err == nil {
			c.interfaces.drop(a)
		}
	}
}
