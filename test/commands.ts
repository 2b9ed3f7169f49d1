import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { startSimulator } from '../src/index.js'
import { cliFile, runInside, runPlain } from './fixtures/cli.js'
import { skipSlow, skipWithout } from './fixtures/programs.js'
import { freePort } from './fixtures/redis.js'

/** Commands of the manual that are not run here, and why. */
const elsewhere = [
  {
    reason: 'it installs and compiles; .ci/run does so, then starts and tests what was compiled',
    commands: ['npm ci', 'npm run build', 'npm ci && npm run build', 'npm ci && npm start', 'npm ci && npm test'],
  },
  { reason: 'it takes a container engine; .ci/run builds the image and calls it', commands: [/^docker /] },
  {
    reason: 'test/package.ts packs and installs the package, and runs its command',
    commands: ['npm ci && npm pack', /^npm install --save-dev .*\.tgz$/, 'npx --no-install mpp-sim'],
  },
  {
    reason: 'it waits as long as a payment system does; test/cli/accept.ts runs it at a tenth of the times',
    commands: [/^mpp-sim accept /],
  },
  { reason: 'test/package.ts bundles the library in this way', commands: [/^npx esbuild /] },
  {
    reason: 'it takes a Redis at a fixed address; test/integration/redis.ts and workers.ts start one on a free port',
    commands: [/^mpp-sim --store redis:/, /^redis-server /],
  },
  {
    reason: 'it ends only when it is stopped; test/cli/watch.ts and test/http/control.ts do so',
    commands: [/^mpp-sim watch\b/, /^curl -N /],
  },
  {
    reason: 'it serves until it is stopped; test/integration/acquirers-signed.ts serves with these options',
    commands: ['mpp-sim serve --profile acqp --clients keys/clients.yaml --private-key keys/simulator-private.pem'],
  },
  {
    reason: 'test/cli/control.ts runs them; the first takes Node.js 22.18 unless it is compiled',
    commands: ['node --test examples/cancel-payment.test.ts', 'sh examples/cancel-payment.sh'],
  },
]

/** Commands that do not end with 0. */
const exitCodes = new Map([
  // Its answer is lost, which is what it shows.
  ['mpp-sim cancel --payment-request-id LOST-1', [8, 0]],
  // Unknown: the caller is to ask again.
  ['node dist/cli.js cancel --profile acqp --payment-request-id RETRY-1 --payment-id 2026013100000001', [6]],
  // The caller that the report is about is the reader's, and has not called.
  ['node dist/cli.js report --require SUCCESS,UNKNOWN_EXCEPTION', [4]],
  [
    'mpp-sim report --namespace pr-42 --require SUCCESS,UNKNOWN_EXCEPTION --fail-on all --format junit > report.xml',
    [4],
  ],
])

const pages = ['README.md', ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : []))]

/** The blocks of shell commands of a page. */
function blocksOf(page: string): string[][] {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)
  return Array.from(blocks, ([, text = '']) => commandsIn(text)).filter((commands) => commands.length > 0)
}

/** One command for each line, without comments. A line that ends with a backslash goes on in the next. */
function commandsIn(text: string): string[] {
  const lines = text.replaceAll(/\\\n */g, '').split('\n')
  return lines.map((line) => line.replace(/(^|\s+)#.*$/, '')).filter((line) => line !== '')
}

const isElsewhere = (command: string) =>
  elsewhere.some(({ commands }) =>
    commands.some((one) => (typeof one === 'string' ? one === command : one.test(command))),
  )

const startsServer = (commands: readonly string[]) => commands.some((command) => command.endsWith(' &'))

/** What a command has to end with, the first time that it stands on a page, the second... */
function expectedCodes(commands: readonly string[]): number[] {
  return commands.map((command, index) => {
    const earlier = commands.slice(0, index).filter((other) => other === command).length
    return exitCodes.get(command)?.[earlier] ?? 0
  })
}

/** A folder with what the manual speaks of: a clone, the reader's own caller, rules and tests. */
function makeFolder(t: Test): string {
  const folder = t.testdir({
    bin: {},
    'package.json': '{ "scripts": { "test": "sh caller.sh" } }',
    'caller.sh': `for attempt in 1 2 3 4; do
        curl -s "$MPP_URL" -H 'Content-Type: application/json' -d '{"acquirerId":"1","pspId":"2","paymentRequestId":"RETRY-1"}'
        sleep 0.2
      done`,
    'unknown.yaml': /```yaml\n(rules:.*?)```/s.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '',
  })
  for (const name of ['examples', 'scenarios']) cpSync(name, join(folder, name), { recursive: true })
  for (const name of ['dist', 'node_modules']) symlinkSync(resolve(name), join(folder, name))
  const command = `#!/bin/sh\nexec ${process.execPath} ${cliFile} "$@"\n`
  writeFileSync(join(folder, 'bin/mpp-sim'), command, { mode: 0o755 })
  return folder
}

/** Runs commands in one shell, and tells what each ended with. What they have started is ended with them. */
async function codesInShell(commands: readonly string[], folder: string, port: number): Promise<number[]> {
  const lines = commands.map((line) => line.replaceAll(/(127\.0\.0\.1|localhost):8080/g, `$1:${port}`))
  const script = [
    `trap 'kill $(jobs -p) 2>/dev/null' EXIT`,
    ...lines.flatMap((line) => (line.startsWith('trap ') ? [] : [line, 'echo $? >> codes'])),
  ].join('\n')
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, MPP_SIM_PORT: String(port) }
  writeFileSync(join(folder, 'codes'), '')
  await runPlain(['timeout', '300', 'bash', '-c', script], { cwd: folder, env })
  return readFileSync(join(folder, 'codes'), 'utf8').trim().split('\n').map(Number)
}

/** Runs commands that are all of mpp-sim inside of this process. */
async function codesInside(commands: readonly string[], folder: string, port: number) {
  const codes: (number | null)[] = []
  const home = process.cwd()
  process.chdir(folder)
  try {
    for (const command of commands)
      codes.push((await runInside(command.split(' ').slice(1), { MPP_SIM_PORT: String(port) })).code)
  } finally {
    process.chdir(home)
  }
  return codes
}

const isPlain = (command: string) => /^mpp-sim [\w ./-]+$/.test(command)

/** What the commands of a page need beside Node.js. */
function needsOf(commands: readonly string[]) {
  return (['curl', 'openssl'] as const).filter((name) => commands.some((line) => line.startsWith(name)))
}

// Commands of a block that starts no server speak to one inside of this process.
t.test('each command of the manual is run, and ends as it should', async (t) => {
  const mpp = await startSimulator({ scenarios: ['scenarios'] })
  t.teardown(() => mpp.close())
  for (const page of pages) {
    const blocks = blocksOf(page).map((commands) => commands.filter((command) => !isElsewhere(command)))
    const isSlow = page !== 'README.md' && blocks.some(startsServer)
    const skip = (isSlow && skipSlow) || skipWithout(...needsOf(blocks.flat()))
    if (blocks.flat().length > 0) await t.test(page, { skip }, (t) => runPage(t, blocks, Number(new URL(mpp.url).port)))
  }
})

async function runPage(t: Test, blocks: readonly string[][], sharedPort: number): Promise<void> {
  const folder = makeFolder(t)
  for (const commands of blocks.filter(({ length }) => length > 0)) {
    const run = commands.every(isPlain) ? codesInside : codesInShell
    const port = startsServer(commands) ? await freePort() : sharedPort
    const checked = commands.filter((command) => !command.startsWith('trap '))
    t.strictSame(await run(commands, folder, port), expectedCodes(checked), commands.join('\n'))
  }
}

t.test('what is not run here still stands in the manual', async (t) => {
  const all = pages.flatMap(blocksOf).flat()
  for (const { commands } of elsewhere)
    for (const one of commands)
      t.ok(
        all.some((command) => (typeof one === 'string' ? one === command : one.test(command))),
        String(one),
      )
  for (const command of exitCodes.keys()) t.ok(all.includes(command), command)
})

t.test('the check that the scenario guide shows prints what is shown', async (t) => {
  const [, shown = ''] = /^```console\n(.*?)^```/ms.exec(readFileSync('docs/scenarios.md', 'utf8')) ?? []
  const [, ...expected] = shown.split('\n')
  const folder = t.testdir({ 'mine.yaml': 'rules:\n  - name: misspelt\n    reply: SUCESS\n' })
  const { code, stdout, stderr } = await runInside(['check', folder])
  t.equal(code, 3)
  t.equal((stdout + stderr).replace(`${folder}/`, 'my-scenarios/'), expected.join('\n'))
})
