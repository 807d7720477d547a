/** Errors and hints of images, bundles and downloads in Chinese. */
import { catalogue } from '../catalogue.js'

export const FAULTS_BUNDLE_ZH = catalogue({
  '{addon}: no such add-on; there are {names}': '{addon}：没有这个插件；可用的有 {names}',
  '{addon}: klab knows no release of it for Kubernetes {version}, only from {oldest} on':
    '{addon}：klab 没有适用于 Kubernetes {version} 的版本，只支持 {oldest} 起',
  'take it out of kubernetes.addons, or set another kubernetes.version':
    '请从 kubernetes.addons 中删去，或换一个 kubernetes.version',
  'building the image needs {tools}': '制作镜像需要 {tools}',
  '{path}: {what}, not a disk image': '{path}：{what}，不是磁盘镜像',
  '{path}: {what}': '{path}：{what}',
  'look at it: qemu-img info {path}; a plain copy: qemu-img convert -O qcow2 SOURCE NEW.qcow2':
    '请查看：qemu-img info {path}；转成普通副本：qemu-img convert -O qcow2 SOURCE NEW.qcow2',
  '{path}: no such image file': '{path}：没有这个镜像文件',
  'correct image.path in the Labfile': '请改正 Labfile 中的 image.path',
  '{path}: sha256 is {sum}, the Labfile says {expected}': '{path}：sha256 是 {sum}，而 Labfile 写的是 {expected}',
  'correct the file or image.sha256': '请改正文件或 image.sha256',
  'no Debian mirror in /etc/apt/sources.list or sources.list.d':
    '/etc/apt/sources.list 和 sources.list.d 中没有 Debian 镜像站',
  'name an image in the Labfile instead: image: {url: …, sha256: …} or {path: …}':
    '请改为在 Labfile 中写明镜像：image: {url: …, sha256: …} 或 {path: …}',
  'klab builds no bundles on {arch} machines': 'klab 不在 {arch} 机器上制作安装包',
  'use an amd64 or arm64 machine': '请用 amd64 或 arm64 机器',
  '{path}: {why}': '{path}：{why}',
  'save the images again: docker save -o FILE IMAGE…': '请重新保存镜像：docker save -o FILE IMAGE…',
  '{path}: is compressed ({kind})': '{path}：是压缩文件（{kind}）',
  'unpack it first: gunzip, unxz, zstd -d': '请先解压：gunzip、unxz、zstd -d',
  '{path}: {ref} is not the name of an image': '{path}：{ref} 不是镜像名',
  '{path}: has no image with a name': '{path}：没有带名字的镜像',
  '{what}: unpacks to more than {most} MiB, which is what {dir} has room for':
    '{what}：解压后超过 {most} MiB，而 {dir} 只有这么多空间',
  '{what}: unpacks to more than {most} MiB': '{what}：解压后超过 {most} MiB',
  '{place}: {image}: {why}': '{place}：{image}：{why}',
  'get the image again; klab bundle build goes on from there': '请重新获取镜像；klab bundle build 会接着做',
  'get the file again from its source': '请从来源重新获取文件',
  'copy the file again': '请重新复制文件',
  'name another file, or rm {file}': '请换一个文件，或 rm {file}',
  '{dir}: no such folder': '{dir}：没有这个目录',
  'copy the file again, or ask for another': '请重新复制文件，或另要一份',
  '{file}: the bundle takes {size} MiB, which are not free there': '{file}：安装包需要 {size} MiB，那里没有这么多空间',
  'no image {image} to put into the bundle': '没有镜像 {image} 可放入安装包',
  'it is in the cache': '已在缓存中',
  'skopeo, which upstream needs, is not installed': 'upstream 需要 skopeo，但没有安装',
  '{servers} answer': '{servers} 有应答',
  'upstream broke off: {message}': 'upstream 中断：{message}',
  '{dir}: {problems}': '{dir}：{problems}',
  'copy the bundle again': '请重新复制安装包',
  'ask the person who made the bundle for a complete one (klab bundle verify shows the same there)':
    '请向制作者要一个完整的安装包（在那里 klab bundle verify 也会显示同样的问题）',
  'check kubernetes.bundle.dir in the Labfile': '请检查 Labfile 中的 kubernetes.bundle.dir',
  'is nested in too many folders': '目录嵌套太深',
  'is a link, which may lead anywhere: put the file itself there': '是链接，可能指向任何地方：请把文件本身放到那里',
  'is not a plain file': '不是普通文件',
  'copy the files again': '请重新复制这些文件',
  'is there twice: {path} is used': '有两份：使用 {path}',
  'is a leftover of the system or of an editor': '是系统或编辑器留下的文件',
  'is a package for {arch}': '是用于 {arch} 的软件包',
  'is an archive, but not of images': '是归档文件，但其中没有镜像',
  'holds images without a name ({images}), saved by their ID: docker save -o FILE NAME:TAG':
    '其中的镜像没有名字（{images}），是按 ID 保存的：docker save -o FILE NAME:TAG',
  'is not a manifest that the Labfile’s kubernetes.cni asks for': '不是 Labfile 的 kubernetes.cni 所要的清单',
  '{path}: lacks what {what} needs:\n{images}': '{path}：缺少 {what} 所需的：\n{images}',
  'bundle {source}: this klab does not make it': '安装包 {source}：这个版本的 klab 不制作它',
  'klab destroy; then write kubernetes.bundle: source, and klab up':
    '先 klab destroy；再写 kubernetes.bundle: source，然后 klab up',
  'kubernetes.bundle.arch is {arch}, and this machine runs {own} guests':
    'kubernetes.bundle.arch 是 {arch}，而本机运行 {own} 虚拟机',
  'klab bundle export FILE makes the bundle here; run the lab on a machine of that architecture':
    '可用 klab bundle export FILE 在此制作安装包；实验环境请在该架构的机器上运行',
  '{dir}: holds Kubernetes {kubernetes}, the Labfile wants {version}':
    '{dir}：其中是 Kubernetes {kubernetes}，而 Labfile 要的是 {version}',
  'kubernetes.cni: {path} cannot be read': 'kubernetes.cni：无法读取 {path}',
  'kubernetes.cni: {path} cannot be read: it is not a plain file of at most 8 MiB':
    'kubernetes.cni：无法读取 {path}：它不是普通文件，或超过 8 MiB',
  '{path}: was changed while it was read': '{path}：读取时被改动',
  'the whole log: {log}': '完整日志：{log}',
  '{place}: {problem}': '{place}：{problem}',
  'name the folder of a bundle': '请指定安装包所在的目录',
  '{place}: is not a manifest that names images': '{place}：不是写明镜像的清单',
  'get the manifest again': '请重新获取清单',
  'pulling images needs skopeo': '拉取镜像需要 skopeo',
  'the package mirror has no {packages}': '软件包镜像站没有 {packages}',
  'choose another kubernetes.version': '请换一个 kubernetes.version',
  '{url}: is not a gzipped index': '{url}：不是 gzip 压缩的索引',
  'check kubernetes.bundle.mirrors.packages in the Labfile': '请检查 Labfile 中的 kubernetes.bundle.mirrors.packages',
  '{image}: is not an image name with a tag': '{image}：不是带标签的镜像名',
  'check kubernetes.bundle.mirrors.registries in the Labfile':
    '请检查 Labfile 中的 kubernetes.bundle.mirrors.registries',
  'no data for {seconds} s': '{seconds} 秒没有数据',
  '{place}: {why}': '{place}：{why}',
  '{dir}: the pulled image {image} is damaged': '{dir}：拉取的镜像 {image} 已损坏',
  'no Debian mirror in {dir}/sources.list or sources.list.d':
    '{dir}/sources.list 和 sources.list.d 中没有 Debian 镜像站',
  'build the bundle on a Debian machine and name its folder in the Labfile: kubernetes.bundle: {dir: …}':
    '请在 Debian 机器上制作安装包，并在 Labfile 中写明其目录：kubernetes.bundle: {dir: …}',
  'bundle source has Calico {has} for Kubernetes {version}, not {wanted}':
    '安装包来源 source 为 Kubernetes {version} 提供的是 Calico {has}，不是 {wanted}',
  'set kubernetes.cni to { name: calico, version: {has}, encapsulation: vxlan }':
    '请把 kubernetes.cni 设为 { name: calico, version: {has}, encapsulation: vxlan }',
  'bundle source has no {name} for Kubernetes {version}': '安装包来源 source 没有适用于 Kubernetes {version} 的 {name}',
  'choose another kubernetes.cni, or another kubernetes.bundle': '请换一个 kubernetes.cni，或换一个 kubernetes.bundle',
  'the recipe of {component} is not complete: {name} lacks modules that its programs need':
    '{component} 的配方不完整：{name} 缺少其程序所需的模块',
  'install klab again': '请重新安装 klab',
  'the recipe of {name} {what}: {dir}': '{name} 的配方{what}：{dir}',
  '{name} is built with Go {go}, and this machine’s Debian mirror has none in {suite}':
    '{name} 用 Go {go} 编译，而本机的 Debian 镜像站在 {suite} 中没有它',
  'choose a mirror that carries {suite}, or another kubernetes.version or kubernetes.bundle':
    '请换一个有 {suite} 的镜像站，或换一个 kubernetes.version 或 kubernetes.bundle',
  "{component}: {module} is not what the recipe's go.sum says": '{component}：{module} 与配方的 go.sum 不符',
  "{component}: the recipe's go.sum lacks {module}": '{component}：配方的 go.sum 缺少 {module}',
  '{component}: the module proxy refuses {module} ({status})': '{component}：模块代理拒绝提供 {module}（{status}）',
  '{component}: the module proxy cannot be reached': '{component}：无法连接模块代理',
  'compiling {components} needs {need} GiB, {dir} has {free} GiB free':
    '编译 {components} 需要 {need} GiB，{dir} 空闲 {free} GiB',
  'make room there (klab bundle prune), or give another folder with XDG_CACHE_HOME':
    '请在那里腾出空间（klab bundle prune），或用 XDG_CACHE_HOME 另选目录',
  'Kubernetes {version} has no recipe for bundle source; there is one for {near}':
    'Kubernetes {version} 没有安装包来源 source 的配方；有配方的是 {near}',
  'set kubernetes.version to one of them, or take another kubernetes.bundle':
    '请把 kubernetes.version 设为其中之一，或换一个 kubernetes.bundle',
  'klab’s own images are made from Debian’s packages, and {tool} is not installed':
    'klab 自带的镜像由 Debian 软件包制作，但没有安装 {tool}',
  'make them on a Debian machine; or save other images with docker save, then klab bundle add-images FILE':
    '请在 Debian 机器上制作；或用 docker save 保存其他镜像，然后 klab bundle add-images FILE',
  "klab's recipe has no image {image}": 'klab 的配方没有镜像 {image}',
  'take another kubernetes.bundle, such as upstream': '请换一个 kubernetes.bundle，如 upstream',
  'the recipe has no {role}, which an image needs': '配方没有镜像所需的 {role}',
  'take another kubernetes.cni': '请换一个 kubernetes.cni',
  'building Kubernetes from source needs {tools}': '从源码编译 Kubernetes 需要 {tools}',
  '{url}: has no checksum of {digits} digits': '{url}：没有 {digits} 位的校验和',
  'check the address': '请检查网址',
  'the server cannot continue a download': '服务器不能续传',
  'the connection ended at {bytes} of {total} bytes': '连接在 {total} 字节中的第 {bytes} 字节处断开',
  '{path}: belongs to another user ({uid}); each user needs a cache of their own':
    '{path}：属于另一个用户（{uid}）；每个用户需要自己的缓存',
  '{dir}: no space left for {what}': '{dir}：没有空间存放 {what}',
  'free some, then run the same again: df -h {dir}': '请腾出空间，再执行同一命令：df -h {dir}',
  '{what}: {message} (tried {tries} times)': '{what}：{message}（试了 {tries} 次）',
  'run the same command again: it continues where it stopped': '请再次执行同一命令：会从停下处继续',
  '{url}: redirects to an address without https': '{url}：重定向到不是 https 的网址',
  'the server answered {status}': '服务器返回 {status}',
  '{url}: more than {bytes} bytes': '{url}：超过 {bytes} 字节',
  'manifest.yaml of {addon} {what}': '{addon} 的 manifest.yaml {what}',
  'calico.yaml of the bundle {what}': '安装包的 calico.yaml {what}',
  'flannel.yaml of the bundle has no net-conf.json or no container kube-flannel':
    '安装包的 flannel.yaml 没有 net-conf.json，或没有容器 kube-flannel',
  'flannel.yaml of the bundle: net-conf.json is not JSON': '安装包的 flannel.yaml：net-conf.json 不是 JSON',
  'a gitRepo volume is cloned': '会克隆 gitRepo 卷',
  'take another volume': '请换一种卷',
  'the kubeconfig is larger than {most} KiB': 'kubeconfig 超过 {most} KiB',
  'the kubeconfig {why}': 'kubeconfig {why}',
  'the kubeconfig is not YAML': 'kubeconfig 不是 YAML',
  'the kubeconfig has no {name} that is PEM of its kind': 'kubeconfig 中没有 PEM 格式的 {name}',
  'KVM: kubeadm’s own time-outs': 'KVM：使用 kubeadm 自己的超时值',
  'the script that looks into the guest printed more than {lines} lines, or {characters} characters':
    '查看虚拟机的脚本输出超过 {lines} 行，或 {characters} 个字符',
  'is compressed, by its name: unpack it': '从名字看是压缩文件：请解压',
  'is compressed ({kind}): unpack it': '是压缩文件（{kind}）：请解压',
  'is a program with an unknown name: klab wants {names}, or a CNI plugin in cni/':
    '是名字未知的程序：klab 需要 {names}，或 cni/ 中的 CNI 插件',
  'is not needed in a bundle': '安装包不需要它',
  '{path}: is no program, the nodes need one for linux/{arch}': '{path}：不是程序，节点需要 linux/{arch} 的程序',
  '{path}: is for {found}, the nodes need one for linux/{arch}': '{path}：用于 {found}，而节点需要 linux/{arch} 的程序',
  'unpack what is compressed: {files}': '请解压压缩文件：{files}',
  'add it (docker save -o FILE IMAGE…), or make a complete bundle where there is internet: {how}':
    '请补上（docker save -o FILE IMAGE…），或在能上网的机器上制作完整的安装包：{how}',
  'bundle: upstream, then klab bundle export FILE': 'bundle: upstream，然后 klab bundle export FILE',
  'choose another GOPROXY; {more}': '请换一个 GOPROXY；{more}',
  'install klab again; {more}': '请重新安装 klab；{more}',
  'choose a GOPROXY that has it, or another kubernetes.bundle; {more}':
    '请换一个有它的 GOPROXY，或换一个 kubernetes.bundle；{more}',
  'check the network and GOPROXY (go env GOPROXY); what is there already is kept; {more}':
    '请检查网络和 GOPROXY（go env GOPROXY）；已有的内容会保留；{more}',
  'klab builds on Debian and Ubuntu; elsewhere take another kubernetes.bundle: upstream or {dir: PATH}':
    'klab 只在 Debian 和 Ubuntu 上编译；其他系统请换一个 kubernetes.bundle：upstream 或 {dir: PATH}',
  '{wanted}: no such section of chapter 2': '{wanted}：第 2 章没有这一节',
  '{wanted}: no such section of chapter 2; there are {names}': '{wanted}：第 2 章没有这一节；有 {names}',
  'software emulation (TCG): leader election off, longer leases, probes and etcd heartbeats':
    '软件模拟（TCG）：关闭选主，延长租约、探针和 etcd 心跳',
  'software emulation (TCG): longer leases, probes and etcd heartbeats': '软件模拟（TCG）：延长租约、探针和 etcd 心跳',
  '{why}, ECDSA keys': '{why}，ECDSA 密钥',
})
