/** The files of the sample lesson. It passes `klab lesson lint` and `test` as it is. */

/** File name → text. `title`: the lesson's title. */
export const templateFiles = (title: string): Readonly<Record<string, string>> => ({
  'index.json': `${JSON.stringify(
    {
      title,
      description: 'What it teaches, in one sentence.',
      details: {
        intro: { text: 'intro.md' },
        steps: [{ title: 'A note in a file', text: 'step1/text.md', verify: 'step1/verify.sh' }],
        finish: { text: 'finish.md' },
      },
    },
    undefined,
    2,
  )}\n`,
  'klab.yaml': [
    '# What klab knows beyond Killercoda; docs/lessons.md has all fields.',
    'minutes: 5',
    'steps:',
    '  - solve: step1/solve.sh',
    '    hints:',
    '      - echo writes words, and > sends them to a file',
    '',
  ].join('\n'),
  'intro.md': `# ${title}\n\nWhat this is about, and what you need to know before.\n`,
  'step1/text.md': ['Write `hello` into the file /root/note:', '', '```bash', 'echo hello >/root/note', '```', ''].join(
    '\n',
  ),
  'step1/verify.sh': [
    '#!/bin/bash',
    '# Exit status 0: the step is done. What it prints is shown.',
    'if ! grep -qx hello /root/note 2>/dev/null; then',
    "\techo 'there is no file /root/note with the word hello'",
    '\texit 1',
    'fi',
    '',
  ].join('\n'),
  'step1/solve.sh': '#!/bin/bash\n# Does what the step asks for: klab lesson test runs it.\necho hello >/root/note\n',
  'finish.md': 'What you know now.\n',
})
