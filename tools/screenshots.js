// Takes the pictures of the live page for README and docs: `node tools/screenshots.js [FOLDER]`, after `npm run build`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const folder = process.argv[2] ?? 'docs/images'
const desktop = { width: 1120, height: 560 }
const phone = { width: 390, height: 780 }

const ids = { acquirerId: '1022188000000000001', pspId: '1022172000000000001' }

async function startServer() {
  const server = spawn(process.execPath, ['dist/cli.js', 'serve', '--port=0', '--log-format=json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: server.stdout })) {
    const { msg, url } = JSON.parse(line)
    if (msg === 'listening') return { server, url }
  }
  throw new Error('the server does not listen')
}

/** A call whose answer may get lost. */
async function call(url, paymentRequestId, { headers = {}, patience = 15_000, ...body } = {}) {
  const reply = await fetch(`${url}/aps/api/v1/payments/cancelPayment`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'client-id': 'SANDBOX_5YC47N2ZQHJ004124', ...headers },
    body: JSON.stringify({ ...ids, paymentRequestId, ...body }),
    signal: AbortSignal.timeout(patience),
  }).catch(() => undefined)
  await reply?.text().catch(() => {})
}

async function addRule(url, rule) {
  await fetch(`${url}/__admin/rules`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rule),
  })
}

/** What a morning of testing looks like. */
async function makeCalls(url) {
  await addRule(url, {
    name: 'slow acquirer',
    match: { acquirerId: '10221880000000009*' },
    reply: { resultCode: 'SUCCESS', delay: '180ms..420ms' },
  })
  const codes = ['ACCESS_DENIED', 'CANCEL_WINDOW_EXCEED', 'PROCESS_FAIL', 'PARAM_ILLEGAL', 'UNKNOWN_EXCEPTION']
  for (const code of codes) await call(url, `${code}-2026013100${codes.indexOf(code)}`)
  await call(url, '', { acquirerId: 20 })
  for (let n = 1; n <= 5; n++) await call(url, `2026013112345678900${n}`)
  await call(url, '20260131123456789006', { acquirerId: '1022188000000000901' })
  await call(url, 'MALFORMED-8')
  await call(url, 'BADSIGN-3', { headers: { signature: 'algorithm=RSA256,keyVersion=1,signature=YQ%3D%3D' } })
  await call(url, 'PROCESS_FAIL-20260131002')
  for (let n = 0; n < 4; n++) await call(url, 'RETRY-20260131')
  await call(url, '20260131123456789007', { acquirerId: '1022188000000000907' })
  await call(url, 'LOST-20260131-17')
  await call(url, 'LOST-20260131-17')
}

/** A till that asks again, and one that does not. */
async function tryExpectations(url) {
  const acquirerId = '1022188000000000700'
  const expect = { attempts: 2, last: 'SUCCESS' }
  await addRule(url, { name: 'unknown once', match: { acquirerId }, reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'], expect })
  await addRule(url, {
    name: 'refused for good',
    match: { pspId: '7' },
    reply: 'PROCESS_FAIL',
    expect: { attempts: 1 },
  })
  await call(url, '20260131123456789008', { acquirerId })
  await call(url, '20260131123456789009', { acquirerId })
  await new Promise((resolve) => setTimeout(resolve, 150))
  await call(url, '20260131123456789008', { acquirerId })
}

async function newPage(browser, { url, viewport, colorScheme = 'light', hash = '' }) {
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: 1 })
  await page.goto(`${url}/ui/${hash}`)
  await page.getByText('Live', { exact: true }).waitFor()
  return page
}

async function take(page, name) {
  // Rows fade in.
  await page.waitForTimeout(700)
  await page.screenshot({ path: join(folder, `${name}.png`) })
  await page.close()
}

async function takeAll(browser, url) {
  await take(await newPage(browser, { url, viewport: { width: 1280, height: 480 } }), 'ui-empty')
  await makeCalls(url)
  await take(await newPage(browser, { url, viewport: desktop }), 'ui-calls')
  await take(await newPage(browser, { url, viewport: desktop, colorScheme: 'dark' }), 'ui-calls-dark')
  for (const colorScheme of ['light', 'dark']) {
    const opened = await newPage(browser, { url, viewport: desktop, colorScheme })
    await opened.getByRole('link', { name: 'LOST-20260131-17' }).last().click()
    await opened.getByText('If it came again').waitFor()
    await take(opened, colorScheme === 'light' ? 'ui-call' : 'ui-call-dark')
  }
  const rules = await newPage(browser, { url, viewport: desktop, hash: '#/rules' })
  await rules.getByRole('button', { name: 'Add a rule' }).click()
  await rules.getByLabel('Name', { exact: true }).fill('late for one acquirer')
  await rules.getByLabel('paymentRequestId', { exact: true }).fill('RETRY-*')
  await rules.getByLabel('Result code').fill('CANCEL_WINDOW_EXCEED')
  await rules.getByText('It would have taken').waitFor()
  await take(rules, 'ui-rules')
  await take(await newPage(browser, { url, viewport: phone }), 'ui-phone')
  const opened = await newPage(browser, { url, viewport: phone })
  await opened.getByRole('link', { name: 'LOST-20260131-17' }).last().click()
  await opened.getByText('If it came again').waitFor()
  await take(opened, 'ui-phone-call')
  await tryExpectations(url)
  const report = await newPage(browser, { url, viewport: { ...desktop, height: 760 }, hash: '#/report' })
  await report.getByText('1 missed').waitFor()
  await take(report, 'ui-report')
}

await mkdir(folder, { recursive: true })
const { server, url } = await startServer()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
})
try {
  await takeAll(browser, url)
} finally {
  await browser.close()
  server.kill()
  await once(server, 'exit')
}
