/** What kubeadm's preflight checks report: which ones failed, and what helps. Pure. */
import { stripVTControlCharacters } from 'node:util'

/** A failed check: kubeadm's name for it (`NumCPU`) and its message. */
export interface PreflightError {
  readonly name: string
  readonly message: string
}

const LINE = /^\s*\[ERROR ([\w.-]+)\]: ?(.*)$/

/** The `[ERROR …]` lines of kubeadm's output (kubeadm, app/preflight/checks.go: Error.Error). */
export const preflightErrors = (output: string): readonly PreflightError[] =>
  stripVTControlCharacters(output)
    .split('\n')
    .flatMap((line) => {
      const [, name, message] = LINE.exec(line.trimEnd()) ?? []
      return name === undefined ? [] : [{ name, message: message ?? '' }]
    })

/** Name of a check (beginning) → what to change. The names are kubeadm's own. */
const HINTS: readonly (readonly [name: string, hint: string])[] = [
  ['NumCPU', 'give the node 2 cpus in the Labfile (nodes: cpus: 2), then klab destroy, klab up'],
  ['Mem', 'give the node 2GiB of memory in the Labfile (nodes: memory: 2GiB), then klab destroy, klab up'],
  ['SystemVerification', 'choose another kubernetes.version or image: docs/versions.md says which go together'],
  ['CRI', 'klab provision --only runtime, then klab up'],
  ['Swap', 'klab provision --only system, then klab up'],
  ['FileContent--proc-sys-net', 'klab provision --only system, then klab up'],
  ['KubeletVersion', 'klab provision --only packages, then klab up'],
  ['ImagePull', 'klab bundle verify; the bundle must have this image. Then klab provision --only images, klab up'],
  ['Port-', 'a control plane of another kubeadm runs there: kubeadm reset on the node, or klab snapshot restore NAME'],
  ['FileAvailable-', 'kubeadm ran there before: kubeadm reset on the node, or klab snapshot restore NAME'],
  ['DirAvailable-', 'kubeadm ran there before: kubeadm reset on the node, or klab snapshot restore NAME'],
]

/** What helps against the first one that klab knows; otherwise how to continue anyway. */
export function preflightHint(errors: readonly PreflightError[]): string {
  for (const { name } of errors) {
    const known = HINTS.find(([begin]) => name.startsWith(begin))
    if (known) return known[1]
  }
  const names = errors.map((e) => e.name).join(', ')
  return `correct it on the node, then klab up; or let it pass: kubernetes.ignorePreflightErrors: [${names}]`
}
