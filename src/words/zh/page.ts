/** The lesson page in the browser in Chinese. The page itself loads this file too. */
import { catalogue } from '../catalogue.js'

export const PAGE_ZH = catalogue({
  'Open this page with the address that klab printed.': '请用 klab 输出的网址打开本页。',
  'no such action': '没有这个操作',
  'a bug in klab: {error}': '这是 klab 的缺陷：{error}',

  'To the text': '跳到讲解',
  Steps: '步骤',
  Check: '检查',
  'This step': '当前步骤',
  'Next step': '下一步',
  Hint: '提示',
  'Solve it for me': '替我完成',
  Back: '上一步',
  'Reset this step': '重做这一步',
  Hints: '提示',
  Snapshots: '快照',
  Terminals: '终端',
  Nodes: '节点',
  'Ctrl+Alt+Left and Ctrl+Alt+Right change the tab; Ctrl+Alt+Up leaves the terminal.':
    'Ctrl+Alt+Left 和 Ctrl+Alt+Right 切换标签页；Ctrl+Alt+Up 离开终端。',

  'Step {step} of {steps}: {title}': '第 {step}/{steps} 步：{title}',
  '{name} (the lab came from here)': '{name}（环境源自这里）',
  '{count} tries': '尝试 {count} 次',
  '{count} hints': '提示 {count} 条',
  passed: '通过',
  'try: {what}': '试试：{what}',
  'you are here': '当前位置',
  'not passed yet': '尚未通过',
  'go to where step {number} begins': '到第 {number} 步的开头',
  'type it into the terminal': '输入到终端',
  'Run command {number}': '运行第 {number} 条命令',
  Copy: '复制',
  'Copy command {number}': '复制第 {number} 条命令',
  'the connection is gone': '连接已断开',
  '{why}; press a key to connect again': '{why}；按任意键重新连接',
})
