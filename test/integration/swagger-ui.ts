import type { Page } from 'playwright-core'
import t from 'tap'
import { resultCodes } from '../../src/protocol/result.js'
import { openBrowser } from '../fixtures/browser.js'
import { serve } from '../fixtures/process.js'
import { skipWithout } from '../fixtures/programs.js'

const operation = '#operations-Payments-cancelPayment'

async function tryOut(page: Page, code: string): Promise<string | null> {
  await page.locator(`${operation} .examples-select select`).first().selectOption(code)
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.locator(`${operation} .execute`).click()
  await answered
  const shown = page.locator(`${operation} .live-responses-table .highlight-code`).first()
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
    await page.goto(url)
    t.equal(page.url(), `${url}/docs`, 'the root leads there')
    await page.locator(`${operation} .opblock-summary`).click()
    for (const code of resultCodes) t.match(await tryOut(page, code), `"resultCode": "${code}"`)
    t.same(mistakes, [])
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true })
  },
)
