/** Phase scripts one after the other in a guest's root, and what they called. */
import type { Test } from 'tap'
import type { GuestRoot } from '../fakes/guest-root.js'

/** A handed bundle, as far as the scripts look into it. */
export const BUNDLE = {
  'bin/kubectl': '#!/bin/bash\necho "# $*"\n',
  'bin/kubeadm': '#!/bin/bash\necho "# $*"\n',
  'bin/kubelet': '',
  'cni/flannel': '',
}
const PHASES = ['system', 'runtime', 'packages']

/** Runs phases one after the other; each must end well. Its commands, as text. */
export function runAll(t: Test, g: GuestRoot, phases: readonly string[] = PHASES): string {
  return phases
    .map((phase) => {
      const { text, code, commands } = g.run(phase)
      t.equal(code, 0, `${phase}: ${text}`)
      return `== ${phase}\n${commands.map((c) => `${c}\n`).join('')}`
    })
    .join('')
}
/** Commands that change the guest. */
export const CHANGES = /^(yum|dnf|apt-get) .*install|^setenforce|^curl|makecache|grub/m
