#!/bin/bash
# Part of facts.sh: docker or containerd, and the images in it (2.3, 2.8).

engine() { # runtime
	local said ref
	case $1 in
	docker)
		flat daemon.json /etc/docker/daemon.json
		command -v docker >/dev/null || return 0
		fact program docker
		local format='{{.ServerVersion}} {{.CgroupDriver}} {{json .RegistryConfig.Mirrors}}'
		if said=$(timeout 60 docker info --format "$format" 2>&1); then
			fact docker "${said//$'\n'/ }"
			docker images --format '{{.Repository}}:{{.Tag}}' | while read -r ref; do fact image "$ref"; done
		else
			fact docker.error "${said//$'\n'/ }"
		fi
		;;
	containerd)
		lines containerd.conf /etc/containerd/config.toml
		command -v containerd >/dev/null || return 0
		fact program containerd
		read -r _ _ said _ < <(containerd --version)
		fact containerd "$said"
		ctr -n k8s.io images ls -q 2>/dev/null | while read -r ref; do fact image "$ref"; done
		;;
	esac
}
