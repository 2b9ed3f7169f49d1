// A caller of cancelPayment that does what a correct one does. Its policy is all here, in plain JavaScript:
//
//     mpp-sim accept --exec 'node examples/accept-caller.js {id} {url} {publicKey} {scale}'
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const [id, url, keyFile, scale = '1'] = process.argv.slice(2)
const clientId = 'SANDBOX_5YC47N2ZQHJ004124'
const publicKey = createPublicKey(readFileSync(keyFile))

/** Alipay+ waits for 8 s; the official SDKs, and this caller, for 15 s. In milliseconds. */
const timeout = 15_000 * scale

/** Before each further attempt, in milliseconds. They grow, for a server that has too much to do. */
const pauses = [1500, 3000, 6000, 6000, 6000].map((pause) => pause * scale)

/** The result of one call; nothing where none came that can be trusted. */
async function ask() {
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=UTF-8', 'Client-Id': clientId },
      // The same parameters each time.
      body: JSON.stringify({
        acquirerId: '1022188000000000001',
        pspId: '1022172000000000001',
        paymentRequestId: id,
      }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    })
    const body = Buffer.from(await reply.arrayBuffer())
    if (reply.status !== 200 || !isAuthentic(reply.headers, body)) return undefined
    const { result } = JSON.parse(body)
    return ['S', 'F', 'U'].includes(result.resultStatus) ? result : undefined
  } catch {
    return undefined
  }
}

/** Whether the signature fits the bytes of the body. */
function isAuthentic(headers, body) {
  const [, signature] = /signature=([^,]+)$/.exec(headers.get('signature') ?? '') ?? []
  if (signature === undefined) return false
  const start = `POST ${new URL(url).pathname}\n${headers.get('client-id')}.${headers.get('response-time')}.`
  const content = Buffer.concat([Buffer.from(start), body])
  return verify('RSA-SHA256', content, publicKey, Buffer.from(decodeURIComponent(signature), 'base64'))
}

/** S and F are final. U, and no answer at all, mean that nobody knows: ask again, but not for ever. */
async function cancel() {
  let result = await ask()
  for (const pause of pauses) {
    if (result !== undefined && result.resultStatus !== 'U') break
    await setTimeout(pause)
    result = await ask()
  }
  return result?.resultCode ?? 'UNKNOWN_EXCEPTION'
}

process.stdout.write(`${await cancel()}\n`)
