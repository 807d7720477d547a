import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { generateOpenapi, markedPackages } from '../../../src/bundle/source/openapi.js'

const mark = '// +k8s:openapi-gen=true\n'

const tree = {
  vendor: {
    'k8s.io': {
      api: {
        v1: { 'doc.go': `${mark}package v1\n`, 'types.go': 'package v1\n' },
        plain: { 'doc.go': 'package plain\n' },
      },
      // Quantity: beside the type, not in doc.go. Without it kube-apiserver ends with "cannot find model definition"
      // (seen with 1.23.17).
      apimachinery: {
        resource: { 'quantity.go': `package resource\n\n// Quantity is\n//\n\t${mark}type Quantity struct{}\n` },
      },
      'kube-openapi': { cmd: { 'main.go': 'package main\n\n// Generates for types with +k8s:openapi-gen=true.\n' } },
    },
  },
}

t.test('packages that ask for definitions: in doc.go or beside a type', async (t) => {
  t.same(await markedPackages(join(t.testdir(tree), 'vendor')), ['k8s.io/api/v1', 'k8s.io/apimachinery/resource'])
})

t.test('the definitions are generated into the vendor tree, by the generator of that tree', async (t) => {
  const dir = t.testdir(tree)
  const calls: string[] = []
  const go = (args: readonly string[]) => Promise.resolve(calls.push(args.join(' ')))
  const run = (argv: readonly string[]) => {
    calls.push(argv.join(' '))
    const at = join(argv[argv.indexOf('--output-base') + 1]!, argv[argv.indexOf('--output-package') + 1]!)
    mkdirSync(at, { recursive: true })
    writeFileSync(join(at, 'zz_generated.openapi.go'), 'package openapi\n')
    return Promise.resolve()
  }
  await generateOpenapi('k8s.io/kube-openapi/cmd/openapi-gen', dir, go, run)
  t.match(calls, [
    /^build -mod=vendor -o \S+openapi-gen k8s\.io\/kube-openapi\/cmd\/openapi-gen$/,
    /--input-dirs k8s\.io\/api\/v1,k8s\.io\/apimachinery\/resource /,
  ])
  const made = join(dir, 'vendor/k8s.io/kubernetes/pkg/generated/openapi/zz_generated.openapi.go')
  t.ok(existsSync(made))
  t.equal(readFileSync(made, 'utf8'), 'package openapi\n')
})
