/** Errors and hints of machines, guests, snapshots and sealed labs in Chinese. */
import { catalogue } from '../catalogue.js'

export const FAULTS_LAB_ZH = catalogue({
  'more than {most} bytes of output': '输出超过 {most} 字节',
  'the connection was lost': '连接已断开',
  "{node}: the lab's private SSH key cannot be read": '{node}：无法读取实验环境的 SSH 私钥',
  '{node}: the SSH server on {host}:{port} is not this node (host key: {key}; expected: {expected})':
    '{node}：{host}:{port} 上的 SSH 服务器不是这个节点（主机密钥：{key}；应为：{expected}）',
  "see what listens there: ss -lntp 'sport = :{port}'": "请查看谁在那里监听：ss -lntp 'sport = :{port}'",
  '{place}: {message}': '{place}：{message}',
  '{node}: the connection was closed': '{node}：连接已关闭',
  '{node}: SSH on {host}:{port}': '{node}：{host}:{port} 上的 SSH',
  '{node}: SSH': '{node}：SSH',
  '{dir}: the archive ended early': '{dir}：归档提前结束',
  '{place}: is not YAML': '{place}：不是 YAML',
  '{place}: {field}: {message}': '{place}：{field}：{message}',
  '{path}: is not a plain file': '{path}：不是普通文件',
  'look at it: ls -l {path}': '请查看：ls -l {path}',
  '{path}: is not a folder of this user (owner {uid}); klab keeps keys there':
    '{path}：不是当前用户的目录（属主 {uid}）；klab 在其中保存密钥',
  '{path}: {message}': '{path}：{message}',
  'belongs to {owner}': '属于 {owner}',
  'can be written by every user': '所有用户都可写',
  'can be written by its group (gid {gid})': '所属组可写（gid {gid}）',
  '{path}: cannot be removed': '{path}：无法删除',
  'the RAM image describes a machine that klab did not make: {what}': '内存映像描述的虚拟机不是 klab 创建的：{what}',
  'import it without its RAM: --disk-only; or ask the person who made the file':
    '请不带内存导入：--disk-only；或找制作者',
  'the RAM image holds broken XML': '内存映像中的 XML 已损坏',
  'make the file again': '请重新制作文件',
  'vde_switch (pid {pid}) does not end': 'vde_switch（pid {pid}）没有结束',
  '{dir} is open to other users (mode {mode})': '{dir} 对其他用户开放（权限 {mode}）',
  '{path}: too long for a unix socket ({length} bytes; {most} fit)':
    '{path}：作为 unix 套接字太长（{length} 字节；最多 {most}）',
  'choose a shorter folder: export KLAB_RUN_DIR=/tmp/klab-run': '请用更短的目录：export KLAB_RUN_DIR=/tmp/klab-run',
  'vde_switch did not come up in {dir}': 'vde_switch 没有在 {dir} 中启动',
  'the machine has no disk {disk}': '虚拟机没有磁盘 {disk}',
  'klab destroy, then klab up': '先 klab destroy，再 klab up',
  "libvirt's XML cannot be read: {message}": '无法读取 libvirt 的 XML：{message}',
  'see whether virsh answers as it should: virsh version; virsh list --all':
    '请看 virsh 是否正常应答：virsh version；virsh list --all',
  'machine {name}: {field} {rule}': '虚拟机 {name}：{field} {rule}',
  'network {name}: {field} {rule}': '网络 {name}：{field} {rule}',
  'there is no machine {name}': '没有虚拟机 {name}',
  '{name} is {state}, not running': '{name} 处于 {state}，不是 running',
  '{name} is {state}, not paused': '{name} 处于 {state}，不是 paused',
  '{name} has no disk {disk}': '{name} 没有磁盘 {disk}',
  "libvirt already has a network {name} ({uuid}, {bridge}) that is not lab {lab}'s":
    'libvirt 中已有网络 {name}（{uuid}，{bridge}），它不属于环境 {lab}',
  'look at it: virsh -c {uri} net-dumpxml {uuid}; rename or undefine it':
    '请查看：virsh -c {uri} net-dumpxml {uuid}；请改名或 undefine',
  "the network {name} runs with other settings than the Labfile's": '正在运行的网络 {name} 与 Labfile 的设置不同',
  "the network {name} is not marked as klab's; klab removes only its own networks":
    '网络 {name} 没有 klab 的标记；klab 只删除自己的网络',
  'to remove it yourself: virsh -c {uri} net-destroy {name}; virsh -c {uri} net-undefine {name}':
    '若要自己删除：virsh -c {uri} net-destroy {name}；virsh -c {uri} net-undefine {name}',
  'libvirt ({uri}) did not answer `virsh {verb}` within {seconds} s':
    'libvirt（{uri}）在 {seconds} 秒内没有应答 `virsh {verb}`',
  'see whether libvirtd hangs: virsh -c {uri} list; then restart it (running machines go on)':
    '请看 libvirtd 是否卡住：virsh -c {uri} list；然后重启它（运行中的虚拟机不受影响）',
  'libvirt cannot be reached at {uri}: {words}': '无法通过 {uri} 连接 libvirt：{words}',
  '{name}: its QEMU does not exit': '{name}：它的 QEMU 没有退出',
  'look for a process stuck on I/O: ps -o pid,stat,wchan,cmd -C qemu-system-x86_64':
    '请找出卡在 I/O 上的进程：ps -o pid,stat,wchan,cmd -C qemu-system-x86_64',
  'libvirt already has a domain {name} ({uuid}) that is not {node} of lab {lab}':
    'libvirt 中已有虚拟机 {name}（{uuid}），它不是环境 {lab} 的 {node}',
  'look at it: virsh -c {uri} dumpxml {uuid}; rename or undefine it':
    '请查看：virsh -c {uri} dumpxml {uuid}；请改名或 undefine',
  "{node} is {state} with other settings than the Labfile's": '{node} 处于 {state}，设置与 Labfile 的不同',
  'stop it first: klab halt, then klab up': '请先停机：先 klab halt，再 klab up',
  "{name} has no metadata of klab's; klab removes only its own machines":
    '{name} 没有 klab 的元数据；klab 只删除自己的虚拟机',
  'to remove it yourself: virsh -c {uri} undefine {name}': '若要自己删除：virsh -c {uri} undefine {name}',
  'needs a new lab: this one was made from a sealed one': '需要新的环境：这个环境来自封存的环境',
  'the Labfile says so': 'Labfile 中这样写',
  '{ip} is the address that the control planes share: take a free one': '{ip} 是各控制平面共用的地址：请用空闲地址',
  '{place}: cannot be used as a key: {message}': '{place}：不能用作密钥：{message}',
  'klab lesson keygen FILE makes a pair; the passphrase comes from KLAB_KEY_PASSPHRASE':
    '用 klab lesson keygen FILE 生成密钥对；口令取自 KLAB_KEY_PASSPHRASE',
  '{place}: is not an Ed25519 key': '{place}：不是 Ed25519 密钥',
  'klab lesson keygen FILE makes a pair': '用 klab lesson keygen FILE 生成密钥对',
  'the bundle has no manifest for {name}': '安装包没有 {name} 的清单',
  'change the manifest, or set network.internet: true': '请改清单，或设置 network.internet: true',
  'the bundle lacks images that {cni} needs:\n{images}': '安装包缺少 {cni} 所需的镜像：\n{images}',
  'add them to one of the bundle’s image archives, or choose another kubernetes.cni':
    '请把它们加入安装包的某个镜像归档，或换一个 kubernetes.cni',
  '{node}: cloud-init ended with errors: {errors}': '{node}：cloud-init 结束时有错误：{errors}',
  '{node}: cloud-init': '{node}：cloud-init',
  'a larger disk in the Labfile, or fewer images': '请在 Labfile 中加大磁盘，或减少镜像',
  "{node}: the lab's SSH keys are missing": '{node}：缺少实验环境的 SSH 密钥',
  '{node}: no port is recorded for the API server': '{node}：没有记录 API 服务器的端口',
  'kubeadm left settings of the {profile} profile out: {missing}': 'kubeadm 漏掉了 {profile} 配置档的设置：{missing}',
  'klab destroy, then klab up; if it says so again, report it with the output of: klab logs':
    '先 klab destroy，再 klab up；若仍如此，请附上 klab logs 的输出反馈给我们',
  '{node}: the control plane that klab made is gone (kubeadm reset?): no /etc/kubernetes/{files}':
    '{node}：klab 建立的控制平面已不在（kubeadm reset？）：没有 /etc/kubernetes/{files}',
  'klab snapshot list, then klab snapshot restore NAME; or klab destroy, then klab up':
    '先 klab snapshot list，再 klab snapshot restore NAME；或先 klab destroy，再 klab up',
  'the image is a disk of {size} GiB, larger than that of {names}': '镜像是 {size} GiB 的磁盘，大于 {names} 的磁盘',
  'not begun, because {step} failed': '没有开始，因为 {step} 失败',
  '{node}: keys vanished': '{node}：密钥已不在',
  'the node image is gone from the cache': '节点镜像已不在缓存中',
  '{path}: the disk of {node} is gone': '{path}：{node} 的磁盘已不在',
  'klab snapshot list, then klab snapshot restore NAME': '先 klab snapshot list，再 klab snapshot restore NAME',
  'want {total} probe pods, there are {count}': '应有 {total} 个探测 Pod，现有 {count} 个',
  '/etc/kubernetes/pki/ca.crt of the control plane is not a certificate':
    '控制平面的 /etc/kubernetes/pki/ca.crt 不是证书',
  'needs a new lab': '需要新的环境',
  'the pod network is applied': '安装 Pod 网络',
  'from the next boot of {node} on ({command})': '从 {node} 下次启动起生效（{command}）',
  'snapshot {name} has no nodes': '快照 {name} 没有节点',
  'ask the person who made the file': '请找制作者',
  '{dir}: {free} MiB are free, {needed} MiB are needed': '{dir}：空闲 {free} MiB，需要 {needed} MiB',
  'make room, or choose another folder': '请腾出空间，或换一个目录',
  '{path}: seal.json: {message}': '{path}：seal.json：{message}',
  '{path}: is a sealed lab of format {format}; this klab knows format 1':
    '{path}：是格式 {format} 的封存环境；这个 klab 只认识格式 1',
  'use the klab that made it, or a newer one': '请用制作它的 klab，或更新的版本',
  '{path}: {problems}': '{path}：{problems}',
  '{path}: is not a public key': '{path}：不是公钥',
  'the lab’s key is not the one that seal.json names': '环境的密钥不是 seal.json 中写明的那一把',
  '{labfile}: this lab is up, and was not made from the same one: it has other keys and cards':
    '{labfile}：这个环境正在运行，且不是由同一份封存制作的：密钥和网卡不同',
  'klab destroy first; or a copy of the Labfile in another folder, which makes a second lab':
    '请先 klab destroy；或把 Labfile 复制到另一个目录，成为第二个环境',
  '{path}: is not a sealed lab, or is cut short': '{path}：不是封存的环境，或不完整',
  '{path}: is not a sealed lab': '{path}：不是封存的环境',
  'klab snapshot export NAME FILE makes one': '用 klab snapshot export NAME FILE 制作',
  '{path}: holds {found} where {wanted} of {size} bytes should be':
    '{path}：应为 {size} 字节的 {wanted} 之处，却是 {found}',
  '{path}: {name} has the wrong checksum': '{path}：{name} 的校验和不对',
  '{path}: holds {found} where its checksums should be': '{path}：应为校验和之处，却是 {found}',
  '{path}: {name} does not match its checksum': '{path}：{name} 与校验和不符',
  '{path}: became shorter while it was read': '{path}：读取时变短了',
  '{node}: renewing certificates made none for {key}': '{node}：更新证书后没有得到 {key}',
  'docs/faults.md, “400 days”': 'docs/faults.md，“400 days”',
  '{path}: qemu-img does not name its chain': '{path}：qemu-img 没有给出它的链',
  'the disks are chains of {depth} files; the most is {most}': '磁盘链有 {depth} 个文件；最多 {most} 个',
  'klab snapshot flatten; it changes no snapshot': 'klab snapshot flatten；不会改变任何快照',
  '{node}: what it says of its clock cannot be read: {text}': '{node}：无法读取它报告的时间：{text}',
  "{path}: is not klab's journal": '{path}：不是 klab 的日志（journal）',
  'all nodes must run, or all be off: {nodes}': '所有节点须都在运行，或都已关机：{nodes}',
  '{nodes}: QEMU cannot write to disk, so it is paused': '{nodes}：QEMU 无法写磁盘，因此已暂停',
  'free space: df -h {dir}; then klab up': '请腾出空间：df -h {dir}；然后 klab up',
  '{machines}: still paused': '{machines}：仍处于暂停',
  '{message}; and the lab could not be put back yet: {why}': '{message}；环境也还没能恢复原状：{why}',
  'when that is fixed, klab up repairs the lab': '解决之后，用 klab up 修复环境',
  '{name}: not a name for a snapshot': '{name}：不能作为快照名',
  'a lower-case letter, then at most 31 lower-case letters, digits, dots and dashes':
    '以小写字母开头，后跟最多 31 个小写字母、数字、点和横线',
  '{name}: klab uses this name itself': '{name}：这个名字由 klab 自己使用',
  "{path}: is not a snapshot's manifest": '{path}：不是快照的清单',
  'look at it, or remove the snapshot: rm -r {dir}': '请查看它，或删除快照：rm -r {dir}',
  'there is no snapshot {name}': '没有快照 {name}',
  'snapshot {name} can no longer be restored:\n{problems}': '快照 {name} 已无法恢复：\n{problems}',
  'snapshot {name} has the nodes {have}, the lab {want}': '快照 {name} 的节点是 {have}，环境的节点是 {want}',
  'the RAM of snapshot {name} cannot be loaded: {why}': '无法载入快照 {name} 的内存：{why}',
  'klab snapshot list; klab snapshot show NAME': 'klab snapshot list；klab snapshot show NAME',
  'restoring {name} failed: {message}\nThe lab is halted, on the disks that it had.':
    '恢复 {name} 失败：{message}\n环境已停机，磁盘是原来的。',
  'klab snapshot undo goes back to the state before; klab up boots the disks':
    '用 klab snapshot undo 回到之前的状态；用 klab up 从这些磁盘启动',
  'snapshot {name} is gone': '快照 {name} 已不在',
  '{dir}: {free} MiB are free, the RAM of all nodes may take {needed} MiB':
    '{dir}：空闲 {free} MiB，所有节点的内存可能需要 {needed} MiB',
  'klab snapshot delete NAME, or make room otherwise': 'klab snapshot delete NAME，或用其他办法腾出空间',
  'another name; or first: klab snapshot delete {name}': '请换一个名字；或先执行：klab snapshot delete {name}',
  '{name}: not saved': '{name}：没有保存',
  'SSH of {nodes}': '{nodes} 的 SSH',
  'not Ready: {nodes}': '未 Ready：{nodes}',
  'not heard from yet: {nodes}': '尚无消息：{nodes}',
  'Kubernetes version {version}: want 1.MINOR.PATCH, such as 1.20.2':
    'Kubernetes 版本 {version}：应为 1.MINOR.PATCH 的形式，如 1.20.2',
  'move it away: mv {path} {path}.old': '请移走：mv {path} {path}.old',
  '{cni} makes nodes fetch, and they have no internet:\n  {fetches}':
    '{cni} 会让节点下载内容，而节点不能上网：\n  {fetches}',
  '{node}: kubeadm refuses:\n{lines}': '{node}：kubeadm 拒绝执行：\n{lines}',
  'set disk: {size}GiB or more in the Labfile (the file on the host grows with use only), or another image':
    '请在 Labfile 中设置 disk: {size}GiB 或更大（宿主机上的文件只随使用增长），或换一个镜像',
  '{name} has no backing file, but needs one': '{name} 缺少所需的 backing file',
  '{name} has the backing file {backing}, which it must not have': '{name} 有不该有的 backing file {backing}',
  '{node} is {state}, not paused': '{node} 处于 {state}，不是 paused',
  'snapshot {name} can no longer be trusted:\n{files}': '快照 {name} 已不可信：\n{files}',
  '{file}: its sha256 has changed': '{file}：sha256 已改变',
  'change the manifest (the nodes have no internet), or set network.internet: true':
    '请改清单（节点不能上网），或设置 network.internet: true',
  'add the images to the bundle': '请把这些镜像加入安装包',
  '{image}: the bundle lacks it': '{image}：安装包中没有它',
  '{node} is {state}': '{node} 处于 {state}',
})
