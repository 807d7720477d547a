export function placeOf(path: string): string | undefined
export const LINKS: Readonly<Record<string, string>>
export const WRAPPER: string
export const COMPLETIONS: Readonly<Record<'bash' | 'zsh' | 'fish', string>>
export const OVERRIDES: string
export const NODE_LICENCE: string
export function control(o: {
  readonly version: string
  readonly architecture: string
  readonly maintainer: string
  readonly kib: number
  readonly lists: Readonly<Record<'run' | 'make' | 'nat', readonly string[]>>
  readonly libraries: readonly string[]
  readonly about: string
}): string
export function changelog(o: { readonly version: string; readonly maintainer: string; readonly date: string }): string
export function copyright(o: { readonly license: string; readonly nodeVersion: string }): string
