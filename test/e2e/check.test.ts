/**
 * `klab check` on a lab that somebody has up: KLAB_E2E_LABFILE=PATH (and the KLAB_*_DIR it was brought up with).
 * quickstart.test.ts does the same on its four nodes.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadLabfile } from '../../src/labfile/load.js'
import { proveCheck, type Klab } from './undo.js'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const labfile = process.env['KLAB_E2E_LABFILE']

t.test(
  'undone by hand, told, put back',
  { skip: labfile === undefined ? 'KLAB_E2E_LABFILE names no lab' : false },
  async (t) => {
    const klab: Klab = (...args) =>
      new Promise((resolve) => {
        execFile(process.execPath, [main, '-f', labfile ?? '', ...args], { encoding: 'utf8' }, (error, stdout) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout }),
        )
      })
    const { lab } = await loadLabfile(labfile ?? '')
    const [first] = lab.nodes
    const last = lab.nodes.at(-1)
    t.ok(first && last)
    await proveCheck(t, klab, { node: last!.name, other: first!.name, image: 'k8s.gcr.io/pause:3.2' })
  },
)
