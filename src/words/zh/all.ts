/** klab in Chinese (Simplified), by the English texts. */
import { COMMANDS_ZH } from './commands.js'
import { COURSE_ZH } from './course.js'
import { DOCTOR_ZH } from './doctor.js'
import { ERRORS_ZH } from './errors.js'
import { EXAMPLES_ZH } from './examples.js'
import { FAULTS_BUNDLE_ZH } from './faults-bundle.js'
import { FAULTS_LAB_ZH } from './faults-lab.js'
import { LABFILE_ZH } from './labfile.js'
import { LESSONS_ZH } from './lessons.js'
import { NOTES_ZH } from './notes.js'
import { OPTIONS_ZH } from './options.js'
import { PAGE_ZH } from './page.js'
import { PICTURES_ZH } from './pictures.js'
import { STEPS_ZH } from './steps.js'
import { TABLES_ZH } from './tables.js'
import { USAGE_ZH } from './usage.js'
import { VERBS_ZH } from './verbs.js'

export const ZH = {
  ...COMMANDS_ZH,
  ...OPTIONS_ZH,
  ...EXAMPLES_ZH,
  ...TABLES_ZH,
  ...PICTURES_ZH,
  ...USAGE_ZH,
  ...VERBS_ZH,
  ...STEPS_ZH,
  ...NOTES_ZH,
  ...DOCTOR_ZH,
  ...COURSE_ZH,
  ...PAGE_ZH,
  ...ERRORS_ZH,
  ...FAULTS_BUNDLE_ZH,
  ...FAULTS_LAB_ZH,
  ...LABFILE_ZH,
  ...LESSONS_ZH,
}
