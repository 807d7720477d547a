// What the soak looks at on the host: processes, descriptors, memory, disk.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { freemem } from 'node:os'

const read = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** All processes: { pid, argv, env }. */
export const processes = () =>
  readdirSync('/proc')
    .filter((p) => /^\d+$/.test(p))
    .map((pid) => ({
      pid: Number(pid),
      argv: read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1),
      env: read(`/proc/${pid}/environ`).split('\0'),
    }))
    .filter((p) => p.argv.length > 0)

const tool = (p) => p.argv[0].split('/').at(-1)

/** How many descriptors a process has open. */
export function descriptors(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}

/** Resident memory, MiB. */
const residentMiB = (pid) => Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024)

const du = (dir) => Number(execFileSync('du', ['-sm', dir], { encoding: 'utf8' }).split('\t')[0])

/** Of the lab `id` and of what serves it: descriptors, memory in MiB, disk in MiB. */
export function measure(id, dir) {
  const all = processes()
  const of = (name) => all.filter((p) => tool(p) === name)
  const ours = of('qemu-system-x86_64').filter((p) => p.argv.join(' ').includes(`guest=klab-${id}-`))
  const switches = of('vde_switch').filter((p) => p.argv.join(' ').includes(dir))
  const daemons = [...of('libvirtd'), ...of('virtqemud'), ...of('virtlogd')]
  const sum = (list, what) => list.reduce((n, p) => n + what(p.pid), 0)
  return {
    'descriptors of libvirt': sum(daemons, descriptors),
    'descriptors of the switch': sum(switches, descriptors),
    'descriptors of both QEMUs': sum(ours, descriptors),
    'memory of libvirt, MiB': sum(daemons, residentMiB),
    'memory of the switch, MiB': sum(switches, residentMiB),
    'memory of both QEMUs, MiB': sum(ours, residentMiB),
    'free memory of the host, MiB': Math.round(freemem() / 2 ** 20),
    'disk of the lab, MiB': du(dir),
    'machines on this host': of('qemu-system-x86_64').length,
  }
}

/**
 * What runs of this lab and should not, once klab's verbs have ended. `dir`: its KLAB_STATE_DIR, which all that klab
 * starts has in its environment; `machines`: how many QEMUs, and `switches`: how many switches, are right.
 */
export function strays(id, dir, { machines, switches }) {
  const all = processes()
  const qemus = all.filter((p) => p.argv.some((a) => a.startsWith(`guest=klab-${id}-`)))
  const own = all.filter((p) => p.env.includes(`KLAB_STATE_DIR=${dir}/state`))
  const nets = own.filter((p) => tool(p) === 'vde_switch')
  const others = own.filter((p) => tool(p) !== 'vde_switch')
  return [
    ...(qemus.length === machines ? [] : [`${qemus.length} QEMUs run, not ${machines}`]),
    ...(nets.length === switches ? [] : [`${nets.length} switches run, not ${switches}`]),
    ...others.map((p) => `still runs: ${p.argv.join(' ').slice(0, 200)} (pid ${p.pid})`),
  ]
}

/** Files of the lab that a process holds open although they have been removed. */
export const deletedButOpen = (dir) =>
  processes().flatMap(({ pid, argv }) => {
    try {
      return readdirSync(`/proc/${pid}/fd`)
        .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
        .filter((path) => path.startsWith(dir) && path.endsWith(' (deleted)'))
        .map((path) => `${argv[0]} (pid ${pid}) holds ${path}`)
    } catch {
      return []
    }
  })
