// The soak's lab: two plain nodes in a state folder of their own, driven through the built command line.
import { spawn, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODES } from './model.mjs'

const main = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist/main.js')
const ADDRESS = { a: '192.168.31.71', b: '192.168.31.72' }

const LABFILE = `name: soak
kubernetes: false
nodes:
${NODES.map((n) => `  - { name: ${n}, ip: ${ADDRESS[n]}, cpus: 1, memory: 512MiB, disk: 4GiB }`).join('\n')}
`
/** s; longer than any verb of this lab takes on a loaded machine under emulation. */
const LIMIT_S = 1200
/** What is written for a word: long enough to lie in more than one cluster of a qcow2. */
const FILL = 'head -c 262144'
const sumOf = (word) =>
  createHash('sha256')
    .update(`${word}\n`.repeat(Math.ceil(262144 / (word.length + 1))).slice(0, 262144))
    .digest('hex')

export class SoakLab {
  dir = mkdtempSync(join(tmpdir(), 'klab-soak-'))
  #labfile = join(this.dir, 'Labfile')
  #words = new Map()
  #uri
  constructor() {
    // QEMU's own user must pass (qemu:///system).
    chmodSync(this.dir, 0o711)
    writeFileSync(this.#labfile, LABFILE)
  }

  get env() {
    return { ...process.env, KLAB_STATE_DIR: join(this.dir, 'state'), KLAB_RUN_DIR: join(this.dir, 'run') }
  }

  /** The lab's record, once it was up. */
  get record() {
    const labs = join(this.dir, 'state/labs')
    const [id] = existsSync(labs) ? readdirSync(labs).filter((n) => !n.startsWith('.')) : []
    return id === undefined ? undefined : JSON.parse(readFileSync(join(labs, id, 'lab.json'), 'utf8'))
  }

  get uri() {
    this.#uri ??= this.record.uri
    return this.#uri
  }

  get folder() {
    return join(this.dir, 'state/labs', this.record.id)
  }

  /**
   * Runs a verb. `killAfterMs`: SIGKILL then. Returns { code, killed, stdout, stderr, ms }; code is null when it was
   * killed, or took longer than any verb may (`hung`).
   */
  klab(args, { killAfterMs } = {}) {
    const started = performance.now()
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [main, '-f', this.#labfile, ...args], {
        env: this.env,
        stdio: ['ignore', 'pipe', 'pipe'],
        // A Ctrl-C ends the round, not the verb.
        detached: true,
      })
      const said = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'])
        child[name].setEncoding('utf8').on('data', (part) => (said[name] = (said[name] + part).slice(-65536)))
      let [killed, hung] = [false, false]
      const timers = [
        setTimeout(() => ((hung = true), child.kill('SIGKILL')), LIMIT_S * 1000),
        ...(killAfterMs === undefined ? [] : [setTimeout(() => (killed = child.kill('SIGKILL')), killAfterMs)]),
      ]
      child.once('error', reject)
      const ended = (code, signal) => {
        timers.forEach(clearTimeout)
        const ms = performance.now() - started
        this.log(`klab ${args.join(' ')}: ${code ?? signal} after ${Math.round(ms)} ms\n${said.stderr}`)
        resolve({ ...said, code, killed: killed && signal === 'SIGKILL', hung, ms })
      }
      // What a killed klab has started may hold its pipes open for a moment.
      child.once('exit', (code, signal) => (signal === null ? child.once('close', ended) : ended(code, signal)))
    })
  }

  log(text) {
    appendFileSync(join(this.dir, 'soak.log'), `${new Date().toISOString()} ${text}\n`)
  }

  ssh(node, script) {
    return this.klab(['ssh', node, script])
  }

  /** Writes a word into the RAM and onto the disk of both guests. Throws when that fails. */
  async write(word) {
    this.#words.set(sumOf(word), word)
    for (const node of NODES) {
      const r = await this.ssh(
        node,
        `yes ${word} | ${FILL} | tee soak.new >/dev/shm/soak; sync; mv soak.new soak; sync`,
      )
      if (r.code !== 0) throw new Error(`${node}: not written: ${r.stderr}`)
    }
  }

  /** What both guests hold (nothing, when one does not answer), and what else is wrong inside: { state, problems }. */
  async read() {
    const problems = []
    const state = {}
    for (const node of NODES) {
      const other = ADDRESS[NODES.find((n) => n !== node)]
      const ping = `for i in 1 2 3 4 5 6 7 8; do ping -c1 -W2 ${other} >/dev/null && { echo reached; break; }; done`
      const before = Date.now() / 1000
      const r = await this.ssh(node, `date +%s; sha256sum <soak; sha256sum </dev/shm/soak || echo none; ${ping}`)
      if (r.code !== 0) return { problems: [...problems, `${node} does not answer: ${r.stderr.trim()}`] }
      const [time = '', disk = '', ram = '', reached] = r.stdout.split('\n')
      const word = (line) => {
        const sum = line.split(' ')[0]
        return sum === 'none' ? null : (this.#words.get(sum) ?? `unknown bytes (${line})`)
      }
      state[node] = { disk: word(disk), ram: word(ram) }
      if (reached !== 'reached') problems.push(`${node} does not reach ${other}`)
      // ssh itself takes seconds on a loaded host.
      if (Number(time) < before - 10 || Number(time) > Date.now() / 1000 + 10)
        problems.push(`${node}: its clock is ${Math.round(Number(time) - before)} s off`)
    }
    return { state, problems }
  }

  /** libvirt's machines of the lab with this id. */
  machinesOf(id) {
    return execFileSync('virsh', ['-q', '-c', this.uri, 'list', '--all', '--name'], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name.startsWith(`klab-${id}-`))
  }

  virsh(...args) {
    execFileSync('virsh', ['-q', '-c', this.uri, ...args], { stdio: 'ignore' })
  }
}
