#!/bin/sh
# First process in the mount and network namespaces of a real node: prepares both and keeps them until it is killed. With them
# go all the mounts of its pods, their network interfaces and the bridge between them.
# Arguments: the folder of the node, the one that is to be its /var/log/pods, and the file to make when all is prepared.
set -eu
folder=$1 pod_logs=$2 ready=$3

busybox ip link set lo up

# Whom a policy refuses is told so every time. As it is, the kernel says it to a few in a second, and the others meet silence.
echo 0 >/proc/sys/net/ipv4/icmp_ratemask

# Places that containerd, its plugins and the kubelet write to whatever they are told.
for place in /run/containerd /var/lib/cni /var/lib/kubelet /var/log; do
  mkdir -p "$place"
  mount -t tmpfs node "$place"
done

# The kubelet gives out all files of its /var/log, so none of this machine may be among them.
mkdir /var/log/pods
mount --bind "$pod_logs" /var/log/pods

# What a kubelet sets for the whole machine: here it sets copies.
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  copy=$folder/settings/$setting
  mkdir -p "${copy%/*}"
  cat "/proc/sys/$setting" >"$copy"
  mount --bind "$copy" "/proc/sys/$setting"
done

: >"$ready"
exec tail -f "$ready"
