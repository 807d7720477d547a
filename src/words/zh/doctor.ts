/** What `klab doctor` found, and what fixes it, in Chinese. */
import { catalogue } from '../catalogue.js'

export const DOCTOR_ZH = catalogue({
  '{text}; {more}': '{text}；{more}',
  '{have} MiB available; the lab’s machines run and have their memory':
    '可用 {have} MiB；实验环境的虚拟机都在运行，已占有内存',
  '{have} MiB available, the lab takes up to {most} MiB': '可用 {have} MiB，实验环境最多占用 {most} MiB',
  'the lab takes about {usual} MiB, and up to {most}': '实验环境约需 {usual} MiB，最多 {most}',
  '{have} MiB available, {wants}: nodes that use all of theirs may not fit':
    '可用 {have} MiB，{wants}：若节点用满内存，可能放不下',
  '{have} MiB available, {wants}: {short} MiB short': '可用 {have} MiB，{wants}：还差 {short} MiB',
  'lower nodes[].memory or remove nodes in the Labfile, or stop other labs':
    '请在 Labfile 中调低 nodes[].memory 或减少节点，或停掉其他实验环境',
  'lower nodes[].memory or remove nodes in the Labfile, or stop other labs; klab up --force tries it anyway':
    '请在 Labfile 中调低 nodes[].memory 或减少节点，或停掉其他实验环境；用 klab up --force 强行尝试',
  '{free} GiB free, up to {wanted} GiB wanted': '空闲 {free} GiB，最多需要 {wanted} GiB',
  'free {lacking} GiB, or set KLAB_STATE_DIR and KLAB_CACHE_DIR to another disk':
    '请腾出 {lacking} GiB，或把 KLAB_STATE_DIR 和 KLAB_CACHE_DIR 设到别的磁盘',
  'have no limit: QEMU writes them itself, and a guest that prints for ever fills the disk':
    '没有上限：由 QEMU 自己写出，虚拟机若不停输出会写满磁盘',
  'set stdio_handler = "logd" in {file}, then restart libvirtd':
    '在 {file} 中设置 stdio_handler = "logd"，然后重启 libvirtd',
  'have no limit: virtlogd does not rotate the files, and a guest that prints for ever fills the disk':
    '没有上限：virtlogd 不轮转文件，虚拟机若不停输出会写满磁盘',
  'set max_size = {size} in {file}, then restart virtlogd': '在 {file} 中设置 max_size = {size}，然后重启 virtlogd',
  'at most {most} MiB a node': '每个节点最多 {most} MiB',
  'answers; capabilities in {ms} ms': '有应答；获取 capabilities 用时 {ms} ms',
  'asks QEMU again at every call ({ms} ms): libvirtd can open /dev/kvm, QEMU’s user cannot':
    '每次调用都重新询问 QEMU（{ms} ms）：libvirtd 能打开 /dev/kvm，而 QEMU 的用户不能',
  'tcg, as the Labfile says': 'tcg，按 Labfile 的设置',
  'KVM (a probe guest ran)': 'KVM（已用探测虚拟机验证）',
  'KVM is not usable: {why}': 'KVM 不可用：{why}',
  'software emulation (TCG), slow-host profile; KVM is not usable: {why}':
    '软件模拟（TCG），slow-host 配置档；KVM 不可用：{why}',
  'set hypervisor.accel to auto in the Labfile; or switch virtualisation on in the firmware':
    '请在 Labfile 中把 hypervisor.accel 设为 auto；或在固件中打开虚拟化',
  '/proc/cpuinfo shows neither vmx nor svm (a VM without nested virtualisation, or switched off in the firmware)':
    '/proc/cpuinfo 中既没有 vmx 也没有 svm（没有嵌套虚拟化的虚拟机，或固件中未打开）',
  'QEMU ended with status {status}: {last}': 'QEMU 以状态 {status} 结束：{last}',
  'a probe guest was ended by {signal}': '探测虚拟机被 {signal} 终止',
  'at most {limit} processes and threads': '最多 {limit} 个进程和线程',
  'raise pids.max (TasksMax=) to 512 or more': '请把 pids.max（TasksMax=）提高到 512 或更大',
  'no limit on processes': '进程数没有上限',
  '{limit} processes': '{limit} 个进程',
  'subordinate ids and newuidmap are there': '从属 id 和 newuidmap 都有',
  'newuidmap is missing': '缺少 newuidmap',
  'no line for {user} in /etc/subuid': '/etc/subuid 中没有 {user} 的行',
  '{count} free on 127.0.0.1, such as {port}': '127.0.0.1 上有 {count} 个空闲端口，如 {port}',
  writable: '可写',
  '{dir} cannot be written': '{dir} 不可写',
  'install what Debian calls {packages}': '请安装 Debian 中名为 {packages} 的软件包',
  'this host lacks what the lab needs:\n{list}': '宿主机缺少实验环境所需的：\n{list}',
  '{check}: {found}': '{check}：{found}',
  '{user} has lingering on: the lab outlives the login': '{user} 已启用 linger：注销后实验环境继续运行',
  'ends libvirt’s session and the switch between the nodes: the lab may not outlive your login':
    '会终止 libvirt 的会话和节点间的交换机：注销后实验环境可能停止',
  'set network.mode to nat in the Labfile, and run klab as root':
    '请在 Labfile 中把 network.mode 设为 nat，并以 root 运行 klab',
  'choose another network.cidr in the Labfile (and addresses of nodes in it)':
    '请在 Labfile 中另选 network.cidr（节点地址也要在其中）',
  'network.mode nat needs qemu:///system; this lab would use {uri}, which may make no bridge or firewall':
    'network.mode nat 需要 qemu:///system；这个环境会用 {uri}，它不能建网桥，也不能设防火墙规则',
  'run klab as root; or set network.mode to user in the Labfile':
    '请以 root 运行 klab；或在 Labfile 中把 network.mode 设为 user',
  'libvirt has no network driver here: {why}': '这里的 libvirt 没有网络驱动：{why}',
  'sudo systemctl start virtnetworkd.socket, where libvirt has a daemon for each driver; then: {command}':
    '若 libvirt 每个驱动各有一个守护进程：sudo systemctl start virtnetworkd.socket；然后：{command}',
  'neither iptables nor nft': 'iptables 和 nft 都没有',
  '{cidr} overlaps the libvirt network {name} ({ranges})': '{cidr} 与 libvirt 网络 {name}（{ranges}）重叠',
  '{cidr} overlaps the libvirt network {name} ({ranges} on {bridge})':
    '{cidr} 与 libvirt 网络 {name}（{bridge} 上的 {ranges}）重叠',
  'klab destroy in the folder of lab {lab} (gone? virsh -c qemu:///system net-destroy {name}); or {other}':
    '在环境 {lab} 的目录中 klab destroy（已不在？virsh -c qemu:///system net-destroy {name}）；或{other}',
  '{cidr} overlaps the host’s route to {route} through {interface}':
    '{cidr} 与宿主机经 {interface} 到 {route} 的路由重叠',
  'ip route show {route}; {other}': 'ip route show {route}；{other}',
  '{cidr} overlaps the libvirt network {name} ({ranges}), which is not active; the two cannot run side by side':
    '{cidr} 与未启用的 libvirt 网络 {name}（{ranges}）重叠；两者不能同时运行',
  '{cidr} is free on this host': '{cidr} 在本机上没有被占用',
  'was changed with virsh: {what}': '被人用 virsh 改动过：{what}',
  'klab up, which undoes the change': '用 klab up 还原改动',
  'klab halt, then klab up, which undoes the change': '先 klab halt，再 klab up，即可还原改动',
  'its record is gone, and it left {what}': '它的记录已不在，留下了 {what}',
  'machines {names}': '虚拟机 {names}',
  'network {names}': '网络 {names}',
  'folder {dir}': '目录 {dir}',
  'only Debian and Ubuntu can build this; use a ready one: image: {url: …, sha256: …} or {path: …} in the Labfile':
    '只有 Debian 和 Ubuntu 能制作；请用现成的：在 Labfile 中写 image: {url: …, sha256: …} 或 {path: …}',
  'only Debian and Ubuntu can build this; use a ready one: kubernetes.bundle: upstream or {dir: PATH} in the Labfile':
    '只有 Debian 和 Ubuntu 能制作；请用现成的：在 Labfile 中写 kubernetes.bundle: upstream 或 {dir: PATH}',
  'not on PATH': '不在 PATH 中',
  'not on PATH: no `snapshot export`, no `import`': '不在 PATH 中：无法 `snapshot export` 和 `import`',
  '{program} does not start: {stderr}': '{program} 无法启动：{stderr}',
  'this QEMU supports the networks user and vde': '这个 QEMU 支持 user 和 vde 网络',
  'QEMU of {distro} is built without {kind} networks': '{distro} 的 QEMU 编译时没有加入 {kind} 网络',
  'named in /etc/apt': '已在 /etc/apt 中写明',
  'klab’s own image cannot be made: {why}': '无法制作 klab 自己的镜像：{why}',
  'a probe guest did not finish within {seconds} s': '探测虚拟机在 {seconds} 秒内没有结束',
})
