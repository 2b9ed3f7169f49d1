import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { JournalRecord } from '../../src/simulator/journal.js'
import { openBrowser } from '../fixtures/browser.js'
import { serve } from '../fixtures/cli.js'
import { ids, startControl } from '../fixtures/control.js'
import { builtPage } from '../fixtures/page.js'
import { skipSlow, skipWithout } from '../fixtures/programs.js'

const rules = [
  { name: 'denied', match: { acquirerId: '666' }, reply: 'ACCESS_DENIED' },
  { name: 'retry', match: { paymentRequestId: 'RETRY-*' }, reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'] },
  {
    name: 'lost',
    match: { paymentRequestId: 'LOST-*' },
    reply: [{ resultCode: 'SUCCESS', fault: 'malformed-json' }, 'SUCCESS'],
  },
  { name: 'late', match: { paymentRequestId: 'LATE-*' }, reply: { resultCode: 'SUCCESS', delay: '2ms' } },
]

const page = builtPage
let browser: Browser

const skip = skipSlow || skipWithout('chromium')
if (!skip) browser = await openBrowser(t)
// Each has a page and a server of its own, and waits more than it works.
t.jobs = 4

/** A test that needs a browser. Each has options of its own, as tap writes into them. */
function inBrowser(name: string, test: (t: Test) => Promise<void>): void {
  t.test(name, { skip }, test)
}

/** A page on a simulator of its own. What goes wrong in it fails the test. */
async function openPage(
  t: Test,
  {
    path = '/ui/',
    viewport = { width: 1280, height: 800 },
    ...options
  }: Record<string, unknown> & {
    path?: string
    viewport?: { width: number; height: number }
    colorScheme?: 'dark' | 'light'
  } = {},
) {
  const { colorScheme = 'light', ...rest } = options
  const control = await startControl(t, { rules, page, ...rest })
  const context = await browser.newContext({ viewport, colorScheme, acceptDownloads: true })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const tab = await context.newPage()
  const mistakes: string[] = []
  tab.on('pageerror', (error) => mistakes.push(error.message))
  tab.on('console', (message) => {
    // A browser tells of every answer that is no 200.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) mistakes.push(message.text())
  })
  t.teardown(async () => {
    await context.close()
    if (mistakes.length > 0) throw new Error(`in the page: ${mistakes.join('; ')}`)
  })
  await tab.goto(control.url + path)
  return { ...control, tab }
}

let clipboardIsFree: Promise<unknown> = Promise.resolve()

/** What a button copies. All pages of a browser share one clipboard. */
function copied(tab: Page, button: Locator, notice: string): Promise<string> {
  const text = clipboardIsFree.then(async () => {
    await button.click()
    await tab.getByText(notice).waitFor()
    return tab.evaluate<string>(`navigator.clipboard.readText()`)
  })
  clipboardIsFree = text.catch(() => {})
  return text
}

const live = (tab: Page) => tab.getByText('Live', { exact: true }).waitFor()
const rowOf = (tab: Page, text: string) => tab.locator('tr.call', { hasText: text })

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds that keeps people out. */
async function barriers(tab: Page): Promise<string[]> {
  // Rows fade in, and are hard to read until they have.
  await tab.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})))')
  // By the debugger, which no policy of the page stops.
  await tab.evaluate(axe)
  const { violations } = (await tab.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => html + failureSummary).join()}`)
}

inBrowser('the first look says what to do next, and then calls arrive', async (t) => {
  const { tab, call, url } = await openPage(t, { path: '/' })
  t.equal(tab.url(), `${url}/ui/`, 'the root leads there')
  await tab.getByText('No call yet').waitFor()
  t.match(await tab.locator('pre').textContent(), `curl ${url}/v1/payments/cancelPayment`)
  const command = await copied(tab, tab.getByRole('button', { name: 'Copy the command' }), 'the command copied')
  t.match(command, /^curl .*RETRY-1/s)
  t.same(await barriers(tab), [])
  await call('RETRY-1')
  await rowOf(tab, 'RETRY-1').getByText('UNKNOWN_EXCEPTION').waitFor()
})

inBrowser('S, F, U, lost, delayed, replayed and refused are told apart in words', async (t) => {
  const { tab, call } = await openPage(t)
  await live(tab)
  await call('RETRY-1')
  await call('x', { body: { acquirerId: '666' } })
  await call('LOST-1')
  await call('LOST-1')
  await call('LATE-1')
  await call('y', { body: { pspId: 20 } })
  await rowOf(tab, 'refused').waitFor()
  const texts = (await tab.locator('tr.call').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))
  t.match(texts, [
    /F failure: PARAM_ILLEGAL y ⊘ refused Refused: /,
    /S success: SUCCESS LATE-1 file\/late attempt #1 ◷ delayed 2 ms The rule’s only step. It was held back for 2 ms./,
    /S success: SUCCESS LOST-1 file\/lost attempt #2 ↺ replayed SUCCESS was final already, so it is replayed./,
    /S success: SUCCESS LOST-1 file\/lost attempt #1 ✕ lost: malformed-json The rule’s step 1 of 2. The caller never got it/,
    /F failure: ACCESS_DENIED x file\/denied/,
    /U unknown: UNKNOWN_EXCEPTION RETRY-1 file\/retry attempt #1 The rule’s step 1 of 2./,
  ])
  const shapes = await tab.evaluate<string[]>(`['S', 'F', 'U'].map((status) => {
    const { borderRadius, clipPath } = getComputedStyle(document.querySelector('.call .status-' + status))
    return borderRadius + clipPath
  })`)
  t.equal(new Set(shapes).size, 3, 'each status has a shape of its own')
  t.same(await barriers(tab), [])
})

inBrowser('a call opens with request, reply, ledger and explanation', async (t) => {
  const { tab, call } = await openPage(t)
  await call('RETRY-7', { headers: { 'client-id': 'SANDBOX_1' } })
  await call('RETRY-7')
  // A row that arrives moves the others.
  await rowOf(tab, '#2').waitFor()
  await rowOf(tab, '#1').click()
  const detail = tab.getByRole('region', { name: 'Call 1' })
  await detail.getByText('“file/retry” took attempt 1: step 1 of 2 says UNKNOWN_EXCEPTION.').waitFor()
  await detail.getByText('2 attempts counted; SUCCESS is final.').waitFor()
  await detail.getByText('Attempt 3 would get SUCCESS from “file/retry”').waitFor()
  await detail.getByText('1 rule before it does not match').click()
  await detail.getByText('acquirerId is 1022188000000000001, not 666').waitFor()
  t.match(await detail.locator('pre.wire').allInnerTexts(), [
    /POST \/v1\/payments\/cancelPayment\n[\s\S]*client-id: SANDBOX_1[\s\S]*"paymentRequestId": "RETRY-7"/,
    /HTTP 200\n\n[\s\S]*"resultCode": "UNKNOWN_EXCEPTION"/,
  ])
  const curl = await copied(tab, detail.getByRole('button', { name: 'Copy curl command' }), 'curl command copied')
  t.match(curl, /^curl -i '.*RETRY-7/s)
  await detail.getByRole('link', { name: /SUCCESS/ }).click()
  await tab.getByRole('heading', { name: 'Call 2' }).waitFor()
  await tab.getByRole('button', { name: 'Forget it' }).click()
  await tab.getByText('Attempt 1 would get UNKNOWN_EXCEPTION').waitFor()
  t.same(await barriers(tab), [])
  await tab.reload()
  await tab.getByRole('heading', { name: 'Call 2' }).waitFor()
})

inBrowser('calls are found by text, status and delivery, and the list waits for who reads', async (t) => {
  const { tab, call } = await openPage(t)
  for (const id of ['RETRY-1', 'LATE-1', 'other']) await call(id)
  await rowOf(tab, 'other').waitFor()
  const shown = () => tab.locator('tr.call .payment').allInnerTexts()
  await tab.getByRole('searchbox').fill('file/ success')
  await rowOf(tab, 'other').waitFor({ state: 'detached' })
  t.same(await shown(), ['LATE-1'])
  await tab.getByRole('searchbox').fill('')
  await tab.getByRole('button', { name: 'unknown' }).click()
  await rowOf(tab, 'other').waitFor({ state: 'detached' })
  t.same(await shown(), ['RETRY-1'])
  await tab.getByRole('button', { name: 'Delayed' }).click()
  await tab.getByText('None of the 3 calls here passes the filter').waitFor()
  await tab.getByRole('button', { name: 'Show all' }).click()
  await rowOf(tab, 'other').waitFor()
  await tab.getByRole('button', { name: 'Pause' }).click()
  await call('while-reading')
  await tab.getByRole('button', { name: '1 new' }).waitFor()
  t.equal(await rowOf(tab, 'while-reading').count(), 0)
  await tab.getByRole('button', { name: 'Resume' }).click()
  await rowOf(tab, 'while-reading').waitFor()
})

inBrowser('what is seen leaves as a scenario file, as curl and as JSON', async (t) => {
  const { tab, call } = await openPage(t)
  await call('RETRY-1')
  await call('RETRY-1')
  await rowOf(tab, '#2').waitFor()
  const exported = async (name: string) => {
    await tab.getByText('Export').click()
    const [download] = await Promise.all([
      tab.waitForEvent('download'),
      tab.getByRole('button', { name, exact: true }).click(),
    ])
    return readFile(await download.path(), 'utf8')
  }
  t.equal(
    (await exported('Scenario file')).replaceAll('"', "'"),
    `rules:
  - name: RETRY-1
    match:
      paymentRequestId: RETRY-1
    reply:
      - UNKNOWN_EXCEPTION
      - SUCCESS
`,
  )
  t.match(JSON.parse(await exported('JSON')), [{ id: 2 }, { id: 1 }])
  await tab.getByText('Export').click()
  const curls = await copied(tab, tab.getByRole('button', { name: 'Copy as curl' }), 'curl commands copied')
  t.equal(curls.match(/^curl /gm)?.length, 2)
})

inBrowser('a rule is written with completion, mistakes and a preview, put in force, saved and removed', async (t) => {
  const { tab, call, admin } = await openPage(t, { path: '/ui/#/rules' })
  await call('A-1')
  await tab.getByRole('button', { name: 'Add a rule' }).click()
  const form = tab.getByRole('region', { name: 'New rule' })
  await form.getByLabel('Name').fill('late for A')
  await form.getByLabel('paymentRequestId').fill('A-*')
  await form.getByText('It would have taken 1 of the last 1 calls').waitFor()
  await form.getByText('instead of no rule').waitFor()
  await form.getByLabel('Result code').fill('CANCEL_WINDOW_EXCED')
  await form.getByText('did you mean CANCEL_WINDOW_EXCEED?').waitFor()
  t.equal(await tab.locator('datalist#codes option').count(), 13)
  await form.getByLabel('Result code').fill('CANCEL_WINDOW_EXCEED')
  await form.getByText('Fault, signature').click()
  await form.getByLabel('Delay').fill('5ms')
  await form.getByText('delay: 5ms').waitFor()
  t.same(await barriers(tab), [])
  await form.getByRole('button', { name: 'Put in force' }).click()
  await tab.getByText('runtime/late for A is in force').waitFor()
  t.match((await admin('GET', '/__admin/rules?runtime=true')).body.rules, [
    {
      rule: {
        name: 'late for A',
        match: { paymentRequestId: 'A-*' },
        reply: { resultCode: 'CANCEL_WINDOW_EXCEED', delay: '5ms' },
      },
    },
  ])
  await call('A-2')
  const row = tab.locator('tr.rule-row', { hasText: 'late for A' })
  await row.getByRole('link', { name: 'ago' }).waitFor()
  const [download] = await Promise.all([
    tab.waitForEvent('download'),
    tab.getByRole('button', { name: 'Save as scenario file' }).click(),
  ])
  t.match(await readFile(await download.path(), 'utf8'), /^rules:\n {2}- name: late for A\n/)
  t.equal(download.suggestedFilename(), 'runtime.yaml')
  await row.getByRole('button', { name: 'Copy' }).click()
  await form.getByText('is taken by another runtime rule').waitFor()
  await form.getByRole('button', { name: 'Close' }).click()
  await row.getByRole('button', { name: 'Remove' }).click()
  await row.waitFor({ state: 'detached' })
})

inBrowser('rules show the mistakes and warnings of their files, with place, and are found among many', async (t) => {
  const finding = { file: 'a.yaml', line: 3, column: 5, message: '"SUCESS" is not a result code' }
  const findings = () => ({
    mistakes: [finding],
    warnings: [{ ...finding, rule: 'file/late', message: 'can never be reached' }],
  })
  const many = Array.from({ length: 150 }, (_, n) => ({
    name: `rule ${n}`,
    match: { pspId: `${n}` },
    reply: 'SUCCESS',
  }))
  const { tab } = await openPage(t, { path: '/ui/#/rules', rules: [...rules, ...many], findings })
  await tab.getByText('The scenario files have mistakes; the last good rules stay in force').waitFor()
  await tab.getByText('a.yaml:3:5 "SUCESS" is not a result code').waitFor()
  await tab.locator('tr', { hasText: 'file/late' }).getByText('can never be reached').waitFor()
  await tab.getByRole('button', { name: 'Show more (54)' }).click()
  await tab.getByText('rule 149').waitFor()
  await tab.getByRole('searchbox').fill('rule 77')
  await tab.getByText('rule 149').waitFor({ state: 'detached' })
  t.equal(await tab.locator('tr.rule-row').count(), 1)
  await tab.getByRole('searchbox').fill('no such rule')
  await tab.getByText('No rule has that in its id or patterns.').waitFor()
})

inBrowser('the report has coverage by delivery, and verdicts that lead to their calls', async (t) => {
  const { tab, call } = await openPage(t, { path: '/ui/#/report' })
  await tab.getByText('Nothing to judge yet.').waitFor()
  for (const id of ['LOST-1', 'LATE-1', 'x', 'x']) await call(id)
  await tab.getByText('asked again once after SUCCESS had been delivered').waitFor()
  await tab.getByText('Coverage: 1 of 13 codes shown to the caller').waitFor()
  const row = tab.locator('tr', { has: tab.getByText('SUCCESS', { exact: true }) })
  t.match((await row.innerText()).replaceAll(/\s+/g, ' '), /success: SUCCESS 2 1 1 · none/)
  t.same(await barriers(tab), [])
  await row.getByRole('button', { name: '1 SUCCESS, Lost: show the calls' }).click()
  await rowOf(tab, 'LOST-1').waitFor()
  t.equal(await tab.locator('tr.call').count(), 1)
  await tab.getByRole('link', { name: 'Report' }).click()
  await tab.locator('.verdicts li', { hasText: 'retried after success' }).getByRole('link', { name: 'Call 4' }).click()
  await tab.getByRole('heading', { name: 'Call 4' }).waitFor()
})

inBrowser('the report says which expectations are met, missed or not tried, and what to mend', async (t) => {
  const expecting = [
    {
      name: 'retry',
      match: { paymentRequestId: 'RETRY-*' },
      reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'],
      expect: { attempts: 2, last: 'SUCCESS' },
    },
    { name: 'never', match: { pspId: '777' }, reply: 'PROCESS_FAIL', expect: { attempts: 1 } },
  ]
  const { tab, call } = await openPage(t, { path: '/ui/#/report', rules: expecting })
  const item = (text: string) => tab.locator('.expectation', { hasText: text })
  const textOf = async (text: string) => (await item(text).innerText()).replaceAll(/\s+/g, ' ')
  await item('never').waitFor()
  t.match(await textOf('never'), /not tried.*file\/never no payment has tried this rule/)
  for (const id of ['RETRY-good', 'RETRY-good', 'RETRY-lazy']) await call(id)
  await tab.getByRole('heading', { name: 'Expectations: 1 met, 1 missed, 1 not tried' }).waitFor()
  t.match(await textOf('RETRY-good'), /✓ met .*file\/retry RETRY-good 2 attempts, SUCCESS last calls 1 2$/)
  t.match(
    await textOf('RETRY-lazy'),
    /✕ missed .*file\/retry RETRY-lazy made 1 attempt, expected 2: ask again, with the same parameters.*call 3$/,
  )
  t.same(
    (await tab.locator('.expectation > strong').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ')),
    ['✕ missed', '✓ met', '– not tried'],
    'what is to mend comes first',
  )
  t.equal(await tab.locator('.verdicts', { hasText: 'expectation missed' }).count(), 0, 'no miss is told twice')
  await tab.getByTitle(/things? to mend/).waitFor()
  t.same(await barriers(tab), [])
  await item('RETRY-lazy').getByRole('link', { name: 'Call 3' }).click()
  await tab.getByRole('heading', { name: 'Call 3' }).waitFor()
  await tab.getByRole('link', { name: 'Rules' }).click()
  await tab.locator('tr', { hasText: 'file/retry' }).getByText('expects 2 attempts; SUCCESS last').waitFor()
})

inBrowser('a test call is sent from the page', async (t) => {
  const { tab } = await openPage(t)
  await live(tab)
  await tab.getByRole('button', { name: 'Test call' }).click()
  const dialog = tab.getByRole('dialog', { name: 'Send a test call' })
  await dialog.getByLabel('paymentRequestId').fill('RETRY-5')
  await dialog.getByRole('button', { name: 'Send' }).click()
  await dialog.getByText('"resultCode":"UNKNOWN_EXCEPTION"').waitFor()
  t.match(await dialog.locator('pre').innerText(), /^HTTP 200\n[\s\S]*x-sim-rule: file\/retry/)
  t.equal(await dialog.locator('datalist option[value^="LOST-"]').count(), 1)
  t.same(await barriers(tab), [])
  await tab.keyboard.press('Escape')
  await rowOf(tab, 'RETRY-5').waitFor()
})

inBrowser(
  'a test call has the shape of who calls, and an acquirer’s payment is followed by the id it has',
  async (t) => {
    const { tab } = await openPage(t, { profile: 'acqp' })
    await live(tab)
    await tab.getByRole('button', { name: 'Test call' }).click()
    const dialog = tab.getByRole('dialog', { name: 'Send a test call' })
    const send = async (from: string, fields: Record<string, string>) => {
      await dialog.getByLabel('From').selectOption({ label: from })
      for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value)
      const answered = tab.waitForResponse((response) => response.url().includes('/payments/'))
      await dialog.getByRole('button', { name: 'Send' }).click()
      const answer = await answered
      return { url: answer.url(), sent: answer.request().postDataJSON(), text: await answer.text() }
    }
    const both = await send('an acquirer', { paymentRequestId: 'R-1', paymentId: 'P-1' })
    t.same(both.sent, { paymentRequestId: 'R-1', paymentId: 'P-1' })
    t.match(both.text, /"pspId":/)
    const alone = await send('an acquirer', { paymentRequestId: '', paymentId: 'RETRY-P' })
    t.same(alone.sent, { paymentId: 'RETRY-P' })
    const official = await send('an acquirer with an official SDK (AMS)', { 'Client-Id': 'me' })
    t.match(official.url, '/ams/api/v1/payments/cancel')
    t.match(official.text, /"cancelTime":/)
    t.equal(await dialog.getByLabel('acquirerId').count(), 0)
    await tab.keyboard.press('Escape')
    await rowOf(tab, '#1').filter({ hasText: 'RETRY-P' }).click()
    const detail = tab.getByRole('region', { name: 'Call 2' })
    await detail.getByText('2 attempts counted; SUCCESS is final.').waitFor()
    await detail.getByText('Attempt 3 would get SUCCESS from “file/retry”').waitFor()
    t.equal(await detail.locator('.attempts li').count(), 2, 'both calls for it are listed')
    await detail.getByRole('button', { name: 'Make a rule for it' }).click()
    const form = tab.getByRole('region', { name: 'New rule' })
    await form.getByText('It would have taken 2 of the last 3 calls').waitFor()
  },
)

inBrowser('a call that is left hanging says so, and for how long, once the caller has left', async (t) => {
  const hang = { name: 'hang', match: { paymentRequestId: 'HANG-*' }, reply: { fault: 'no-reply' } }
  const { tab, url } = await openPage(t, { rules: [hang] })
  await live(tab)
  const abort = new AbortController()
  const sent = fetch(`${url}/v1/payments/cancelPayment`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ids, paymentRequestId: 'HANG-1' }),
    signal: abort.signal,
  }).catch(() => {})
  await rowOf(tab, 'HANG-1').getByText('the connection was held without a reply').waitFor()
  abort.abort()
  await sent
  await rowOf(tab, 'HANG-1').getByText('then hung up').waitFor()
})

inBrowser('a reset forgets, and the page with it', async (t) => {
  const { tab, call, admin } = await openPage(t)
  await admin('POST', '/__admin/rules', { name: 'mine', reply: 'SUCCESS' })
  await call('1')
  await rowOf(tab, 'mine').waitFor()
  const reset = async (button: string) => {
    await tab.getByRole('button', { name: 'Reset' }).click()
    await tab.getByRole('button', { name: button }).click()
    await tab.getByText('No call yet').waitFor()
  }
  await reset('Empty the journal only')
  t.equal((await admin('GET', '/__admin/rules?runtime=true')).body.matching, 1)
  await call('2')
  await rowOf(tab, 'mine').waitFor()
  await reset('Forget all')
  t.equal((await admin('GET', '/__admin/rules?runtime=true')).body.matching, 0)
})

inBrowser('each namespace has its page, one switch away', async (t) => {
  const { tab, call, url } = await openPage(t)
  await call('main-1')
  await call('pr-1', { namespace: 'pr-42' })
  await rowOf(tab, 'main-1').waitFor()
  await tab.getByLabel('Namespace').focus()
  await tab.locator('option', { hasText: 'pr-42' }).waitFor({ state: 'attached' })
  await tab.getByLabel('Namespace').selectOption('pr-42')
  await rowOf(tab, 'pr-1').waitFor()
  t.equal(new URL(tab.url()).pathname, '/ns/pr-42/ui/')
  t.equal(await rowOf(tab, 'main-1').count(), 0)
  await tab.getByLabel('Namespace').selectOption('')
  await rowOf(tab, 'main-1').waitFor()
  t.equal(tab.url().replace(/#.*/, ''), `${url}/ui/`)
})

inBrowser('with a token the page asks for it, keeps it for the tab, and asks again when it is wrong', async (t) => {
  const { tab, call } = await openPage(t, { adminToken: 'secret' })
  const dialog = tab.getByRole('dialog', { name: 'Token needed' })
  await dialog.getByLabel('Token').fill('wrong')
  await dialog.getByRole('button', { name: 'Open' }).click()
  await dialog.getByLabel('Token').fill('secret')
  await dialog.getByRole('button', { name: 'Open' }).click()
  await dialog.waitFor({ state: 'detached' })
  await live(tab)
  await call('1')
  await rowOf(tab, 'no rule').waitFor()
  await tab.reload()
  await rowOf(tab, 'no rule').waitFor()
  t.equal(await dialog.count(), 0)
  t.equal(await tab.evaluate<string>(`localStorage.getItem('mpp-sim-token')`), null, 'it is gone with the tab')
})

inBrowser('a hostile caller is text in every corner of the page', async (t) => {
  const hostile = '<img src=x onerror=document.title=1>'
  const { tab, call, admin, simulator } = await openPage(t)
  await admin('POST', '/__admin/rules', { name: hostile, match: { pspId: hostile }, reply: 'UNKNOWN_EXCEPTION' })
  const body = { acquirerId: hostile, pspId: hostile, more: hostile }
  await call(hostile, { body, headers: { 'client-id': hostile, 'x-more': hostile } })
  await simulator.namespace(`${'n'.repeat(64)}`).clearRequests()
  await rowOf(tab, hostile).click()
  await tab.getByText('If it came again').waitFor()
  for (const view of ['rules', 'report']) {
    await tab.goto(tab.url().replace(/#.*/, `#/${view}`))
    await tab.getByText(hostile).first().waitFor()
  }
  await tab.getByRole('link', { name: 'Rules' }).click()
  await tab.getByRole('button', { name: `Copy runtime/${hostile}` }).click()
  await tab.getByText('is taken by another runtime rule').waitFor()
  t.equal(await tab.locator('img').count(), 0)
  t.equal(await tab.title(), 'Alipay+ MPP simulator')
})

inBrowser('the keyboard alone does it all', async (t) => {
  const { tab, call } = await openPage(t)
  for (const id of ['key-a', 'key-b', 'key-c']) await call(id)
  await rowOf(tab, 'key-c').waitFor()
  await tab.keyboard.press('Tab')
  t.equal(await tab.evaluate<string>(`document.activeElement?.textContent?.trim()`), 'Skip to content')
  await tab.keyboard.press('Enter')
  const focused = () => tab.evaluate<string>(`document.activeElement?.textContent?.trim()`)
  const tabTo = async (text: string) => {
    for (let presses = 0; presses < 40 && (await focused()) !== text; presses++) await tab.keyboard.press('Tab')
    t.equal(await focused(), text)
  }
  await tabTo('key-c')
  await tab.keyboard.press('ArrowDown')
  t.equal(await focused(), 'key-b')
  await tab.keyboard.press('End')
  t.equal(await focused(), 'key-a')
  await tab.keyboard.press('Home')
  await tab.keyboard.press('ArrowDown')
  await tab.keyboard.press('Enter')
  await tab.getByRole('heading', { name: 'Call 2' }).waitFor()
  t.match(await focused(), /^Call 2/, 'the call has the focus')
  await tab.keyboard.press('Escape')
  await tab.getByRole('heading', { name: 'Call 2' }).waitFor({ state: 'detached' })
  await tab.waitForFunction(`document.activeElement?.textContent === 'key-b'`)
})

inBrowser('it is readable on a phone, and in the dark', async (t) => {
  const phone = { width: 360, height: 740 }
  const { tab, call } = await openPage(t, { viewport: phone, colorScheme: 'dark' })
  await call('LOST-1')
  await call('x', { body: { pspId: 20 } })
  await rowOf(tab, 'refused').waitFor()
  const overflow = () => tab.evaluate<string>(`document.documentElement.scrollWidth - innerWidth`)
  t.equal(await overflow(), 0)
  t.same(await barriers(tab), [])
  await rowOf(tab, 'LOST-1').click()
  await tab.getByText('If it came again').waitFor()
  t.notOk(await tab.locator('.list').isVisible(), 'the call has the whole page')
  t.equal(await overflow(), 0)
  t.same(await barriers(tab), [])
  for (const view of ['rules', 'report']) {
    await tab.goto(tab.url().replace(/#.*/, `#/${view}`))
    await tab.locator('tbody tr').first().waitFor()
    t.equal(await overflow(), 0, view)
  }
  t.equal(await tab.evaluate<string>(`getComputedStyle(document.body).backgroundColor`), 'rgb(17, 20, 24)')
  await tab.getByRole('button', { name: 'Colours: system. Change to light' }).click()
  t.equal(await tab.evaluate<string>(`getComputedStyle(document.body).backgroundColor`), 'rgb(246, 247, 249)')
  await tab.reload()
  await tab.getByRole('button', { name: 'Colours: light' }).waitFor()
})

inBrowser('a flood is sampled, counted, and does not stop the page', async (t) => {
  const { tab, simulator } = await openPage(t, { store: { journalMax: 1000 } })
  await live(tab)
  const main = simulator.namespace('')
  const record = await recordOf(t)
  for (let n = 0; n < 5000; n++) await main.record({ ...record, paymentRequestId: `id-${n}` })
  await tab.locator('.left-out').waitFor()
  t.match(await tab.locator('.left-out').innerText(), /^4,\d\d\d not shown$/)
  await tab.getByText(/^4,(6\d\d|700) not shown$/).waitFor()
  t.pass('when it is calm again the page takes up what the journal still has')
  await tab.getByRole('link', { name: 'Rules' }).click()
  await tab.getByText('file/denied').waitFor()
})

/** A journal record as a call leaves it. */
async function recordOf(t: Test): Promise<JournalRecord> {
  const { call, simulator } = await startControl(t)
  const { record } = simulator.namespace('')
  const recorded = new Promise<JournalRecord>((resolve) => {
    simulator.namespace('').record = (entry) => {
      resolve(entry)
      return record(entry)
    }
  })
  await call('1')
  return recorded
}

inBrowser('the page comes back by itself when the server does', async (t) => {
  const { running, url } = await serve(t, [], {})
  const { port } = new URL(url)
  const tab = await browser.newPage()
  t.teardown(() => tab.close())
  await tab.goto(`${url}/ui/`)
  await live(tab)
  const call = (id: string) =>
    fetch(`${url}/v1/payments/cancelPayment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...ids, paymentRequestId: id }),
    })
  await call('before')
  await rowOf(tab, 'before').waitFor()
  running.child.kill('SIGTERM')
  await tab.getByText('Server away; trying again').waitFor()
  await serve(t, ['--port', port], {})
  await live(tab)
  await call('after')
  await rowOf(tab, 'after').waitFor()
  t.equal(await rowOf(tab, 'before').count(), 0, 'what the server no longer knows is gone')
})
