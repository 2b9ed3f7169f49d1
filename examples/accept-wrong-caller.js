// What callers get wrong, in one of them. `mpp-sim accept` finds all of it:
//
//     mpp-sim accept --exec 'node examples/accept-wrong-caller.js {id} {url} {scale}'
const [id, url, scale = '1'] = process.argv.slice(2)

async function cancel() {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        acquirerId: '1022188000000000001',
        pspId: '1022172000000000001',
        paymentRequestId: id,
      }),
      // Much too short.
      signal: AbortSignal.timeout(2000 * scale),
    })
    // Whatever the HTTP status is, and whoever has signed it.
    const { result } = await reply.json()
    // A missing status is taken for S, and U for the end of it.
    if (result.resultStatus !== 'F') return result.resultCode
    // What is final is asked for again, and at once.
  }
  return 'failed'
}

// An answer that was lost is taken for a failure.
process.stdout.write(`${await cancel().catch(({ message }) => message)}\n`)
