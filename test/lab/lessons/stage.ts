/** A lab of four machines, and lessons whose scripts are words: `write x`, `is x`, `fail`, `hang`, `say x`,
 * `busy` (once). */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { readEvents } from '../../../src/lesson/journal.js'
import { failure, type GuestCall } from '../../fakes/guests.js'
import { open } from '../facade-stage.js'

/** What run.sh says on stderr, and the script on stdout. */
interface Ended {
  readonly stdout?: string
  readonly stderr: string
}

/** `lose`: the node goes away meanwhile. */
export async function lessonStage(t: Test) {
  const stage = await open(t)
  const { world } = stage
  const ran: string[] = []
  const word = async (): Promise<string> => (await stage.read())[0]?.split('/')[0] ?? ''
  let wasBusy = false
  const play = async (script: string): Promise<Ended> => {
    const said: string[] = []
    for (const line of script.trim().split('\n')) {
      const [verb = '', what = ''] = line.split(' ')
      if (verb === 'write') stage.write(what)
      if (verb === 'say') said.push(what)
      if (verb === 'hang') return { stdout: said.join('\n'), stderr: 'klab: timeout' }
      if (verb === 'run') return { stdout: said.join('\n'), stderr: 'klab: running' }
      if (verb === 'busy' && !wasBusy) {
        wasBusy = true
        return { stdout: `Unable to connect to the server: net/http: request canceled\n`, stderr: 'klab: ended 1' }
      }
      if (verb === 'lose') throw failure('k8s-master01', ['bash'], undefined, 'the connection is gone')
      if (verb === 'fail' || (verb === 'is' && (await word()) !== what))
        return { stdout: [...said, `want ${what}`].join('\n'), stderr: 'klab: ended 1' }
    }
    return { stdout: said.join('\n'), stderr: 'klab: ended 0' }
  }
  world.guests.answers.unshift(({ node, text }: GuestCall) => {
    if (!text.startsWith('sudo: ') || !text.includes('Runs a lesson')) return undefined
    const [way, user, seconds, file = ''] = text.split(' ').slice(-4)
    const script = world.guests.files.get(node)?.get(file)?.content ?? ''
    ran.push(`${node} ${way} ${user} ${seconds} ${file.replace('/var/lib/klab/lesson/', '')}`)
    return play(script)
  })
  const journal = async () =>
    (await readEvents(stage.paths.lessons)).map((e) => `${e.event}${'step' in e ? ` ${e.step}` : ''}`)
  /** Writes a lesson beside the Labfile. */
  const write = (name: string, files: Readonly<Record<string, string>>): string => {
    const dir = join(world.dir, 'lessons', name)
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, file)), { recursive: true })
      writeFileSync(join(dir, file), text)
    }
    return dir
  }
  const names = async (): Promise<readonly string[]> => (await stage.lab.snapshots.list()).map((s) => s.name)
  return { ...stage, ran, word, journal, writeLesson: write, names }
}

/** Three steps: each is done when its word is in RAM; each has a solution. */
export const THREE = {
  'index.json': JSON.stringify({
    title: 'Three words',
    details: {
      intro: { text: 'intro.md', background: 'setup.sh' },
      steps: [1, 2, 3].map((n) => ({
        title: `Word ${n}`,
        text: `${n}.md`,
        verify: `${n}.verify`,
        background: `${n}.bg`,
      })),
      finish: { text: 'finish.md' },
    },
  }),
  'klab.yaml': [
    'ground: lab',
    'steps:',
    ...[1, 2, 3].map((n) => `  - { solve: ${n}.solve, hints: [think, 'write w${n}'], hintcheck: ${n}.hint }`),
  ].join('\n'),
  'intro.md': '# Begin',
  'finish.md': 'Well done.',
  'setup.sh': 'write ready',
  ...Object.fromEntries(
    [1, 2, 3].flatMap((n) => [
      [`${n}.md`, `Do ${n}: \`write w${n}\`{{exec}}`],
      [`${n}.verify`, `is w${n}`],
      [`${n}.solve`, `say solving\nwrite w${n}`],
      [`${n}.hint`, `say look${n}`],
      [`${n}.bg`, n === 1 ? 'say one' : `write begin${n}`],
    ]),
  ),
}
