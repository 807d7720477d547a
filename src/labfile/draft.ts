/**
 * The readable part of a Labfile with mistakes, so that the checks between fields run on the rest and all problems show
 * at once.
 */
import * as z from 'zod'
import { documentSchema, type LabDocument } from './schema.js'
import { isObject } from '../host/json.js'

export type Draft<T = LabDocument> = T extends readonly (infer E)[]
  ? readonly (Draft<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Draft<T[K]> | undefined }
    : T

/** The value if it is right, its right parts if it is not, undefined if nothing is right. */
function salvage(schema: z.core.$ZodType, value: unknown): unknown {
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    return salvage(schema.unwrap(), value)
  if (schema instanceof z.ZodUnion) {
    const map = schema.options.find((option) => option instanceof z.ZodObject)
    return map && isObject(value) ? salvage(map, value) : undefined
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => salvage(schema.element, item))
  if (schema instanceof z.ZodObject && isObject(value)) {
    const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : undefined)
    return Object.fromEntries(
      Object.entries(schema.shape as z.core.$ZodShape).map(([key, field]) => [key, salvage(field, own(key))]),
    )
  }
  return undefined
}

/** The readable parts of the data of a faulty Labfile, with defaults. */
export const draftOf = (data: unknown): Draft => salvage(documentSchema, data) as Draft
