/** Pictures of a lab, returned as text or written to a file. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StateError, UsageError } from '../errors.js'
import { nameFile, writeAtomic } from '../host/files.js'
import { drawGraph, drawTimeline } from '../picture/draw.js'
import { formatOfFile, PICTURE_ENDS, type PictureFormat } from '../picture/format.js'
import type { LabContext } from './context.js'
import { graphOf } from './graph.js'
import { timelineOf, type TimelineRequest } from './timeline.js'
import { english } from '../words/say.js'

export interface PictureRequest {
  /** Default: what the end of the file's name means; without a file `text`. */
  readonly format?: PictureFormat | undefined
  /** A path; undefined: no file is written. */
  readonly file?: string | undefined
  /** Replace an existing file. */
  readonly force?: boolean | undefined
  /** The width of a picture as text; default: 100. */
  readonly columns?: number | undefined
}

export interface Picture {
  readonly format: PictureFormat
  readonly text: string
  /** Absolute path of what was written. */
  readonly file: string | null
}

/** Columns. */
const TEXT_WIDTH = 100
/** The picture has no secrets, and is made to be shown. */
const MODE = 0o644

/** Throws UsageError (unknown end of the name), StateError (the file exists), what timelineOf throws. */
export const timelinePicture = (c: LabContext, o: PictureRequest & TimelineRequest = {}): Promise<Picture> =>
  picture(c, o, async (format, columns) => drawTimeline(await timelineOf(c, o), format, columns))

/** Throws UsageError (unknown end of the name), StateError (the file exists), what graphOf throws. */
export const graphPicture = (c: LabContext, o: PictureRequest = {}): Promise<Picture> =>
  picture(c, o, async (format, columns) => drawGraph(await graphOf(c), format, columns))

async function picture(
  c: LabContext,
  o: PictureRequest,
  draw: (format: PictureFormat, columns: number) => Promise<string>,
): Promise<Picture> {
  const format = formatFor(o)
  const text = await draw(format, o.columns ?? TEXT_WIDTH)
  if (o.file === undefined) return { format, text, file: null }
  const file = resolve(c.doors.env.cwd, o.file)
  await (o.force === true ? writeAtomic(file, text, MODE) : writeNew(file, text))
  return { format, text, file }
}

function formatFor({ format, file }: PictureRequest): PictureFormat {
  if (format !== undefined) return format
  if (file === undefined) return 'text'
  const known = formatOfFile(file)
  if (known !== undefined) return known
  const said = { file, ends: PICTURE_ENDS }
  throw new UsageError(english('{file}: the end of the name says no format; klab knows {ends}', said), {
    hint: english('-o {file}, or add --format', { file: `${file.replace(/\.[^./]*$/, '')}.svg` }),
  })
}

/** Nothing that is there is touched, not even by a link. Throws StateError. */
async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx', mode: MODE }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new StateError(english('{path}: already exists', { path: file }), {
        hint: english('choose another name, or overwrite it with --force'),
      })
    throw nameFile(error, file)
  })
}
