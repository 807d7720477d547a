/** What is wrong with a Labfile, in Chinese. */
import { catalogue } from '../catalogue.js'

export const LABFILE_ZH = catalogue({
  'must be a list of add-ons, such as [metrics-server]': '必须是插件列表，如 [metrics-server]',
  'must be the name of an add-on (klab addon list)': '必须是插件名（见 klab addon list）',
  'must be at most 32 add-ons': '最多 32 个插件',
  'names {twice} twice': '{twice} 写了两次',
  'is a private key, which must never leave its owner; paste the one line of the .pub file':
    '这是私钥，绝不能交给他人；请粘贴 .pub 文件中的那一行',
  'has several lines; give each public key an item of its own': '有多行；每个公钥应单独占一项',
  'must be a public key line such as "ssh-ed25519 AAAA… you@host"; known types: {types}':
    '必须是一行公钥，如 "ssh-ed25519 AAAA… you@host"；支持的类型：{types}',
  'is cut short or damaged: the part after {type} is not such a key': '不完整或已损坏：{type} 之后的内容不是这种密钥',
  'must be an https:// address without a password in it (http:// only on 127.0.0.1)':
    '必须是不含密码的 https:// 地址（http:// 只能用于 127.0.0.1）',
  'is not the host of an image name, such as docker.io': '不是镜像名中的主机，如 docker.io',
  'must be a map of registries': '必须是镜像仓库的映射',
  'must be auto, source, upstream, aliyun, {source, arch, mirrors} or {dir: PATH}':
    '必须是 auto、source、upstream、aliyun、{source, arch, mirrors} 或 {dir: PATH}',
  'must be in network.cidr {cidr} ({range} to {last}), found {ip}':
    '必须在 network.cidr {cidr} 之内（{range} 到 {last}），但写的是 {ip}',
  '{ip} is the address of the network itself': '{ip} 是网络本身的地址',
  '{ip} is the broadcast address of {cidr}': '{ip} 是 {cidr} 的广播地址',
  '{ip} is kept for the gateway: begin with {range}': '{ip} 留给网关：请从 {range} 开始',
  'has no free address for the control planes to share: take a larger one':
    '没有空闲地址供各控制平面共用：请用更大的网段',
  'is for labs with three or five control planes: leave it out, or give more nodes that role':
    '只用于有三个或五个控制平面的环境：请删去，或让更多节点担任该角色',
  '{ip} is the address of nodes[{twin}] too: take a free one': '{ip} 也是 nodes[{twin}] 的地址：请用空闲地址',
  '{ip} is the address of nodes[{twin}] too: addresses must differ': '{ip} 也是 nodes[{twin}] 的地址：地址不能相同',
  "every node's first network card uses": '每个节点的第一块网卡使用',
  "docker's own bridge uses on every node": '每个节点上 docker 自己的网桥使用',
  '{cidr} overlaps {name} {other}': '{cidr} 与 {name} {other} 重叠',
  '{cidr} overlaps {name} {other} (the default)': '{cidr} 与 {name} {other}（默认值）重叠',
  '{cidr} overlaps {other}, which {of}': '{cidr} 与 {other} 重叠，后者由{of}',
  'or set network.internet: true': '或设置 network.internet: true',
  'set network.internet: true': '设置 network.internet: true',
  '{message}; the nodes have no internet': '{message}；这些节点不能上网',
  'AlwaysPullImages fetches the images of each pod again: take it out, {wayOut}':
    'AlwaysPullImages 会让每个 Pod 重新拉取镜像：请删去，{wayOut}',
  '{why}: take it out, {wayOut}': '{why}：请删去，{wayOut}',
  'makes kubelet delete images that were not used for a while, and fetch them again':
    '会让 kubelet 删除一段时间未用的镜像，之后又重新拉取',
  'makes kubelet ask the registry for images that are there': '会让 kubelet 为已有的镜像询问镜像仓库',
  'makes kubelet fetch its pods from a server': '会让 kubelet 从服务器获取 Pod',
  'must be stock with image {name}, found lt: that is ELRepo’s kernel for CentOS, Rocky and Alma':
    '使用镜像 {name} 时必须是 stock，但写的是 lt：那是 ELRepo 为 CentOS、Rocky 和 Alma 提供的内核',
  'must be stock without internet, found lt: it comes from ELRepo; or {wayOut}':
    '不能上网时必须是 stock，但写的是 lt：它来自 ELRepo；或{wayOut}',
  'has no meaning with runtime containerd: take it out, or make the runtime docker':
    '运行时为 containerd 时没有意义：请删去，或把运行时改为 docker',
  'comes from docker’s repository, and the nodes have no internet: take it out, or {wayOut}':
    '来自 docker 的软件仓库，而节点不能上网：请删去，或{wayOut}',
  'must be bundle without internet, found repository; or {wayOut}':
    '不能上网时必须是 bundle，但写的是 repository；或{wayOut}',
  'must be 1.x.y, found {version}': '必须是 1.x.y，但写的是 {version}',
  'works only with upstream or aliyun; what auto builds is for this machine':
    '只能与 upstream 或 aliyun 一起使用；auto 制作的只适用于本机',
  'must be iptables or ipvs before Kubernetes 1.31, found nftables with {version}':
    'Kubernetes 1.31 之前必须是 iptables 或 ipvs，但 {version} 写的是 nftables',
  'must be containerd from Kubernetes 1.24 on, found {runtime} with {version}':
    '从 Kubernetes 1.24 起必须是 containerd，但 {version} 写的是 {runtime}',
  'must be {release} with bundle {bundle}, found {version}': '安装包为 {bundle} 时必须是 {release}，但写的是 {version}',
  'must be vxlanCrossSubnet or vxlan with bundle {bundle}, found ipip: it has no BIRD':
    '安装包为 {bundle} 时必须是 vxlanCrossSubnet 或 vxlan，但写的是 ipip：其中没有 BIRD',
  'klab knows Kubernetes 1.{first} to 1.{last}, not 1.{minor}':
    'klab 支持 Kubernetes 1.{first} 到 1.{last}，不支持 1.{minor}',
  'Kubernetes {version}: {why}': 'Kubernetes {version}：{why}',
  'has no room for the default nodes (hosts 61 to 64): take a /25 or larger, or list the nodes':
    '容不下默认节点（主机号 61 到 64）：请用 /25 或更大的网段，或自己列出节点',
  '{name} is the name of nodes[{twin}] too: names must differ': '{name} 也是 nodes[{twin}] 的名字：名字不能相同',
  'a plain VM': '普通虚拟机',
  'a Kubernetes {role}': 'Kubernetes 的 {role}',
  'must be at least {minMemory}MiB for {what}, found {memory}MiB':
    '{what} 至少需要 {minMemory}MiB，但写的是 {memory}MiB',
  'must be at least {minDisk}GiB for {what}, found {disk}GiB': '{what} 至少需要 {minDisk}GiB，但写的是 {disk}GiB',
  'must be at least {minCpus} for {what} (kubeadm refuses less), found {cpus}':
    '{what} 至少需要 {minCpus} 个（再少 kubeadm 会拒绝），但写的是 {cpus}',
  'has no control plane: give one node the role control-plane': '没有控制平面：请给一个节点 control-plane 角色',
  'must be iptables while os.ipvs is false, found ipvs': 'os.ipvs 为 false 时必须是 iptables，但写的是 ipvs',
  'a list': '列表',
  'a map': '映射',
  'a private key': '私钥',
  'unknown field; allowed: {fields}': '未知字段；可用的有：{fields}',
  'unknown field; did you mean {meant}?': '未知字段；是不是 {meant}？',
  'is missing; it {message}': '缺少该字段；它{message}',
  'is empty: give it a value or take it out': '为空：请写上值，或删去',
  ' (to YAML that is the {type} {value}, not text: put it in quotes)':
    '（在 YAML 中这是 {type} 类型的 {value}，不是文本：请加引号）',
  '{message}, found {text}{hint}': '{message}，但写的是 {text}{hint}',
  'must be a map of {shape}': '必须是包含 {shape} 的映射',
  'must be {others} or {last}': '必须是 {others} 或 {last}',
  'must be a size with a unit, such as 3GiB or 3072MiB (G and M mean GiB and MiB)':
    '必须是带单位的大小，如 3GiB 或 3072MiB（G 和 M 指 GiB 和 MiB）',
  'must be at most {max}': '最大为 {max}',
  'must be a whole number of {unit}': '必须是 {unit} 的整数倍',
  'must be an IPv4 range such as {example}': '必须是 IPv4 网段，如 {example}',
  'must be a range from /{minPrefix} to /{maxPrefix} ({why})':
    '前缀长度必须在 /{minPrefix} 到 /{maxPrefix} 之间（{why}）',
  'each node gets a /24 of it': '每个节点从中分得一个 /24',
  'what the API server accepts': 'API 服务器只接受此范围',
  'room for a gateway and nodes': '须容纳网关和节点',
  'has host bits set: write {range}': '主机位不为零：请写 {range}',
  'must not be a loopback, link-local or multicast range': '不能是回环、链路本地或组播网段',
  'must be a path, absolute or inside the folder of the Labfile': '必须是路径：绝对路径，或在 Labfile 所在目录之内',
  'must not have line breaks or control characters': '不能含换行或控制字符',
  'must not begin with ~: write the whole path': '不能以 ~ 开头：请写完整路径',
  'leads out of the folder of the Labfile: write an absolute path': '指向 Labfile 所在目录之外：请写绝对路径',
  '{named}: no Labfile there': '{named}：那里没有 Labfile',
  'name the file, or the folder it is in, after -f': '请在 -f 之后写该文件，或它所在的目录',
  'no Labfile in {cwd} or any folder above it': '{cwd} 及其上级目录中没有 Labfile',
  'klab init (makes one here), or name one: klab -f path/to/Labfile …':
    'klab init（在此生成一个），或指定一个：klab -f path/to/Labfile …',
  'must be a map of flags without dashes, each a text, such as {audit-log-maxage: "7"}':
    '必须是参数的映射，参数名不带横线，值为文本，如 {audit-log-maxage: "7"}',
  'is not a flag without dashes, such as audit-log-maxage': '不是不带横线的参数名，如 audit-log-maxage',
  'must be a map of KubeletConfiguration’s fields, such as {maxPods: 50}':
    '必须是 KubeletConfiguration 字段的映射，如 {maxPods: 50}',
  'must be a list of kubeadm’s checks, such as [NumCPU], or [all]': '必须是 kubeadm 检查项的列表，如 [NumCPU] 或 [all]',
  'must be at most 32 checks': '最多 32 个检查项',
  'and {length} more problems': '还有 {length} 个问题',
  'must be a time zone such as Asia/Shanghai or UTC': '必须是时区，如 Asia/Shanghai 或 UTC',
  'must be a host name or IPv4 address': '必须是主机名或 IPv4 地址',
  'must be a locale such as C.UTF-8 or zh_CN.UTF-8': '必须是 locale，如 C.UTF-8 或 zh_CN.UTF-8',
  'must be a list of host names or addresses': '必须是主机名或地址的列表',
  'must be at most 8 servers': '最多 8 个服务器',
  'must be true or false': '必须是 true 或 false',
  'must be a Linux user name such as klab': '必须是 Linux 用户名，如 klab',
  'must not be a user that Debian has already': '不能是 Debian 已有的用户',
  'must be a public key line': '必须是一行公钥',
  'must be a list of public keys': '必须是公钥列表',
  'must be at most 64 keys': '最多 64 个公钥',
  'no such file: {path}': '没有此文件：{path}',
  'no such folder: {path}': '没有此目录：{path}',
  'correct the path, or put it there': '请改正路径，或把它放到那里',
  'Labfile.example shows every field with its default': 'Labfile.example 列出了所有字段及其默认值',
  'is larger than {maxBytes} KiB': '超过 {maxBytes} KiB',
  '{shown}: is not a file': '{shown}：不是文件',
  'name a Labfile after -f': '请在 -f 之后写 Labfile',
  '{shown}: cannot be read: {why}': '{shown}：无法读取：{why}',
  'name a Labfile that you may read after -f': '请在 -f 之后写一个你有权读取的 Labfile',
  'is not UTF-8 text': '不是 UTF-8 文本',
  'must be an IPv4 address such as 192.168.31.61': '必须是 IPv4 地址，如 192.168.31.61',
  'must be an http:// or https:// address without a password in it': '必须是不含密码的 http:// 或 https:// 地址',
  'must be the 64 hex digits that sha256sum prints': '必须是 sha256sum 输出的 64 位十六进制数',
  'must be {ownImages}, {url, sha256} or {path}': '必须是 {ownImages}、{url, sha256} 或 {path}',
  'must be lower-case letters, digits and dashes, beginning with a letter, at most 32 characters':
    '必须由小写字母、数字和横线组成，以字母开头，最多 32 个字符',
  'must not be one of the reserved names {reserved}': '不能是保留名 {reserved}',
  'must be a whole number from 1 to 64': '必须是 1 到 64 的整数',
  'must be three numbers such as "3.14.2", without a v': '必须是三个数字，如 "3.14.2"，不带 v',
  'must be calico': '必须是 calico',
  'must be flannel, calico, none, {name: calico, version, encapsulation} or {manifest: PATH}':
    '必须是 flannel、calico、none、{name: calico, version, encapsulation} 或 {manifest: PATH}',
  'must be an http:// or https:// address of plain characters, without a password or query':
    '必须是由普通字符组成的 http:// 或 https:// 地址，不含密码和查询参数',
  'must be three numbers such as "1.23.17", without a v': '必须是三个数字，如 "1.23.17"，不带 v',
  'must be a list; each {addressRule}': '必须是列表；每一项{addressRule}',
  'must be at most 8 mirrors': '最多 8 个镜像站',
  'must be three numbers such as "19.03.8"': '必须是三个数字，如 "19.03.8"',
  'must be an IPv4 address such as 192.168.31.60': '必须是 IPv4 地址，如 192.168.31.60',
  'must be 1, the only version of this format': '必须是 1，这是该格式唯一的版本',
  'must be a list of nodes': '必须是节点列表',
  'must have at least one node': '至少要有一个节点',
  'must be at most {maxNodes} nodes': '最多 {maxNodes} 个节点',
  'must be false (plain VMs) or a map of {shape}': '必须是 false（普通虚拟机），或包含 {shape} 的映射',
  'field names must be plain text': '字段名必须是普通文本',
  'YAML aliases (*name) are not allowed: write the value again': '不允许 YAML 别名（*name）：请把值再写一遍',
  'YAML tags (!name) are not allowed': '不允许 YAML 标签（!name）',
  'YAML anchors (&name) are not allowed': '不允许 YAML 锚点（&name）',
  '{source} can be read in more than one way: write a plain decimal number, or put text in quotes':
    '{source} 有多种解读：请写普通十进制数；若是文本，请加引号',
  'must not have control characters': '不能含控制字符',
  'YAML merge keys are not allowed: write the fields out': '不允许 YAML 合并键：请把字段写全',
  'is no field': '不是字段',
  'field names must not have control characters': '字段名不能含控制字符',
  'is given twice': '写了两次',
  'YAML tags and anchors are not allowed': '不允许 YAML 标签和锚点',
  'has the character U+{code}, which does not belong in a text file': '含有字符 U+{code}，文本文件中不该有它',
  'YAML: {error}': 'YAML：{error}',
  'YAML directives (%YAML) are not allowed': '不允许 YAML 指令（%YAML）',
  'must be one YAML document, not several': '必须只有一个 YAML 文档',
  'is empty': '为空',
  'must be a map of fields such as "name: mylab"': '必须是字段的映射，如 "name: mylab"',
  'is nested too deeply': '嵌套太深',
  'has more than {parts} parts': '超过 {parts} 个组成部分',

  'must be HOST:NODE such as "8080:80", with a host port from 1024 to 65535':
    '必须是 HOST:NODE，如 "8080:80"，本机端口在 1024 到 65535 之间',
  'must be a list of ports such as "8080:80"': '必须是端口的列表，如 "8080:80"',
  'must be a map of labels, such as {disk: ssd}': '必须是标签的映射，如 {disk: ssd}',
  'must have keys such as disk or example.com/disk, at most 63 characters after the slash':
    '键必须形如 disk 或 example.com/disk，斜杠之后最多 63 个字符',
  'must be text of at most 63 letters, digits, dashes, dots and underscores':
    '必须是最多 63 个字符的文本：字母、数字、短横线、点和下划线',
  'must be a list of taints such as "dedicated=gpu:NoSchedule"': '必须是污点的列表，如 "dedicated=gpu:NoSchedule"',
  'must be KEY=VALUE:EFFECT; effects are NoSchedule, PreferNoSchedule and NoExecute':
    '必须是 KEY=VALUE:EFFECT；EFFECT 是 NoSchedule、PreferNoSchedule 或 NoExecute',
  'must be at most {most} entries': '最多 {most} 项',
  'must not have {key}: kubelet sets it': '不能有 {key}：它由 kubelet 设置',
  'has no meaning with network.mode nat: the host reaches the nodes at their addresses':
    '在 network.mode 为 nat 时没有意义：本机可以直接访问节点的地址',
  'port {host} is in {other} too: take another one': '端口 {host} 也在 {other} 中：请换一个',
  'has no meaning without a cluster: leave it out': '没有集群时没有意义：请删去',
  'is set on {node} in the cluster': '在集群中设置到 {node} 上',
})
