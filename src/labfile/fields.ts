/** The kinds of fields in a Labfile. Each says what is allowed ("must be …") and leaves the rest to explain.ts. */
import { isAbsolute, normalize } from 'node:path/posix'
import * as z from 'zod'
import { formatCidr, overlaps, parseCidr } from './cidr.js'
import { parseSize, SIZE } from './size.js'
import { english } from '../words/say.js'

/**
 * A map that takes no other fields. Its message for unknown ones is the list of those it knows; explain.ts picks the
 * nearest.
 */
export const section = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? Object.keys(shape).join(', ')
        : english('must be a map of {shape}', { shape: Object.keys(shape).join(', ') }),
  })
/** Text of a given form; `must` is the message for everything else. */
export const text = (form: RegExp, must: string) => z.string(must).regex(form, must)
/** One of these words. */
export const choice = <const V extends readonly string[]>(...values: V) =>
  z.enum(
    values,
    english('must be {others} or {last}', { others: values.slice(0, -1).join(', '), last: values.at(-1) ?? '' }),
  )
/** Runs `problem` on a value; its result is the message. */
export const unless =
  <T>(problem: (value: T) => string | undefined) =>
  (context: z.core.ParsePayload<T>) => {
    const message = problem(context.value)
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value })
  }

/** Names become paths, host names and argv, so lab and node names have one strict rule (reliability.md 5.1, rule 2). */
export const IDENTIFIER = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/

const SIZE_RULE = english('must be a size with a unit, such as 3GiB or 3072MiB (G and M mean GiB and MiB)')
/** A size with a unit, turned into a whole number of `unit`. */
export const size = (unit: 'MiB' | 'GiB', max: string) =>
  z
    .string({ error: SIZE_RULE })
    .regex(SIZE, SIZE_RULE)
    .check(
      unless((value) => {
        const mib = parseSize(value)
        if (mib === undefined) return undefined
        if (mib > (parseSize(max) ?? 0)) return english('must be at most {max}', { max })
        return Number.isInteger(unit === 'MiB' ? mib : mib / 1024)
          ? undefined
          : english('must be a whole number of {unit}', { unit })
      }),
    )
    .transform((value) => (parseSize(value) ?? 0) / (unit === 'MiB' ? 1 : 1024))

const UNUSABLE = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].flatMap((c) => parseCidr(c) ?? [])
/** An IPv4 range without host bits, its prefix within limits (`why` says where they come from). */
export const cidr = (example: string, minPrefix: number, maxPrefix: number, why: string) =>
  z.cidrv4(english('must be an IPv4 range such as {example}', { example })).check(
    unless((value) => {
      const range = parseCidr(value)
      if (!range) return undefined
      if (range.prefix < minPrefix || range.prefix > maxPrefix)
        return english('must be a range from /{minPrefix} to /{maxPrefix} ({why})', { minPrefix, maxPrefix, why })
      if (formatCidr(range) !== value) return english('has host bits set: write {range}', { range: formatCidr(range) })
      return UNUSABLE.some((u) => overlaps(u, range))
        ? english('must not be a loopback, link-local or multicast range')
        : undefined
    }),
  )

const PATH_RULE = english('must be a path, absolute or inside the folder of the Labfile')
/** A path on the host that stays in the Labfile's folder, or is absolute. */
export const path = z
  .string(PATH_RULE)
  .min(1, PATH_RULE)
  .max(4096, PATH_RULE)
  .check(
    unless((value) => {
      if (/[\0-\x1f\x7f]/.test(value)) return english('must not have line breaks or control characters')
      if (value.startsWith('~')) return english('must not begin with ~: write the whole path')
      return isAbsolute(value) || !/^\.\.(\/|$)/.test(normalize(value))
        ? undefined
        : english('leads out of the folder of the Labfile: write an absolute path')
    }),
  )
