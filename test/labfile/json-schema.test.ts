import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as prettier from 'prettier'
import t from 'tap'
import { addonNames } from '../../src/addons/addon.js'
import { labfileJsonSchema } from '../../src/labfile/json-schema.js'

const addons = await addonNames(fileURLToPath(new URL('../..', import.meta.url)))
const file = fileURLToPath(new URL('../../labfile.schema.json', import.meta.url))

t.test('labfile.schema.json is what the schema says', async (t) => {
  const made = labfileJsonSchema(addons)
  // UPDATE_SCHEMA=1 writes the file anew.
  if (process.env['UPDATE_SCHEMA'])
    await writeFile(file, await prettier.format(JSON.stringify(made), { parser: 'json', printWidth: 120 }))
  t.strictSame(
    JSON.parse(await readFile(file, 'utf8')),
    made,
    'up to date; else run: UPDATE_SCHEMA=1 npx tap run test/labfile/json-schema.test.ts',
  )
})

t.test('every field is described, and no map takes unknown fields', (t) => {
  let fields = 0
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    const { properties, additionalProperties } = node as {
      properties?: Record<string, { description?: string }>
      additionalProperties?: unknown
    }
    if (properties) {
      t.equal(additionalProperties, false, `${path} is strict`)
      for (const [name, field] of Object.entries(properties)) {
        fields += 1
        t.type(field.description, 'string', `${path}.${name} has a description`)
      }
    }
    for (const [key, value] of Object.entries(node)) walk(value, `${path}/${key}`)
  }
  walk(labfileJsonSchema(addons), '')
  t.ok(fields > 30, `${fields} fields`)
  t.end()
})
