package node

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/websocket"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podIP is the address of the pod under test.
const podIP = "10.244.0.7"

// launch starts a pod without a cluster. It is closed at the end of the test.
func launch(t *testing.T, object *corev1.Pod) (*Node, *pod) {
	t.Helper()
	opts := Options{}.withDefaults()
	network, err := newNetwork(opts.PodCIDR)
	if err != nil {
		t.Fatal(err)
	}
	n := &Node{opts: opts, network: network}
	p, err := n.start(object, netip.MustParseAddr(podIP))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return n, p
}

func coffee(ports ...int32) *corev1.Pod {
	object := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "cafe", Name: "coffee-6d4f-x2x", Labels: map[string]string{"pod-template-hash": "6d4f"},
			OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "coffee-6d4f", Controller: new(true)}},
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main"}}},
	}
	for _, port := range ports {
		c := &object.Spec.Containers[0]
		c.Ports = append(c.Ports, corev1.ContainerPort{ContainerPort: port})
	}
	return object
}

func client(n *Node) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: n.DialContext, DisableKeepAlives: true}}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	object := coffee(8080)
	n, _ := launch(t, object)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+podIP+":8080/a%2Fb/c?x=1&x=2", strings.NewReader("12345"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "cafe.example.com"
	r.Header = http.Header{"X-Forwarded-For": {"1.2.3.4"}, "User-Agent": {"test"}}
	response, err := client(n).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got Answer
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := Answer{
		Path: "/a%2Fb/c", Query: "x=1&x=2", Host: "cafe.example.com", Method: "PUT", Proto: "HTTP/1.1", Body: 5,
		Headers: http.Header{
			"X-Forwarded-For": {"1.2.3.4"}, "User-Agent": {"test"}, "Connection": {"close"},
			"Content-Length": {"5"}, "Accept-Encoding": {"gzip"},
		},
		Namespace: "cafe", Pod: "coffee-6d4f-x2x", Service: "coffee", Port: 8080,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestPortsAndNames(t *testing.T) {
	t.Parallel()
	named := coffee(80, 81)
	named.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "SERVICE_NAME", Value: "tea"}, {Name: "INGRESS_NAME", Value: "menu"}}
	named.Spec.Containers[0].Ports = append(named.Spec.Containers[0].Ports, corev1.ContainerPort{ContainerPort: 53, Protocol: corev1.ProtocolUDP})
	lone := coffee()
	lone.OwnerReferences = nil
	set := coffee()
	set.OwnerReferences[0] = metav1.OwnerReference{Kind: "StatefulSet", Name: "coffee-set", Controller: new(true)}

	who := Answer{Namespace: "cafe", Pod: "coffee-6d4f-x2x"}
	with := func(service, ingress string, port int32) Answer {
		a := who
		a.Service, a.Ingress, a.Port = service, ingress, port
		return a
	}
	cases := map[string]struct {
		reason string
		object *corev1.Pod
		want   []Answer
	}{
		"environment": {
			reason: "The container's names win; a UDP port has no server.",
			object: named, want: []Answer{with("tea", "menu", 80), with("tea", "menu", 81)},
		},
		"no owner": {
			reason: "A pod that names no port serves 80; one without an owner stands for itself.",
			object: lone, want: []Answer{with("coffee-6d4f-x2x", "", 80)},
		},
		"StatefulSet": {
			reason: "Only a ReplicaSet's name carries a hash.",
			object: set, want: []Answer{with("coffee-set", "", 80)},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, answers(tc.object)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	n, p := launch(t, coffee())
	raw, err := n.DialContext(t.Context(), "tcp", podIP+":80")
	if err != nil {
		t.Fatal(err)
	}
	config, err := websocket.NewConfig("ws://"+podIP+"/", "http://elsewhere.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	ws, err := websocket.NewClient(config, raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := websocket.Message.Send(ws, "hello"); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := websocket.Message.Receive(ws, &got); err != nil || got != "hello" {
		t.Errorf("got %q and error %v, want hello", got, err)
	}
	p.close()
	if err := websocket.Message.Receive(ws, &got); err == nil {
		t.Error("the connection outlived its pod")
	}
}

// TestFinish runs on virtual time: the preStop sleep, the request under way, the drain.
func TestFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, p := launch(t, coffee())
		slow, err := n.DialContext(t.Context(), "tcp", podIP+":80")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(slow, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		done := make(chan struct{})
		p.finish(5*time.Second, 2*time.Second, func() { close(done) })

		time.Sleep(4 * time.Second) // virtual
		mustServe(t, n)             // still within the preStop sleep
		time.Sleep(2 * time.Second)
		if _, err := n.DialContext(t.Context(), "tcp", podIP+":80"); err == nil {
			t.Error("a connection was accepted after the preStop sleep")
		}
		if _, err := io.WriteString(slow, "2"); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(slow), nil)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("the request under way: got %v and error %v, want status 200", response, err)
		}
		defer response.Body.Close()
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Error(err)
		}
		<-done
		if took := time.Since(start); took > 7*time.Second {
			t.Errorf("finishing took %s, want less than the 7 s of sleep and drain", took)
		}
	})
}

// TestFinishCutsOff shows that a request that does not end holds nothing up.
func TestFinishCutsOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, p := launch(t, coffee())
		stuck, err := n.DialContext(t.Context(), "tcp", podIP+":80")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(stuck, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1"); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		p.finish(0, 2*time.Second, func() { close(done) })
		<-done
		if _, err := io.ReadAll(stuck); err != nil {
			t.Errorf("reading from the cut connection: %v", err)
		}
		if !p.hasEnded() {
			t.Error("the pod has not ended")
		}
	})
}

func mustServe(t *testing.T, n *Node) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+net.JoinHostPort(podIP, "80")+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client(n).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("got status %s, want 200", response.Status)
	}
}
