#!/bin/bash
# Two images as if pulled from the mirror, and the course's script with its error.
set -uo pipefail
mirror=registry.cn-hangzhou.aliyuncs.com/google_containers
mkdir -p /data
for image in pause:3.6 coredns/coredns:v1.8.6; do
	docker tag "registry.k8s.io/$image" "$mirror/${image##*/}"
	docker rmi "my.registry/${image##*/}" >/dev/null 2>&1
done
cat >/data/images.sh <<'EOF'
#!/bin/bash
images=(
   pause:3.6
   coredns:v1.8.6 )
for imageName in ${images[@]} ;
do
   # docker pull registry.cn-hangzhou.aliyuncs.com/google_containers/$imageName
   docker tag registry.cn-hangzhou.aliyuncs.com/google_containers/$imageName my.registry/$imageName
   docker rmi registry.cn-hangzhou.aliyuncs.com/google_containers/$imageName done
EOF
