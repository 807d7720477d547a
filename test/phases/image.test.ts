import t from 'tap'
import { imageSteps } from '../../src/phases/image.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const context = { line: () => undefined } as never

t.test('an image larger than a node’s disk is refused before anything is made of it', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()))
  const of = (bytes: number) => {
    const base = () => run.artifacts.base(() => undefined).then((b) => ({ ...b, virtualBytes: bytes }))
    return imageSteps({ ...run, artifacts: { ...run.artifacts, base } })[0]
  }
  const [node] = run.lab.nodes
  const gib = (node?.diskGiB ?? 0) * 2 ** 30
  await t.rejects(Promise.resolve(of(gib + 512)?.run(context)), {
    code: 'state',
    message: new RegExp(`the image is a disk of ${(node?.diskGiB ?? 0) + 1} GiB, larger than that of k8s-master01`),
    hint: /set disk: /,
  })
  t.equal(await of(gib)?.run(context), 'cached')
})
