/** The JSON Schema that editors use (labfile.schema.json), made from the schema that klab itself uses. */
import * as z from 'zod'
import { documentSchema } from './schema.js'

/**
 * The schema as plain data, JSON Schema draft 7, of what people may write. `addons`: names of the add-ons that klab
 * brings.
 */
export function labfileJsonSchema(addons: readonly string[]): Record<string, unknown> {
  const schema = z.toJSONSchema(documentSchema, {
    io: 'input',
    target: 'draft-7',
    // `cidrv4` is no format of JSON Schema, and strict validators stop at it. The pattern says the same.
    override: ({ jsonSchema, path }) => {
      if (path.join('.').endsWith('addons.items')) jsonSchema.enum = [...addons]
      if (jsonSchema.format === 'cidrv4') delete jsonSchema.format
    },
  })
  return {
    ...schema,
    // A name, not an address: nothing is downloaded.
    $id: 'urn:klab:labfile:1',
    title: 'Labfile',
    description: 'A klab lab: the VMs, their network, and the Kubernetes cluster on them.',
  }
}
