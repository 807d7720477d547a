// The licences of all that esbuild put into dist/, as one text for those who get klab without node_modules/.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i
/** What klab's own licence (MIT) lets klab pass on. Another one ends the build: then somebody must read it. */
const FINE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'Unlicense']

/** Folders of the packages of which at least one byte is in the output of these builds (esbuild's metafiles). */
export function bundledPackages(metafiles) {
  const inputs = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const folders = inputs.map(([path]) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort()
}

/** One package's part of the text. Throws when its licence is one that nobody has looked at, or its text is missing. */
export async function noticeOf(folder) {
  const { name, version, author, ...said } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  // `licenses` is how npm had it before 2014.
  const license = said.license ?? said.licenses?.map(({ type }) => type).join(' AND ')
  if (!FINE.includes(license)) throw new Error(`${folder}: licence ${license}: may klab contain it? (.ci/notices.mjs)`)
  const files = (await readdir(folder)).filter((file) => LICENCE.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  if (files.length === 0 && license === 'MIT') texts.push(await mit(author?.name ?? author ?? `the authors of ${name}`))
  if (texts.length === 0) throw new Error(`${folder}: no licence text; klab may not contain it without one`)
  return { name, version, text: `${name} ${version} (${license})\n\n${texts.map((t) => t.trim()).join('\n\n')}\n` }
}

/** For a package that only names the MIT licence: its words, which klab's own file has, for this author. */
async function mit(author) {
  const own = await readFile(new URL('../LICENSE', import.meta.url), 'utf8')
  return `Copyright (c) ${author}\n\n${own.slice(own.indexOf('Permission is hereby granted'))}`
}

/** The whole text. Throws as noticeOf does. */
export async function notices(metafiles) {
  const all = await Promise.all(bundledPackages(metafiles).map(noticeOf))
  const once = new Map(all.map((n) => [`${n.name} ${n.version}`, n.text]))
  const head = `klab contains these ${once.size} packages, or parts of them. Each stands here with its licence.\n`
  return [head, ...[...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)].join(
    `\n${'-'.repeat(78)}\n\n`,
  )
}
