// Loads TypeScript in tests. esbuild does it in a tenth of the time that tap's own loader takes (2.4 s for a file with
// one assertion, on a slow machine), and what it made is kept in .tap/esbuild/. Types are checked by `npm run lint`.
//   node --import=./.ci/typescript.mjs FILE.ts
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
