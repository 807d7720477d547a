interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >
}
export function bundledPackages(metafiles: readonly Metafile[]): readonly string[]
export function noticeOf(
  folder: string,
): Promise<{ readonly name: string; readonly version: string; readonly text: string }>
export function notices(metafiles: readonly Metafile[]): Promise<string>
