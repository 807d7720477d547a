import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { root } from '../fakes/world.js'

/** A phase's script in a root of its own, with programs that write down how they were called. */
export function scriptStage(t: Test, script: string) {
  const dir = t.testdir()
  for (const d of [
    'bin',
    'etc/kubernetes/pki',
    'etc/klab',
    'run/flannel',
    'var/lib/klab',
    'var/lib/kubelet/pki',
    'usr/lib/klab',
  ])
    mkdirSync(join(dir, d), { recursive: true })
  const moved = (text: string): string =>
    text.replace(/\/(etc\/kubernetes|etc\/klab|run\/flannel|var\/lib|usr\/lib\/klab)\b/g, `${dir}/$1`)
  const phases = join(root, 'cloud-init/phases')
  for (const lib of ['retry.sh', 'pod-range.sh', 'control-plane-repair.sh'])
    writeFileSync(join(dir, 'usr/lib/klab', lib), moved(readFileSync(join(phases, lib), 'utf8')))
  writeFileSync(join(dir, script), moved(readFileSync(join(phases, script), 'utf8')))
  writeFileSync(join(dir, 'etc/kubernetes/kubelet.conf'), 'x')
  for (const f of ['var/lib/kubelet/pki/kubelet-client-current.pem', 'etc/kubernetes/pki/ca.crt'])
    writeFileSync(join(dir, f), 'x')
  const program = (name: string, text: string): void => {
    writeFileSync(join(dir, 'bin', name), `#!/bin/bash\necho "${name} $*" >>"${dir}/log"\n${text}\n`)
    chmodSync(join(dir, 'bin', name), 0o755)
  }
  const run = (more: Readonly<Record<string, string>> = {}): string => {
    writeFileSync(join(dir, 'log'), '')
    const path = `${dir}/bin:${process.env['PATH'] ?? ''}`
    const env = { PATH: path, KLAB_NODE: 'n', KLAB_CRI_SOCKET: '/s', KLAB_USER: 'u', KLAB_INIT_FLAGS: '', ...more }
    execFileSync('bash', ['-euo', 'pipefail', join(dir, script)], { env, stdio: 'ignore' })
    return readFileSync(join(dir, 'log'), 'utf8')
  }
  /** Other folders of the guest that are in this root too. */
  const moveToo = (folders: RegExp): void => {
    const file = join(dir, script)
    writeFileSync(file, readFileSync(file, 'utf8').replace(folders, `${dir}$&`))
  }
  return { dir, program, run, moveToo }
}
