/** Kubernetes compiled from Debian's source package. Only this part of a bundle takes minutes. */
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError } from '../../errors.js'
import { digestOf } from '../../host/digest.js'
import { packageOf } from '../source/apt.js'
import type { Toolchain } from '../source/go.js'
import { runLogged, type BuildContext } from '../jobs.js'
import { NODE_BINARIES } from '../contents.js'
import { CONTROL_PLANE, type DebianRecipe } from './recipe.js'
import { FILE_TIME } from '../archive/tar.js'

const BINARIES = [...NODE_BINARIES, ...CONTROL_PLANE, 'kube-proxy']

/**
 * Raise this number if the compile itself changes. It is not part of RECIPE_VERSION: new image contents must not cost
 * five minutes.
 */
const FORMAT = 1

/** Digest of all that shapes the compile. */
export const kubernetesKey = (r: DebianRecipe, arch: string): string =>
  digestOf({
    format: FORMAT,
    kind: 'kubernetes',
    version: r.kubernetes,
    commit: r.commit,
    go: r.go,
    arch,
    binaries: BINARIES,
  })

/**
 * Compiles the source package `dsc` below `work` and puts seven static, stripped binaries into `out`. Throws
 * CommandError (the hint names the log), HostError, Interrupted.
 */
export async function compileKubernetes(
  c: BuildContext,
  r: DebianRecipe,
  {
    dsc,
    tools,
    work,
    out,
    log,
  }: {
    readonly dsc: string
    readonly tools: Toolchain
    readonly work: string
    readonly out: string
    readonly log: string
  },
): Promise<void> {
  const { version } = packageOf(dsc)
  // Debian calls it 1.20.5+really1.20.2: the last number is the right one.
  if (!new RegExp(`(?:^|really)${r.kubernetes.replaceAll('.', '\\.')}\\b`).test(version)) {
    throw new HostError(`the Debian mirror has Kubernetes ${version}, wanted ${r.kubernetes}`, {
      hint: 'choose a mirror that carries bookworm',
    })
  }
  const source = join(work, 'kubernetes')
  await runLogged(c, ['dpkg-source', '--extract', dsc, source], log)
  const [major = '', minor = ''] = r.kubernetes.split('.')
  const env = {
    ...tools.env,
    KUBE_GIT_VERSION: `v${r.kubernetes}`,
    KUBE_GIT_COMMIT: r.commit,
    KUBE_GIT_TREE_STATE: 'clean',
    KUBE_GIT_MAJOR: major,
    KUBE_GIT_MINOR: minor,
    SOURCE_DATE_EPOCH: String(FILE_TIME),
    // The control plane's binaries and kube-proxy are static anyway (hack/lib/golang.sh).
    KUBE_STATIC_OVERRIDES: NODE_BINARIES.join(' '),
  }
  const argv = ['make', `WHAT=${BINARIES.map((b) => `cmd/${b}`).join(' ')}`, 'GOLDFLAGS=-s -w -buildid=']
  // Make's own lines go to the log. A binary's name (`    cmd/kubelet`) shows a waiting user how far it is.
  const onLine = (line: string): void => {
    if (/^ +\.?\/?(?:vendor|cmd)\/\S+$/.test(line)) c.report(`kubernetes: ${line.trim()}`)
  }
  await runLogged(c, argv, log, { cwd: source, env, onLine })
  await mkdir(out, { recursive: true })
  for (const name of BINARIES) await copyFile(join(source, '_output', 'bin', name), join(out, name))
}
