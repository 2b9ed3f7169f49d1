import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { resultCodes } from '../../src/protocol/result.js'
import { openBrowser } from '../fixtures/browser.js'
import { run, serve } from '../fixtures/cli.js'
import { skipSlow, skipWithout } from '../fixtures/programs.js'

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

const skip = skipSlow || skipWithout('chromium')
let browser: Browser
if (!skip) browser = await openBrowser(t)
t.jobs = 2

/** Swagger UI of a server of its own, with cancelPayment unfolded, which takes seconds: several tests share it. */
async function openDocs(t: Test, args: readonly string[] = []): Promise<Page> {
  const { url } = await serve(t, args)
  const page = await browser.newPage()
  const mistakes: string[] = []
  page.on('pageerror', (error) => mistakes.push(error.message))
  t.teardown(async () => {
    await page.close()
    if (mistakes.length > 0) throw new Error(`in the page: ${mistakes.join('; ')}`)
  })
  await page.goto(`${url}/docs`)
  await page.locator(`${operation} .opblock-summary`).click()
  return page
}

t.test('Swagger UI, for who calls an MPP', { skip }, async (t) => {
  const page = await openDocs(t)

  await t.test('each named example gets the result that it names', async (t) => {
    for (const code of resultCodes) t.match(await tryOut(page, code), `"resultCode": "${code}"`)
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true })
  })

  await t.test('an answer that is lost looks as its example says', async (t) => {
    const options = await page.locator(`${operation} .examples-select option`).allInnerTexts()
    for (const start of ['RETRY', 'LOST', 'SLOW', 'BADSIGN'])
      t.ok(options.some((text) => text.startsWith(`${start}: `)))
    t.ok(options.includes('PROCESS_FAIL, with the shipped scenarios'))
    await page.locator(`${operation} .examples-select select`).first().selectOption('LOST')
    await page.locator(`${operation} .execute`).click()
    const shown = page.locator(`${operation} .live-responses-table`)
    await shown.filter({ hasText: 'x-sim-attempt: 2' }).waitFor()
    await page.getByRole('link', { name: 'Live page' }).click()
    await page.locator('tr.call', { hasText: 'connection-reset' }).waitFor()
  })
})

t.test('Swagger UI, where calls are signed, and acquirers call too', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mpp-sim-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  await run(['keygen', folder])
  const page = await openDocs(t, ['--profile', 'all', '--clients', join(folder, 'clients.yaml')])

  await t.test('the page signs with a key that is pasted', async (t) => {
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

  await t.test('acquirers have examples of their own', async (t) => {
    t.match(await tryOut(page, 'acquirer: SUCCESS'), /"pspId": "1022172000000000001"/)
    const cancel = '#operations-Payments-cancel'
    await page.locator(`${cancel} .opblock-summary`).click()
    for (const code of resultCodes.map((each) => (each === 'INVALID_CLIENT' ? 'CLIENT_INVALID' : each)))
      t.match(await tryOut(page, code, cancel), `"resultCode": "${code}"`)
    t.match(await tryOut(page, 'SUCCESS', cancel), /"cancelTime": "\d{4}-/)
  })
})
