/** What klab tells while it saves, restores, moves and ends labs, in Chinese. */
import { catalogue } from '../catalogue.js'

export const NOTES_ZH = catalogue({
  '{node} writes its disk cache': '{node} 写出磁盘缓存',
  'the nodes could not be saved at one moment while they run; saving again with all of them paused':
    '节点运行时无法在同一时刻保存；改为全部暂停后再保存',
  'the clocks of the nodes': '节点的时钟',
  'RAM of {count} nodes, while they run': '{count} 个节点的 RAM，运行中保存',
  'RAM of {node}, which is paused': '{node} 的 RAM，已暂停',
  'the files of {name}': '{name} 的文件',
  'restoring {name}: {message}; trying once more': '恢复 {name}：{message}；再试一次',
  '{node} as it was': '{node} 恢复原样',
  'restoring {name} was interrupted before anything had changed': '恢复 {name} 被中断，尚未改动任何内容',
  'restoring {name} was interrupted near its end and has been finished': '恢复 {name} 在接近完成时被中断，现已完成',
  '{why}; the lab is halted, on the disks that it had': '{why}；环境已停机，磁盘是原来的',
  'restoring {name} was interrupted and has been finished': '恢复 {name} 被中断，现已完成',
  'klab suspend was interrupted and has been finished; klab resume wakes the lab':
    'klab suspend 被中断，现已完成；用 klab resume 唤醒',
  'saving {name} was interrupted and has been undone; the lab runs on as it was':
    '保存 {name} 被中断，现已撤销；环境照常运行',
  'saving {name} was interrupted and has been finished': '保存 {name} 被中断，现已完成',
  'kube-controller-manager restarts: its tokens have expired, or soon will':
    'kube-controller-manager 重启：它的令牌已过期或即将过期',
  'kube-controller-manager is healthy, {seconds} s later': '{seconds} 秒后 kube-controller-manager 恢复正常',
  'calico-node restarts, so that its CNI plugin gets a new token': 'calico-node 重启，让 CNI 插件得到新令牌',
  'the disks are chains of {depth} files; klab snapshot flatten shortens them':
    '磁盘链有 {depth} 个文件；用 klab snapshot flatten 缩短',
  '{node}: a chain of {count} files': '{node}：链中有 {count} 个文件',
  'guest clocks set forward {stepped} s, now {spread} s apart': '虚拟机时钟前调 {stepped} 秒，现在相差 {spread} 秒',
  'the cluster’s certificates have expired: renewing them': '集群的证书已过期：正在更新',
  'the API server answers after {time}': 'API 服务器在 {time} 后应答',
  'no answer': '没有应答',
  'the clocks of {nodes} could not be set: no answer': '无法设置 {nodes} 的时钟：没有应答',
  'programs with old tokens were not restarted: {message}': '没有重启使用旧令牌的程序：{message}',
  '{path}: is gone': '{path}：已不在',
  'merging disk layers, computing the checksum of the image': '正在合并磁盘层，计算镜像的校验和',
  'without its RAM: {why}; the lab will boot from its disks': '不带内存：{why}；环境将从磁盘启动',
  'SSH answers; looking': 'SSH 已应答；正在查看',
  'a look into each guest': '查看每台虚拟机',
  '{done} of {all} MiB': '{done} / {all} MiB',
  'wrote {path}, the sealed lab’s': '已写出 {path}，即封存环境的 Labfile',
  'left out: {field}, since it decides which programs this machine runs; add your own':
    '未写入：{field}，因为它决定本机运行哪些程序；请自己补上',
  '{name} to {path}': '{name} 到 {path}',
  '{name} of {lab}': '{lab} 的 {name}',
  'the cache has this lab, Ready since {since}: using it; --fresh makes a new one':
    '缓存中有这个环境，{since} 起 Ready：直接使用；--fresh 会重新搭建',
  'asleep after {time}; klab resume wakes it': '{time} 后已休眠；用 klab resume 唤醒',
  'the lab is off': '环境已关机',
  'the lab runs, with {nodes} off': '环境在运行，但 {nodes} 已关机',
  'the RAM of the sleeping lab was dropped': '已丢弃休眠环境的内存',
  '{nodes}: resumed': '{nodes}：已继续运行',
  'the lab counts as up to {phase}; klab up --until {completed} does the rest':
    '环境视为只执行到 {phase}；用 klab up --until {completed} 完成其余',
  'the Labfile changed:\n{changes}': 'Labfile 有改动：\n{changes}',
  'bundle {source}: {why}': '安装包 {source}：{why}',
  'the API server’s last answer': 'API 服务器的上次应答',
  'libvirt network': 'libvirt 网络',
  'L2 segment': 'L2 网段',
  'switch and sockets': '交换机和套接字',
  'disks, seeds, keys, record': '磁盘、cloud-init 数据、密钥、记录',
  'before the last restore': '上一次恢复之前',
  'what was pushed last': '最近一次 push 的状态',
  'bundle source: {why}': '安装包来源 source：{why}',
  'this change needs a new lab:\n{changes}': '这项改动需要新的环境：\n{changes}',
  'change the Labfile, then klab destroy and klab up': '请修改 Labfile，先 klab destroy，再 klab up',
  'node remove: {name} is a control plane, and those cannot leave a lab that is up':
    'node remove：{name} 是控制平面，控制平面不能离开运行中的环境',
  'an earlier join left a member in etcd: removing it': '之前的加入在 etcd 中留下了成员：正在移除',
})
