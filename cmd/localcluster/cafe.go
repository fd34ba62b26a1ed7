package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
)

// The café sample, and the request that shows it.
const (
	cafeHost = "cafe.example.com"
	cafePath = "/coffee"
	cafeName = "cafe"
)

// poll is how often the sample is looked at; it is a person who waits.
const poll = 50 * time.Millisecond

// showCafe applies the sample, waits for its address and prints the answer to one request.
func showCafe(ctx context.Context, w world) error {
	w.say.stage("café sample")
	if err := w.cluster.ApplyFile(ctx, filepath.Join(w.options.config, "samples", "cafe.yaml"), nil); err != nil {
		return fmt.Errorf("café sample: %w", err)
	}
	w.say.stage("waiting for the address of ingress/" + cafeName)
	address, err := waitForAddress(ctx, w)
	if err != nil {
		return err
	}
	if err := w.cluster.Unserved(address); err != nil {
		return fmt.Errorf("the load balancer's listeners cannot be bound: %w; is another cluster up with the same --vip-range %s?", err, w.options.addresses)
	}
	url := fmt.Sprintf("http://%s%s", net.JoinHostPort(address, strconv.Itoa(w.cluster.Port(80))), cafePath)
	w.say.stage(fmt.Sprintf("curl -H 'Host: %s' %s", cafeHost, url))
	answer, err := waitForAnswer(ctx, url)
	if err != nil {
		return err
	}
	fmt.Fprintln(w.say.out, strings.TrimSpace(answer))
	return nil
}

func waitForAddress(ctx context.Context, w world) (string, error) {
	var address string
	err := wait.PollUntilContextCancel(ctx, poll, true, func(ctx context.Context) (bool, error) {
		var ing networkingv1.Ingress
		if err := w.cluster.Client.Get(ctx, types.NamespacedName{Namespace: "default", Name: cafeName}, &ing); err != nil {
			return false, err
		}
		for _, entry := range ing.Status.LoadBalancer.Ingress {
			address = entry.IP
		}
		return address != "", nil
	})
	if err != nil {
		return "", fmt.Errorf("ingress/%s got no address: %w; see its events by kubectl describe, and the controller's log", cafeName, err)
	}
	return address, nil
}

// waitForAnswer repeats the request until a pod answers: the rule may come before its pods.
func waitForAnswer(ctx context.Context, url string) (string, error) {
	var answer, last string
	err := wait.PollUntilContextCancel(ctx, poll, true, func(ctx context.Context) (bool, error) {
		status, body, err := ask(ctx, url)
		if err != nil {
			last = err.Error()
			return false, nil //nolint:nilerr // told if no later try succeeds
		}
		answer, last = body, fmt.Sprintf("status %d", status)
		return status == http.StatusOK, nil
	})
	if err != nil {
		return "", fmt.Errorf("no pod answers at %s: %w (last: %s)", url, err, last)
	}
	return answer, nil
}

func ask(ctx context.Context, url string) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	req.Host = cafeHost
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode, string(body), err
}
