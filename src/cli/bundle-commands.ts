/** The actions of `klab bundle`: words, options, examples. */
import * as options from './bundle-options.js'
import { command, type Command } from './command.js'

export const BUNDLE_ACTIONS: readonly Command[] = [
  command({
    usage: 'build',
    describe: 'Make the Labfile’s bundle, unless the cache has it',
    options: options.BUILD_OPTIONS,
    examples: [['klab bundle build', 'before the lesson, while there is internet']],
    load: async () => (await import('./bundle.js')).runBuild,
  }),
  command({
    usage: 'list',
    describe: 'The bundles in the cache',
    options: options.BUNDLE_LIST_OPTIONS,
    examples: [['klab bundle list --json', 'for scripts']],
    load: async () => (await import('./bundle.js')).runBundleList,
  }),
  command({
    usage: 'verify [path]',
    describe: 'Check each file’s sha256, and that no image is missing',
    options: options.VERIFY_OPTIONS,
    examples: [
      ['klab bundle verify', 'all bundles in the cache'],
      ['klab bundle verify course.tar', 'a file that somebody gave you'],
    ],
    load: async () => (await import('./bundle.js')).runVerify,
  }),
  command({
    usage: 'export <path>',
    describe: 'Write the Labfile’s bundle as one file',
    options: options.BUNDLE_EXPORT_OPTIONS,
    examples: [['klab bundle export course.tar', 'for machines without internet']],
    load: async () => (await import('./bundle.js')).runBundleExport,
  }),
  command({
    usage: 'import <path>',
    describe: 'Import a file that `export` wrote into the cache',
    options: options.BUNDLE_IMPORT_OPTIONS,
    examples: [['klab bundle import course.tar', 'labs with the same Labfile then use it']],
    load: async () => (await import('./bundle.js')).runBundleImport,
  }),
  command({
    usage: 'add-images [archive..]',
    describe: 'Load image archives into all nodes of the lab, also into later ones',
    options: options.ADD_IMAGES_OPTIONS,
    examples: [
      ['klab bundle add-images nginx.tar', 'a file from `docker save -o nginx.tar nginx:1.25`'],
      ['klab bundle add-images --own', 'klab’s own images, made from Debian’s packages'],
    ],
    load: async () => (await import('./bundle.js')).runAddImages,
  }),
]
