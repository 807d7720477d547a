export function titlesOf(name: string): readonly RegExp[] | undefined
export function missing(name: string, title?: string): string | undefined
