// What the benches measure with: commands, libvirt's own account of when machines ran, the first answer of an SSH
// server.
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

/** Runs a command to its end: { stdout, startedAt (ms since 1970), ms }. Throws when it fails, with what it wrote. */
export function run([tool, ...args], { cwd, env, input } = {}) {
  const startedAt = Date.now()
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (part) => (stdout += part))
    child.stderr.setEncoding('utf8').on('data', (part) => (stderr += part))
    child.stdin?.on('error', () => undefined).end(input)
    child.once('error', reject)
    child.once('close', (code, signal) =>
      code === 0
        ? resolve({ stdout, startedAt, ms: Date.now() - startedAt })
        : reject(
            new Error(
              `${tool} ${args.join(' ')}: ${signal ?? `exit status ${code}`}\n` +
                `${stdout.slice(-2000)}${stderr.slice(-2000)}`,
            ),
          ),
    )
  })
}

const EVENT = /^(\S+ \S+): event 'lifecycle' for domain '?([^':]+)'?: (\w+)/
const STOPS = new Set(['Suspended', 'Stopped', 'Shutdown', 'Crashed'])

/**
 * libvirt's lifecycle events of these domains from now on; `onResume` hears of each as it comes. Call stop() at the
 * end.
 */
export async function watchDomains(uri, domains, onResume = () => undefined) {
  const events = []
  // virsh writes line by line only to a terminal.
  const child = spawn('stdbuf', ['-oL', 'virsh', '-c', uri, 'event', '--event', 'lifecycle', '--loop', '--timestamp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (part) => {
    const lines = (rest + part).split('\n')
    rest = lines.pop()
    for (const [, time, domain, what] of lines.map((line) => EVENT.exec(line)).filter(Boolean)) {
      if (!domains.includes(domain)) continue
      events.push({ at: Date.parse(time.replace(' ', 'T').replace(/\+0000$/, 'Z')), domain, what })
      if (what === 'Resumed') onResume(domain)
    }
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  // It says nothing when it has registered.
  await sleep(1000)
  return {
    events,
    async stop() {
      await sleep(300)
      child.kill('SIGTERM')
      await ended
    },
  }
}

/**
 * From the events of domains that ran before and after: ms that the longest of them stood still, ms in which not all
 * ran, ms between the first and the last one's stop, and when the last one ran again. Throws when a domain never
 * stopped or never ran again: then nothing was measured.
 */
export function standstill(events, domains) {
  const spans = domains.map((domain) => {
    const own = events.filter((e) => e.domain === domain)
    const from = own.find((e) => STOPS.has(e.what))?.at
    const to = own.findLast((e) => e.what === 'Resumed')?.at
    if (from === undefined || to === undefined || to < from)
      throw new Error(
        `${domain}: no stop and resume among libvirt's events: ${own.map((e) => e.what).join(', ') || 'none'}`,
      )
    return { from, to }
  })
  spans.sort((a, b) => a.from - b.from)
  let notAllMs = 0
  let covered = -Infinity
  for (const { from, to } of spans) {
    notAllMs += Math.max(0, to - Math.max(from, covered))
    covered = Math.max(covered, to)
  }
  return {
    longestMs: Math.max(...spans.map((s) => s.to - s.from)),
    notAllMs,
    apartMs: spans.at(-1).from - spans[0].from,
    lastResumeAt: Math.max(...spans.map((s) => s.to)),
  }
}

/** When the SSH server there first says who it is, ms since 1970. Throws after two minutes. */
export async function sshAnswers(host, port) {
  const until = Date.now() + 120_000
  while (Date.now() < until) {
    const answered = await new Promise((resolve) => {
      const socket = connect({ host, port })
      const end = (value) => (socket.destroy(), resolve(value))
      socket.setTimeout(3000, () => end(undefined))
      socket.once('error', () => end(undefined)).once('close', () => end(undefined))
      socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-') ? Date.now() : undefined))
    })
    if (answered !== undefined) return answered
    await sleep(200)
  }
  throw new Error(`${host}:${port}: no SSH server after two minutes`)
}

/**
 * Runs `job`, which restores running machines, and measures it: the command, all resumed, SSH on all; ms from its
 * start. `addresses`: domain → [host, port].
 */
export async function measureRestore(uri, addresses, job) {
  const domains = Object.keys(addresses)
  const answers = new Map()
  const watch = await watchDomains(uri, domains, (domain) => {
    const answer = sshAnswers(...addresses[domain])
    // Looked at below, unless the job has failed by then.
    answer.catch(() => undefined)
    answers.set(domain, answer)
  })
  try {
    const { startedAt, ms } = await job()
    const sshAt = Math.max(...(await Promise.all(answers.values())))
    const { lastResumeAt } = standstill(watch.events, domains)
    return { wholeMs: ms, resumedMs: lastResumeAt - startedAt, sshMs: sshAt - startedAt }
  } finally {
    await watch.stop()
  }
}

/** Runs `job`, which saves running machines, and measures it: the command, and how long machines stood still; ms. */
export async function measureSave(uri, domains, job) {
  // What the round before has left to be written must not slow this one.
  await run(['sync'])
  const watch = await watchDomains(uri, domains)
  try {
    const { ms } = await job()
    await sleep(300)
    const { longestMs, notAllMs, apartMs } = standstill(watch.events, domains)
    return { wholeMs: ms, longestMs, notAllMs, apartMs }
  } finally {
    await watch.stop()
  }
}
