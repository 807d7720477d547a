/**
 * Generates Kubernetes' OpenAPI definitions for releases that do not have them in their module (up to 1.2x):
 * kube-apiserver does not compile without them.
 */
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const PACKAGE = 'k8s.io/kubernetes/pkg/generated/openapi'
const FILE = 'zz_generated.openapi'
/** Our own comment; kube-openapi's programs name it in texts. */
const MARK = /^\s*\/\/ ?\+k8s:openapi-gen=true\s*$/m

/** Raise this number if the definitions change. Then only what is generated with them is compiled again. */
export const OPENAPI_FORMAT = 2

/**
 * Import paths below `vendor`/k8s.io that ask for definitions, sorted: most in doc.go, a few (resource.Quantity,
 * intstr) beside one type.
 */
export async function markedPackages(vendor: string): Promise<readonly string[]> {
  const files = await readdir(join(vendor, 'k8s.io'), { recursive: true })
  const found = new Set<string>()
  for (const file of files.filter((name) => name.endsWith('.go'))) {
    if (MARK.test(await readFile(join(vendor, 'k8s.io', file), 'utf8'))) found.add(`k8s.io/${dirname(file)}`)
  }
  return [...found].sort()
}

/**
 * Writes the definitions into `dir`'s vendor tree, with openapi-gen of that tree (one minute). `go` and `run` run a
 * command in `dir`.
 */
export async function generateOpenapi(
  generator: string,
  dir: string,
  go: (args: readonly string[]) => Promise<unknown>,
  run: (argv: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const tool = join(dir, 'openapi-gen')
  await go(['build', '-mod=vendor', '-o', tool, generator])
  const out = join(dir, 'generated')
  await mkdir(out)
  const inputs = (await markedPackages(join(dir, 'vendor'))).join(',')
  const options = [
    '--go-header-file',
    '/dev/null',
    '--output-file-base',
    FILE,
    '--output-base',
    out,
    '--report-filename',
    '/dev/null',
  ]
  await run([tool, ...options, '--input-dirs', inputs, '--output-package', PACKAGE])
  const target = join(dir, 'vendor', PACKAGE)
  await mkdir(target, { recursive: true })
  await rename(join(out, PACKAGE, `${FILE}.go`), join(target, `${FILE}.go`))
}
