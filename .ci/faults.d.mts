export interface Row {
  readonly number: number
  readonly fault: string
  readonly tests: readonly { readonly file: string; readonly title: string | undefined }[]
  readonly none: boolean
}
export function rowsOf(text: string, table?: '' | 'm' | 'h'): readonly Row[]
export function problemsOf(rows: readonly Row[], table?: '' | 'm' | 'h'): readonly string[]
