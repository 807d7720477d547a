/**
 * A network namespace of the test's own, with a libvirt in it whose sockets, state and configuration are nobody else's.
 */
import { mkdir, readdir } from 'node:fs/promises'
import type { Test } from 'tap'
import { end, exec, processes, until } from './libvirt.js'

/** What libvirt keeps on a host. */
const LIBVIRT_DIRS = ['/run/libvirt', '/var/lib/libvirt', '/etc/libvirt', '/var/cache/libvirt', '/var/log/libvirt']
/**
 * "The internet" as the namespace sees it (TEST-NET-2, RFC 5737): a second namespace that knows no way back to the lab.
 */
export const INTERNET = '198.51.100.2'

const pidsIn = async (ns: string): Promise<number[]> =>
  (await exec.run(['ip', 'netns', 'pids', ns])).stdout.split('\n').filter(Boolean).map(Number)

/**
 * Runs this test file again inside a new namespace that goes with the test; nothing of it may be left then. Needs root.
 */
export async function againInNamespace(t: Test, file: string): Promise<void> {
  const ns = `klabt${process.pid}`
  const outside = `${ns}i`
  t.teardown(async () => {
    for (const name of [ns, outside]) {
      const left = await pidsIn(name).catch(() => [])
      for (const pid of left) await end(pid, 'SIGKILL')
      await exec.run(['ip', 'netns', 'del', name], { allowFailure: true })
    }
  })
  for (const name of [ns, outside]) await exec.run(['ip', 'netns', 'add', name])
  await exec.run(['ip', 'link', 'add', 'out0', 'netns', ns, 'type', 'veth', 'peer', 'name', 'in0', 'netns', outside])
  for (const [name, link, address] of [
    [ns, 'out0', '198.51.100.1/24'],
    [outside, 'in0', `${INTERNET}/24`],
  ] as const) {
    await exec.run(['ip', '-n', name, 'addr', 'add', address, 'dev', link])
    for (const up of [link, 'lo']) await exec.run(['ip', '-n', name, 'link', 'set', up, 'up'])
  }
  const node = [process.execPath, ...process.execArgv, file]
  await t.spawn('ip', ['netns', 'exec', ns, 'env', `KLAB_TEST_NETNS=${ns}`, ...node], {
    name: 'this file again, in a namespace',
  })
  t.same(await pidsIn(ns), [], 'no process is left in it')
}

/** The namespace that this process was started in by againInNamespace. */
export const insideNamespace = (): boolean => process.env['KLAB_TEST_NETNS'] !== undefined

/**
 * A libvirtd in this namespace. `ip netns exec` has given the process a mount namespace, from which nothing gets out;
 * what libvirt keeps on the host is hidden under empty folders.
 */
export async function privateLibvirt(t: Test): Promise<void> {
  for (const dir of LIBVIRT_DIRS) {
    await mkdir(dir, { recursive: true })
    await exec.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', dir])
  }
  for (const daemon of ['virtlogd', 'libvirtd']) {
    const pidfile = `/run/libvirt/klab-test-${daemon}.pid`
    await exec.run([daemon, '-d', '-p', pidfile], { timeoutMs: 30_000 })
    const pid = Number((await exec.run(['cat', pidfile])).stdout)
    t.teardown(() => end(pid, 'SIGTERM'))
  }
  await until(
    async () =>
      (await exec.run(['virsh', '-q', '-c', 'qemu:///system', 'list'], { allowFailure: true })).exitCode === 0,
    'libvirtd in the namespace to answer',
    60_000,
  )
}

/**
 * What a libvirt network leaves on a host while it is there: networks, bridges and taps, DHCP servers and their files,
 * of this namespace.
 */
export async function networkTraces(): Promise<string[]> {
  const [nets, links, files, all, mine] = await Promise.all([
    exec.run(['virsh', '-q', '-c', 'qemu:///system', 'net-list', '--all', '--name']),
    exec.run(['ip', '-o', 'link']),
    readdir('/var/lib/libvirt/dnsmasq').catch((): string[] => []),
    processes(),
    pidsIn(process.env['KLAB_TEST_NETNS'] ?? ''),
  ])
  return [
    ...nets.stdout.split('\n').filter(Boolean),
    ...links.stdout.split('\n').flatMap((l) => /^\d+: ((?:klab|vnet|virbr)[^:@]*)/.exec(l)?.[1] ?? []),
    ...files,
    ...all
      .filter((p) => mine.includes(p.pid) && /dnsmasq|qemu-system|vde_switch/.test(p.argv[0] ?? ''))
      .map((p) => p.argv[0] ?? ''),
  ]
}
