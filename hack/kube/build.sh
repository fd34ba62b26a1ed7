#!/bin/sh
# Builds etcd, kube-apiserver, kube-controller-manager and kubectl from the module beside this
# script into the user's cache, unless they are there already, and prints the folder's path on
# standard output (progress goes to standard error). KUBEBUILDER_ASSETS, when set, names a folder
# that already holds them and is printed as it is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
version=$(cd "$here" && GOFLAGS=-mod=readonly go list -m -f '{{.Version}}' k8s.io/kubernetes)
out=${KUBEBUILDER_ASSETS:-${XDG_CACHE_HOME:-$HOME/.cache}/slb-ingress-controller/kube/$version}
tools="etcd kube-apiserver kube-controller-manager kubectl"

missing=""
for tool in $tools; do
	[ -x "$out/$tool" ] || missing="$missing $tool"
done
if [ -n "$missing" ] && [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
	echo "kube tools: KUBEBUILDER_ASSETS=$out lacks$missing; unset it to have them built" >&2
	exit 1
fi

package_of() {
	case $1 in
	etcd) echo go.etcd.io/etcd/server/v3 ;;
	*) echo "k8s.io/kubernetes/cmd/$1" ;;
	esac
}

# kubectl and the API server compare these; an unstamped build calls itself v0.0.0-master.
minor=${version#v1.}
minor=${minor%%.*}
pkg=k8s.io/component-base/version
stamp="-X $pkg.gitVersion=$version -X $pkg.gitMajor=1 -X $pkg.gitMinor=$minor"

if [ -n "$missing" ]; then
	echo "kube tools: building$missing ($version) into $out" >&2
	echo "kube tools: this happens once and takes about 10 minutes on 2 cores" >&2
	mkdir -p "$out"
fi
for tool in $missing; do
	start=$(date +%s)
	echo "kube tools: $tool ..." >&2
	# A build that is cut off must not leave a half-written file that looks finished.
	(cd "$here" && CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -ldflags "-s -w $stamp" \
		-o "$out/.$tool.$$" "$(package_of "$tool")")
	mv "$out/.$tool.$$" "$out/$tool"
	echo "kube tools: $tool done in $(($(date +%s) - start)) s" >&2
done
echo "$out"
