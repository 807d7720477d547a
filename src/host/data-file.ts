/** YAML files that klab brings itself: recipes, add-ons. */
import { parse } from 'yaml'
import type * as z from 'zod'
import { CorruptError } from '../errors.js'
import { english } from '../words/say.js'

/** The text's data, checked by a schema; `where`: for the message. Throws CorruptError with the file and the field. */
export function parseDataFile<T extends z.ZodType>(yaml: string, form: T, where: string): z.infer<T> {
  let data: unknown
  try {
    data = parse(yaml)
  } catch (cause) {
    throw new CorruptError(english('{place}: is not YAML', { place: where }), {
      cause,
      hint: english('install klab again'),
    })
  }
  return checkData(data, form, where)
}

/** Data of such a file, checked by a schema. Throws CorruptError with where it is and the field. */
export function checkData<T extends z.ZodType>(data: unknown, form: T, where: string): z.infer<T> {
  const result = form.safeParse(data)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new CorruptError(
    english('{place}: {field}: {message}', {
      place: where,
      field: issue?.path.join('.') ?? '',
      message: issue?.message ?? 'is wrong',
    }),
    {
      hint: english('install klab again'),
    },
  )
}
