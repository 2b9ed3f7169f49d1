import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { resultCodes } from '../../src/protocol/result.js'
import { openBrowser } from '../fixtures/browser.js'
import { run, serve } from '../fixtures/cli.js'
import { skipWithout } from '../fixtures/programs.js'

const operation = '#operations-Payments-cancelPayment'

async function tryOut(page: Page, example: string, of = operation): Promise<string | null> {
  const code = example.replace('acquirer: ', '')
  await page.locator(`${of} .examples-select select`).first().selectOption(example)
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.locator(`${of} .execute`).click()
  await answered
  const shown = page.locator(`${of} .live-responses-table .highlight-code`).first()
  await shown.filter({ hasText: `"${code}"` }).waitFor()
  return shown.textContent()
}

t.test(
  'in Swagger UI each named example gets the result that it names',
  { skip: skipWithout('chromium') },
  async (t) => {
    const { url } = await serve(t)
    const page = await (await openBrowser(t)).newPage()
    const mistakes: string[] = []
    page.on('pageerror', (error) => mistakes.push(error.message))
    await page.goto(`${url}/docs`)
    await page.locator(`${operation} .opblock-summary`).click()
    for (const code of resultCodes) t.match(await tryOut(page, code), `"resultCode": "${code}"`)
    t.same(mistakes, [])
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true })
  },
)

t.test('an answer that is lost looks as its example says', { skip: skipWithout('chromium') }, async (t) => {
  const { url } = await serve(t)
  const page = await (await openBrowser(t)).newPage()
  await page.goto(`${url}/docs`)
  await page.locator(`${operation} .opblock-summary`).click()
  const options = await page.locator(`${operation} .examples-select option`).allInnerTexts()
  for (const start of ['RETRY', 'LOST', 'SLOW', 'BADSIGN']) t.ok(options.some((text) => text.startsWith(`${start}: `)))
  t.ok(options.includes('PROCESS_FAIL, with the shipped scenarios'))
  await page.locator(`${operation} .examples-select select`).first().selectOption('LOST')
  await page.locator(`${operation} .execute`).click()
  const shown = page.locator(`${operation} .live-responses-table`)
  await shown.filter({ hasText: 'x-sim-attempt: 2' }).waitFor()
  await page.getByRole('link', { name: 'Live page' }).click()
  await page.locator('tr.call', { hasText: 'connection-reset' }).waitFor()
})

t.test('with signatures on, the page signs with a key that is pasted', { skip: skipWithout('chromium') }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mpp-sim-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  await run(['keygen', folder])
  const { url } = await serve(t, ['--clients', join(folder, 'clients.yaml')])
  const page = await (await openBrowser(t)).newPage()
  await page.goto(`${url}/docs`)
  await page.locator(`${operation} .opblock-summary`).click()
  await page.getByText('Sign calls').click()
  const key = page.getByLabel('Private key')
  const refusals = [
    ['nonsense!', 'this is not an RSA private key'],
    ['AAAA', 'this is not an RSA private key'],
    ['-----BEGIN PUBLIC KEY-----', 'this is a public key'],
    ['-----BEGIN ENCRYPTED PRIVATE KEY-----', 'the key is encrypted'],
  ] as const
  for (const [text, answer] of refusals) {
    await key.fill(text)
    await page.locator('#sign').getByText(answer).waitFor()
  }
  const pem = readFileSync(join(folder, 'alipayplus-private.pem'), 'utf8')
  const pkcs1 = createPrivateKey(pem).export({ format: 'pem', type: 'pkcs1' }).toString()
  for (const text of [pem, pkcs1]) {
    await key.fill('')
    await key.fill(text)
    await page.getByText('Calls are signed.').waitFor()
    t.match(await tryOut(page, 'SUCCESS'), '"resultCode": "SUCCESS"')
    t.match(await tryOut(page, 'PROCESS_FAIL'), '"resultCode": "PROCESS_FAIL"')
  }
})

t.test('acquirers have examples of their own', { skip: skipWithout('chromium') }, async (t) => {
  const { url } = await serve(t, ['--profile', 'all'])
  const page = await (await openBrowser(t)).newPage()
  await page.goto(`${url}/docs`)
  await page.locator(`${operation} .opblock-summary`).click()
  t.match(await tryOut(page, 'PROCESS_FAIL'), '"resultCode": "PROCESS_FAIL"')
  t.match(await tryOut(page, 'acquirer: SUCCESS'), /"pspId": "1022172000000000001"/)
  const cancel = '#operations-Payments-cancel'
  await page.locator(`${cancel} .opblock-summary`).click()
  for (const code of resultCodes.map((each) => (each === 'INVALID_CLIENT' ? 'CLIENT_INVALID' : each)))
    t.match(await tryOut(page, code, cancel), `"resultCode": "${code}"`)
  t.match(await tryOut(page, 'SUCCESS', cancel), /"cancelTime": "\d{4}-/)
})
