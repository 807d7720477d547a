/**
 * Readers of what libvirt says: domain XML, also of a RAM image from elsewhere, and virsh's answers to every
 * question.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { HostExec } from '../../src/host/types.js'
import { domainXml } from '../../src/hypervisor/domain-xml.js'
import { adoptCookie, adoptXml, needsOf } from '../../src/hypervisor/foreign-xml.js'
import { withDisk, withForwards } from '../../src/hypervisor/moment.js'
import { networkXml } from '../../src/hypervisor/network-xml.js'
import { parseOpenings } from '../../src/hypervisor/openings.js'
import { parseDescription, parseOwnership } from '../../src/hypervisor/parse-xml.js'
import type { Hypervisor } from '../../src/hypervisor/types.js'
import { createVirshHypervisor } from '../../src/hypervisor/virsh.js'
import { network, node } from '../hypervisor/specs.js'
import { damagedText } from './damage.js'
import { target, type Target } from './target.js'

const SAVED = readFileSync(new URL('../hypervisor/fixtures/saved.xml', import.meta.url), 'utf8')
const COOKIE =
  "<cookie><cpu mode='custom' match='exact' check='full'><model fallback='forbid'>Nehalem</model></cpu></cookie>"
const own = domainXml(node)
const bounds = { internet: false, network: undefined }

const ours = target({
  name: 'domain XML',
  codes: ['host', 'state', 'corrupt'],
  input: damagedText(SAVED, own),
  read: (xml) => {
    parseOwnership(xml)
    parseOpenings(xml, bounds)
    parseDescription(xml)
    withForwards(withDisk(xml, '/here/disk.qcow2'), [{ hostPort: 22001, guestPort: 22 }])
  },
})

const foreign = target({
  name: 'domain XML from elsewhere',
  codes: ['corrupt'],
  input: fc.oneof({ weight: 4, arbitrary: damagedText(SAVED, own) }, damagedText(COOKIE)),
  read: (xml) => {
    if (xml.includes('<cookie')) return adoptCookie(xml)
    needsOf(xml)
    const made = adoptXml(xml, own)
    if (/<(graphics|hostdev|interface|filesystem)|\/tmp\/klab-t/.test(made)) throw new Error(`took over: ${made}`)
    return made
  },
})

/** What virsh says to whatever it is asked, all in one: each reader picks its own. */
const ANSWERS = [
  `${node.uuid} ${node.name}\n\nDomain: '${node.name}'\n  state.state=1\n  state.reason=1\n  balloon.rss=1024\n`,
  `${node.uuid}\n${network.uuid}\n`,
  networkXml(network),
  own,
  ' vda   /a/disk.qcow2\n vdb   /a/bundle.iso\n',
  'Job type:         Unbounded\nIteration:  2\nMemory remaining: 1.5 GiB\n',
  'Using library: libvirt 9.0.0\nRunning hypervisor: QEMU 7.2.22\n',
  '{"return":1767225600000000000}\n',
  '<capabilities><host><secmodel><model>dac</model>' +
    "<baselabel type='kvm'>+64055:+64055</baselabel></secmodel></host></capabilities>",
  '<domainCapabilities><machine>pc-q35-7.2</machine>' +
    "<cpu><mode name='host-model'><model>Nehalem</model></mode></cpu></domainCapabilities>",
  'cpu_shares     : 1024\n',
]

const QUESTIONS: Readonly<Record<string, (h: Hypervisor) => Promise<unknown>>> = {
  list: (h) => h.list(),
  owned: (h) => h.owned(),
  state: (h) => h.state(node.name),
  openings: (h) => h.openings([node.uuid], bounds),
  describe: (h) => h.describe(node.name),
  disk: (h) => h.disk(node.name),
  memory: (h) => h.memoryMiB([node.name]),
  clock: (h) => h.guestTime(node.name),
  abilities: (h) => h.abilities('tcg'),
  networks: (h) => h.networks(),
  prefer: (h) => h.prefer(node.name),
  abort: (h) => h.abortJob(node.name),
  remove: (h) => h.removeMachine(node.name),
}

/** A virsh that says these things one after the other, again and again; each third time it fails, if it should. */
function talking(answers: readonly string[], fails: boolean): HostExec {
  let n = 0
  return {
    run: () => {
      const stdout = answers[n++ % answers.length] ?? ''
      return Promise.resolve({ stdout, stderr: '', exitCode: fails && n % 3 === 0 ? 1 : 0, durationMs: 1 })
    },
    filter: () => Promise.reject(new Error('no streams')),
    spawnDetached: () => Promise.reject(new Error('starts nothing')),
    which: () => Promise.resolve(undefined),
  }
}

const virsh = target({
  name: 'virsh’s answers',
  codes: ['host', 'state', 'command', 'corrupt'],
  input: fc.record({
    question: fc.constantFrom(...Object.keys(QUESTIONS)),
    // Mostly it answers to the list first: without a machine there is nothing to ask.
    first: fc.oneof({ weight: 3, arbitrary: fc.constant(ANSWERS[0]!) }, damagedText(ANSWERS[0]!)),
    answers: fc.array(damagedText(...ANSWERS), { minLength: 1, maxLength: 3 }),
    fails: fc.boolean(),
  }),
  read: async ({ question, first, answers, fails }, dir) => {
    let passed = 0
    const clock = {
      now: () => passed,
      monotonic: () => passed,
      sleep: (ms: number) => Promise.resolve(void (passed += ms)),
    }
    const h = createVirshHypervisor({ exec: talking([first, ...answers], fails), uri: join('qemu:', dir), clock })
    await QUESTIONS[question]!(h)
  },
})

export const LIBVIRT: readonly Target[] = [ours, foreign, virsh]
