package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// program is the command, running inside the test.
type program struct {
	t    *testing.T
	out  *bufio.Scanner
	seen strings.Builder
	stop context.CancelFunc
	exit chan int
	call int
	api  string
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	p := &program{t: t, out: bufio.NewScanner(reader), stop: cancel, exit: make(chan int, 1)}
	t.Cleanup(cancel)
	go func() {
		p.exit <- run(ctx, append([]string{"--listen=127.0.0.1:0"}, args...), writer, writer)
		_ = writer.Close()
	}()
	p.api = p.await(`OpenAPI +(http://\S+)`)[1]
	return p
}

// await reads the output up to a line that matches.
func (p *program) await(pattern string) []string {
	p.t.Helper()
	for p.out.Scan() {
		fmt.Fprintln(&p.seen, p.out.Text())
		if found := regexp.MustCompile(pattern).FindStringSubmatch(p.out.Text()); found != nil {
			return found
		}
	}
	p.t.Fatalf("no line matches %q in:\n%s", pattern, p.seen.String())
	return nil
}

// ask makes one signed call of the OpenAPI.
func (p *program) ask(action string, params url.Values) map[string]any {
	p.t.Helper()
	p.call++
	form := url.Values{
		"Action": {action}, "Version": {"2014-05-15"}, "Format": {"JSON"}, "RegionId": {"cn-hangzhou"},
		"AccessKeyId": {fakecloud.DefaultAccessKeyID}, "SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"},
		"SignatureNonce": {strconv.Itoa(p.call)}, "Timestamp": {time.Now().UTC().Format("2006-01-02T15:04:05Z")},
	}
	maps.Copy(form, params)
	text := http.MethodPost + "&%2F&" + escape(strings.ReplaceAll(form.Encode(), "+", "%20"))
	mac := hmac.New(sha1.New, []byte(fakecloud.DefaultAccessKeySecret+"&"))
	mac.Write([]byte(text))
	form.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := http.PostForm(p.api, form)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d %v, %v", action, res.StatusCode, answer, err)
	}
	return answer
}

func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func TestServesWhatIsProgrammed(t *testing.T) {
	t.Parallel()
	pod := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "from the pod")
	}))
	t.Cleanup(pod.Close)
	ip, podPort, err := net.SplitHostPort(pod.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "--vip-range=127.0.98.0/24", "--eni-cidr=127.0.0.1/32", "--seed-instance=lb-mine")
	p.await(`^load balancers +on 127\.0\.98\.0/24, port 80 at (80|8080), port 443 at (443|8443)$`)
	address := p.await(`^instance lb-mine .* (127\.0\.98\.\d+) `)[1]

	members := fmt.Sprintf(`[{"ServerId":%q,"ServerIp":%q,"Port":%q,"Type":"eni"}]`, p.eni(ip), ip, podPort)
	group := p.ask("CreateVServerGroup", url.Values{
		"LoadBalancerId": {"lb-mine"}, "VServerGroupName": {"web"}, "BackendServers": {members},
	})["VServerGroupId"].(string)
	listener := url.Values{"LoadBalancerId": {"lb-mine"}, "ListenerPort": {"18080"}}
	p.ask("CreateLoadBalancerHTTPListener", url.Values{
		"LoadBalancerId": {"lb-mine"}, "ListenerPort": {"18080"}, "VServerGroupId": {group},
		"HealthCheck": {"off"}, "StickySession": {"off"}, "Bandwidth": {"-1"},
	})
	p.ask("StartLoadBalancerListener", listener)
	p.await(`serving listener.*lb-mine.*18080`)
	if body := read(t, "http://"+net.JoinHostPort(address, "18080")+"/"); body != "from the pod" {
		t.Errorf("got %q", body)
	}
	p.ask("DeleteLoadBalancerListener", listener)
	p.await(`listener is gone.*lb-mine.*18080`)
	p.stop()
	p.await("^stopped$")
	if code := <-p.exit; code != 0 {
		t.Errorf("exit code %d after a clean stop", code)
	}
}

// eni asks the ECS side for the network interface of a pod.
func (p *program) eni(ip string) string {
	p.t.Helper()
	answer := p.ask("DescribeNetworkInterfaces", url.Values{"Version": {"2014-05-26"}, "PrivateIpAddress.1": {ip}})
	text, err := json.Marshal(answer)
	if err != nil {
		p.t.Fatal(err)
	}
	found := regexp.MustCompile(`"NetworkInterfaceId":"(eni-[^"]+)"`).FindSubmatch(text)
	if found == nil {
		p.t.Fatalf("no network interface in %s", text)
	}
	return string(found[1])
}

func read(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestOutputKeepsSecrets(t *testing.T) {
	t.Parallel()
	p := start(t, "--access-key-secret=very-own", "--data-plane=false", "--latency=1ms", "--busy")
	p.await("data plane off")
	res, err := http.Get(p.api)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode == http.StatusOK {
		t.Error("an unsigned call was accepted")
	}
	p.stop()
	p.await("^stopped$")
	if strings.Contains(p.seen.String(), "very-own") {
		t.Errorf("a secret was printed:\n%s", p.seen.String())
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // the parallel cases outlive this function
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"Help":  {args: []string{"--help"}, code: 0, says: "Usage: fakecloud"},
		"Usage": {args: []string{"--nope"}, code: 2, says: "--help"},
		"Taken": {args: []string{"--listen", taken.Addr().String()}, code: 1, says: "cannot serve the OpenAPI"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if code := run(t.Context(), c.args, &out, &out); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("got %d and %q, want %d and %q", code, out.String(), c.code, c.says)
			}
		})
	}
}
