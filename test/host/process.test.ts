import t from 'tap'
import type * as Process from '../../src/host/process.js'

const load = async (userInfo: () => unknown): Promise<typeof Process> =>
  t.mockImport<typeof Process>('../../src/host/process.js', { 'node:os': { userInfo } })
const nobody = (): never => {
  throw Object.assign(new Error('uv_os_get_passwd returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' })
}

t.test('a uid that no user has', async (t) => {
  const { thisProcess } = await load(nobody)
  const { HOME, USER, LOGNAME } = process.env
  t.teardown(() => void Object.assign(process.env, { HOME, USER, LOGNAME }))
  Object.assign(process.env, { HOME: '/home/x', USER: 'x' })
  t.match(thisProcess(), { uid: process.getuid?.(), user: 'x', home: '/home/x' })
  for (const name of ['HOME', 'USER', 'LOGNAME']) Reflect.deleteProperty(process.env, name)
  t.match(thisProcess(), { user: String(process.getuid?.()), home: '' })
})

t.test('HOME that is empty or relative is none', async (t) => {
  const { thisProcess } = await load(() => ({ uid: 1, username: 'u', homedir: '/home/u' }))
  const { HOME } = process.env
  t.teardown(() => void Object.assign(process.env, { HOME }))
  for (const home of ['', 'rel', './x']) {
    process.env['HOME'] = home
    t.equal(thisProcess().home, '/home/u', home)
  }
})
