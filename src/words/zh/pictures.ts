/** What `klab timeline` and `klab graph` draw, in Chinese. */
import { catalogue } from '../catalogue.js'

export const PICTURES_ZH = catalogue({
  'lab {lab}': '实验环境 {lab}',
  'klab timeline: lab {lab}': 'klab timeline：实验环境 {lab}',
  'klab graph: lab {lab}': 'klab graph：实验环境 {lab}',
  'The same as text': '文字版',

  'done in {took}': '完成，用时 {took}',
  'failed after {took}': '失败，用时 {took}',
  'interrupted after {took}': '被中断，已执行 {took}',
  'running for {took}': '正在执行，已用 {took}',
  'killed; last sign of life after {took}': '被杀死；最后的动静在 {took} 之后',
  'klab up, {minute} UTC: {end}': 'klab up，{minute} UTC：{end}',
  'other run: klab timeline --run {run}  ({minute} UTC, {end})':
    '其他运行：klab timeline --run {run} （{minute} UTC，{end}）',
  'failed: {steps}': '失败：{steps}',
  'not ended: {steps}': '未结束：{steps}',
  'did not end': '未结束',

  '{mode}, with internet': '{mode}，可上网',
  '{mode}, no internet': '{mode}，不能上网',
  'user mode': '用户模式',
  'machines without Kubernetes': '不装 Kubernetes 的虚拟机',
  'pod network {name}: {cidr}': 'Pod 网络 {name}：{cidr}',
  'services {cidr}': 'Service {cidr}',
  'services {cidr}; the control planes share {endpoint}': 'Service {cidr}；各控制平面共用地址 {endpoint}',
  'add-ons {names}': '插件 {names}',
  'network {cidr} ({words})': '网络 {cidr}（{words}）',
  'network {cidr}, {words}': '网络 {cidr}，{words}',
  'this host': '本机',
  'nodes: {list}': '节点：{list}',
  'snapshots: {words}': '快照：{words}',
  'snapshots, {words}': '快照，{words}',
  'not brought up yet': '尚未启动',
  'no snapshots': '没有快照',
  'the lab is at {name}': '环境在 {name}',
  'the lab is at none of them': '环境不在其中任何一个',
  here: '当前',
  ', off': '，已关机',
})
