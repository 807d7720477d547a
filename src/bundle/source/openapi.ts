/** Kubernetes' OpenAPI definitions, generated where a release keeps them out of its module (up to 1.2x): kube-apiserver does not compile without. */
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const PACKAGE = 'k8s.io/kubernetes/pkg/generated/openapi'
const FILE = 'zz_generated.openapi'
const MARK = '+k8s:openapi-gen=true'

/** Import paths below `vendor`/k8s.io that ask for definitions in their doc.go, sorted. */
async function markedPackages(vendor: string): Promise<readonly string[]> {
  const files = await readdir(join(vendor, 'k8s.io'), { recursive: true })
  const found: string[] = []
  for (const file of files.filter((name) => name.endsWith('/doc.go'))) {
    if ((await readFile(join(vendor, 'k8s.io', file), 'utf8')).includes(MARK)) found.push(`k8s.io/${dirname(file)}`)
  }
  return found.sort()
}

/** Writes the definitions into `dir`'s vendor tree, with openapi-gen of that tree (one minute). `go` and `run` run a command in `dir`. */
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
  const options = ['--go-header-file', '/dev/null', '--output-file-base', FILE, '--output-base', out, '--report-filename', '/dev/null']
  await run([tool, ...options, '--input-dirs', inputs, '--output-package', PACKAGE])
  const target = join(dir, 'vendor', PACKAGE)
  await mkdir(target, { recursive: true })
  await rename(join(out, PACKAGE, `${FILE}.go`), join(target, `${FILE}.go`))
}
