//go:build !race

package ingress

const raced = false
