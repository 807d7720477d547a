/**
 * The script of cloud-init/check for real. It is unchanged but for the folders that it reads: those are moved into the
 * test's own folder. PATH has only the test's own tools. Nothing here looks at the host.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { parseGuestFacts, type GuestFacts } from '../../src/course/facts.js'
import { checkScript } from '../../src/lab/check-script.js'
import { root } from '../fakes/world.js'

/** The folders of a guest that the script reads. */
export const FOLDERS = /(?<![\w}*/.-])\/(etc|proc|sys|usr|run|var|root|home)\b/g
export const SCRIPT = await checkScript(root)

/** A machine's files, and what its tools print (a shell script each). */
interface Machine {
  readonly files?: Record<string, string>
  readonly tools?: Record<string, string>
  readonly zone?: string
}

const PLAIN: Record<string, string> = {
  'proc/meminfo': 'MemTotal:        3016396 kB\nMemFree:  1 kB\n',
  'proc/swaps': 'Filename Type Size Used Priority\n',
  'proc/modules': 'ip_vs_rr 16384 0 - Live 0x0\nip_vs 1 1 ip_vs_rr, Live 0x0\n',
  'proc/sys/kernel/osrelease': '6.1.0-37-cloud-amd64\n',
  'proc/sys/kernel/hostname': 'k8s-master01\n',
  'proc/sys/net/ipv4/ip_forward': '1\n',
  'sys/block/vda/size': '104857600\n',
  'sys/devices/system/cpu/cpu0/online': '',
  'sys/devices/system/cpu/cpu1/online': '',
  'sys/devices/system/cpu/cpufreq/x': '',
}

/** Runs the script in such a machine. */
export function look(
  t: Test,
  machine: Machine = {},
  ...args: string[]
): { facts: GuestFacts; stderr: string; text: string } {
  const dir = t.testdir()
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  for (const [path, text] of Object.entries({ ...PLAIN, ...machine.files })) put(path, text)
  mkdirSync(join(dir, 'etc'), { recursive: true })
  symlinkSync(machine.zone ?? '/usr/share/zoneinfo/Asia/Shanghai', join(dir, 'etc/localtime'))
  const tools = { ip: 'exit 1', systemctl: 'exit 1', ...machine.tools }
  for (const [name, text] of Object.entries(tools)) {
    put(`bin/${name}`, `#!/bin/bash\n${text}\n`)
    chmodSync(join(dir, 'bin', name), 0o755)
  }
  // Of the host's own tools only those that read a link or a file.
  for (const name of ['readlink', 'timeout', 'bash', 'cat'])
    symlinkSync(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), join(dir, 'bin', name))
  const script = SCRIPT.replace(FOLDERS, `${dir}/$1`)
  const [runtime = 'docker', role = 'control-plane', user = 'klab', parts = 'engine versions cluster'] = args
  const out = spawnSync('/bin/bash', ['-s', '--', runtime, role, user, parts], {
    input: `{ :;${script}\n} </dev/null\n`,
    env: { PATH: join(dir, 'bin') },
    encoding: 'utf8',
    timeout: 60_000,
  })
  const text = out.stdout.replaceAll(dir, '')
  return { facts: parseGuestFacts(text), stderr: out.stderr, text }
}
