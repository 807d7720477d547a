import { existsSync } from 'node:fs'
import t from 'tap'
import { HostError } from '../../src/errors.js'
import { createL2Switch } from '../../src/hypervisor/l2-switch.js'

t.test('a run folder whose sockets would not fit is refused before anything is made in it', async (t) => {
  const exec = { run: () => t.fail('a command ran') as never } as never
  // It need not be there: its length is what counts.
  const longest = `/${'x'.repeat(92 - '//l2'.length)}`
  await t.rejects(createL2Switch({ exec }).ensure(`${longest}x`), {
    constructor: HostError,
    message: /too long for a unix socket \(93 bytes; 92 fit\)/,
    hint: /KLAB_RUN_DIR=/,
  })
  t.notOk(existsSync(`${longest}x`))
})
