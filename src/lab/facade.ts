/** The façade: each verb loads what it needs when it is called. */
import { setMaxListeners } from 'node:events'
import { Interrupted, KlabError } from '../errors.js'
import type { LabHandle } from './api.js'
import type { LabContext } from './context.js'

/** The lab of a context. Nothing is read yet. */
export function labWith(c: LabContext): LabHandle {
  const { signal } = c.doors
  // Every command that runs listens to it, and many run at once.
  setMaxListeners(0, signal)
  const verb =
    <A extends unknown[], T>(load: () => Promise<(c: LabContext, ...args: A) => T | Promise<T>>) =>
    async (...args: A): Promise<T> => {
      try {
        if (signal.aborted) throw new Interrupted()
        return await (
          await load()
        )(c, ...args)
      } catch (error) {
        throw signal.aborted && !(error instanceof KlabError) ? new Interrupted() : error
      }
    }
  return {
    up: verb(async () => (await import('./up.js')).bringUp),
    halt: verb(async () => (await import('./halt.js')).haltLab),
    reload: verb(async () => (await import('./reload.js')).reloadLab),
    suspend: verb(async () => (await import('./suspend.js')).suspendLab),
    resume: verb(async () => (await import('./suspend.js')).resumeLab),
    destroy: verb(async () => (await import('./destroy.js')).destroyLab),
    destroyOrphans: verb(async () => (await import('./orphans.js')).destroyOrphans),
    status: verb(async () => (await import('./look.js')).labStatus),
    timeline: verb(async () => (await import('./timeline.js')).timelineOf),
    graph: verb(async () => (await import('./graph.js')).graphOf),
    top: verb(async () => (await import('./top.js')).usageOf),
    check: verb(async () => (await import('./check.js')).checkCourse),
    explain: verb(async () => (await import('./explain.js')).explainCourse),
    sections: verb(async () => (await import('./explain.js')).courseSections),
    plan: verb(async () => (await import('./plan.js')).planUpOf),
    provision: verb(async () => (await import('./provision.js')).provisionLab),
    exec: verb(async () => (await import('./reach.js')).execOn),
    execAll: verb(async () => (await import('./exec.js')).execOnAll),
    upload: verb(async () => (await import('./copy.js')).copyToNode),
    download: verb(async () => (await import('./copy.js')).copyFromNode),
    sync: verb(async () => (await import('./sync.js')).syncFolder),
    watchSync: verb(async () => (await import('./sync.js')).watchFolder),
    forward: verb(async () => (await import('./forward.js')).forwardPort),
    sshConfig: verb(async () => (await import('./export-config.js')).sshConfigText),
    inventory: verb(async () => (await import('./export-config.js')).inventoryOf),
    words: verb(async () => (await import('./completion-words.js')).wordsForCompletion),
    kubeconfig: verb(async () => (await import('./reach.js')).kubeconfig),
    mergeKubeconfig: verb(async () => (await import('./kubeconfig-merge.js')).mergeKubeconfig),
    unmergeKubeconfig: verb(async () => (await import('./kubeconfig-merge.js')).unmergeKubeconfig),
    validate: verb(async () => (await import('./look.js')).validate),
    doctor: verb(async () => (await import('./look.js')).doctor),
    logs: verb(async () => (await import('./look.js')).logs),
    followLogs: verb(async () => (await import('./follow.js')).followLogs),
    report: verb(async () => (await import('./report.js')).makeReport),
    terminal: {
      ssh: verb(async () => (await import('./reach.js')).sshCommand),
      kubectl: verb(async () => (await import('./reach.js')).kubectlCommand),
      console: verb(async () => (await import('./reach.js')).consoleCommand),
    },
    pictures: {
      timeline: verb(async () => (await import('./pictures.js')).timelinePicture),
      graph: verb(async () => (await import('./pictures.js')).graphPicture),
    },
    snapshots: {
      save: verb(async () => (await import('./snapshot-verbs.js')).saveSnapshot),
      list: verb(async () => (await import('./snapshot-verbs.js')).listAll),
      show: verb(async () => (await import('./snapshot-verbs.js')).showSnapshot),
      restore: verb(async () => (await import('./snapshot-verbs.js')).restoreSnapshot),
      delete: verb(async () => (await import('./snapshot-verbs.js')).deleteSnapshot),
      rename: verb(async () => (await import('./snapshot-verbs.js')).rename),
      push: verb(async () => (await import('./snapshot-verbs.js')).pushSnapshot),
      pop: verb(async () => (await import('./snapshot-verbs.js')).popSnapshot),
      undo: verb(async () => (await import('./snapshot-verbs.js')).undoRestore),
      flatten: verb(async () => (await import('./snapshot-verbs.js')).flattenDisks),
      export: verb(async () => (await import('./transfer.js')).exportTo),
      import: verb(async () => (await import('./transfer.js')).importFrom),
    },
    nodes: {
      add: verb(async () => (await import('./nodes.js')).addNode),
      remove: verb(async () => (await import('./nodes.js')).removeNode),
      drain: verb(async () => (await import('./nodes.js')).drainNode),
    },
    addons: {
      list: verb(async () => (await import('./addons.js')).listAddons),
      enable: verb(async () => (await import('./addons.js')).enableAddon),
      disable: verb(async () => (await import('./addons.js')).disableAddon),
    },
    labs: {
      list: verb(async () => (await import('./list.js')).listLabs),
      templates: verb(async () => (await import('./init.js')).templates),
      init: verb(async () => (await import('./init.js')).initLab),
      prune: verb(async () => (await import('./list.js')).pruneLabs),
    },
    cache: {
      list: verb(async () => (await import('./cache.js')).listCache),
      prune: verb(async () => (await import('./cache.js')).pruneCache),
    },
    bundles: {
      build: verb(async () => (await import('./bundles.js')).buildLabBundle),
      list: verb(async () => (await import('./bundles.js')).cachedBundles),
      verify: verb(async () => (await import('./bundles.js')).verifyBundles),
      export: verb(async () => (await import('./bundles.js')).exportLabBundle),
      import: verb(async () => (await import('./bundles.js')).importToCache),
      addImages: verb(async () => (await import('./add-images.js')).addImages),
    },
    lessons: {
      list: verb(async () => (await import('./lessons/find.js')).listLessons),
      start: verb(async () => (await import('./lessons/verbs.js')).startVerb),
      status: verb(async () => (await import('./lessons/verbs.js')).statusVerb),
      text: verb(async () => (await import('./lessons/verbs.js')).textVerb),
      draw: verb(async () => (await import('./lessons/look.js')).drawPage),
      command: verb(async () => (await import('./lessons/look.js')).lessonCommand),
      check: verb(async () => (await import('./lessons/verbs.js')).checkVerb),
      hint: verb(async () => (await import('./lessons/verbs.js')).hintVerb),
      solve: verb(async () => (await import('./lessons/verbs.js')).solveVerb),
      next: verb(async () => (await import('./lessons/verbs.js')).nextVerb),
      back: verb(async () => (await import('./lessons/verbs.js')).backVerb),
      reset: verb(async () => (await import('./lessons/verbs.js')).resetVerb),
      catchUp: verb(async () => (await import('./lessons/verbs.js')).catchUpVerb),
      finish: verb(async () => (await import('./lessons/verbs.js')).finishVerb),
      open: verb(async () => (await import('./lessons/serve.js')).openLessonPage),
      test: verb(async () => (await import('./lessons/try.js')).testLesson),
      testTogether: verb(async () => (await import('./lessons/try.js')).testTogether),
      create: verb(async () => (await import('./lessons/author.js')).newLesson),
      report: verb(async () => (await import('./lessons/author.js')).lessonReport),
      lint: verb(async () => (await import('./lessons/lint.js')).lintLesson),
      exam: {
        result: verb(async () => (await import('./lessons/exam-look.js')).lastExamResult),
        report: verb(async () => (await import('./lessons/exam-report.js')).writeExamReport),
        verify: verb(async () => (await import('./lessons/exam-report.js')).verifyExamReport),
        keys: verb(async () => (await import('./lessons/exam-report.js')).makeKeys),
      },
      breaks: {
        list: verb(async () => (await import('./lessons/find.js')).listBreaks),
        start: verb(async () => (await import('./lessons/break.js')).startBreak),
        undo: verb(async () => (await import('./lessons/verbs.js')).undoBreakVerb),
      },
    },
  }
}
