/** In which form a picture is drawn. Loads nothing, so that `--help` stays fast. */

export const PICTURE_FORMATS = ['text', 'mermaid', 'svg', 'html'] as const
export type PictureFormat = (typeof PICTURE_FORMATS)[number]

/** Ends of file names. */
const BY_END: Readonly<Record<string, PictureFormat>> = {
  txt: 'text',
  mmd: 'mermaid',
  mermaid: 'mermaid',
  svg: 'svg',
  html: 'html',
  htm: 'html',
}

/** For a message: `.txt, .mmd, …`. */
export const PICTURE_ENDS = Object.keys(BY_END)
  .map((end) => `.${end}`)
  .join(', ')

/** The format that the end of a file's name means; undefined: none. */
export const formatOfFile = (file: string): PictureFormat | undefined =>
  BY_END[/\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '']
