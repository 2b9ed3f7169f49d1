import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { openBrowser } from '../fixtures/browser.js'
import { startControl } from '../fixtures/control.js'
import { skipWithout } from '../fixtures/programs.js'

/** The status of a reply to exactly these headers. */
async function statusOf(url: string, headers: IncomingHttpHeaders, method = 'GET'): Promise<number | undefined> {
  const sent = request(url, { method, headers: { ...headers }, setHost: false }).end()
  const [reply] = await once(sent, 'response')
  reply.resume()
  return reply.statusCode
}

t.test('a page of another origin may not use the control API, not even where it needs no answer', async (t) => {
  const { url, log, call, admin } = await startControl(t)
  const { host } = new URL(url)
  await call('a')
  const post = (origin: string, more = {}) =>
    statusOf(`${url}/__admin/reset`, { host, origin, 'content-length': '0', ...more }, 'POST')
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost', 'nonsense'])
    t.equal(await post(origin), 403, origin)
  t.equal(await statusOf(`${url}/ns/x/__admin/requests`, { host, origin: 'http://evil.example' }), 403)
  t.match(log[0], /"method":"POST","url":"\/__admin\/reset","ip":"127.0.0.1".*https:\/\/evil.example, may not use/)
  t.equal((await admin('GET', '/__admin/ledger/a')).status, 200, 'nothing was reset')
  t.equal(await post(`http://${host}`), 204, 'its own pages may')
  t.equal(
    await post('https://mpp.example', { 'x-forwarded-host': 'mpp.example:443, inner' }),
    204,
    'behind a proxy, too',
  )
})

t.test(
  'where only this machine can connect, a name of elsewhere opens neither control API nor documentation',
  async (t) => {
    const { url, admin } = await startControl(t)
    const { port } = new URL(url)
    for (const path of ['/__admin/requests', '/ns/x/__admin/rules', '/docs', '/docs/static/index.css']) {
      for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '10.0.0.1', 'a b', '[::2]'])
        t.equal(await statusOf(url + path, { host }), 403, `${path} at ${host}`)
      for (const host of [
        '127.0.0.1',
        `LOCALHOST:${port}`,
        'a.localhost',
        '[::1]:80',
        '127.1.2.3',
        '[::ffff:127.0.0.1]',
      ])
        t.not(await statusOf(url + path, { host }), 403, `${path} at ${host}`)
    }
    t.equal(
      await statusOf(`${url}/v1/payments/cancelPayment`, { host: 'evil.example' }, 'POST'),
      200,
      'the API is for all',
    )
    t.equal(await statusOf(`${url}/readyz`, { host: 'evil.example' }), 200, 'and so are probes')
    t.equal((await admin('GET', '/__admin/rules')).status, 200)
  },
)

t.test('an option names further hosts, with any port', async (t) => {
  const { url } = await startControl(t, { allowHosts: ['MPP.example', '[fd00::1]'] })
  for (const host of ['mpp.example', 'mpp.example:8080', '[fd00::1]:1'])
    t.equal(await statusOf(`${url}/__admin/rules`, { host, origin: `https://${host}` }), 200, host)
  t.equal(await statusOf(`${url}/__admin/rules`, { host: 'localhost', origin: 'https://mpp.example' }), 200)
  t.equal(await statusOf(`${url}/__admin/rules`, { host: 'other.example' }), 403)
})

t.test('a server that all can reach is reached by any name', async (t) => {
  const { url } = await startControl(t, {}, '0.0.0.0')
  const host = 'mpp.shop.svc.cluster.local'
  t.equal(await statusOf(`${url}/__admin/rules`, { host }), 200)
  t.equal(await statusOf(`${url}/__admin/rules`, { host, origin: `http://${host}` }), 200)
  t.equal(await statusOf(`${url}/__admin/rules`, { host, origin: 'http://evil.example' }), 403)
})

t.test(
  'a page of another site in a real browser neither resets nor reads',
  { skip: skipWithout('chromium') },
  async (t) => {
    const { url, call, admin } = await startControl(t)
    await call('a')
    const site = createServer((_request, reply) => reply.setHeader('content-type', 'text/html').end('<h1>hello</h1>'))
    site.listen(0, '127.0.0.1')
    t.teardown(() => site.close())
    await once(site, 'listening')
    const page = await (await openBrowser(t)).newPage()
    const statuses: number[] = []
    page.on('response', (reply) => {
      if (reply.url().includes('__admin')) statuses.push(reply.status())
    })
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}`)
    const read = await page.evaluate(async (address) => {
      await fetch(`${address}/__admin/reset`, { method: 'POST', mode: 'no-cors' })
      return fetch(`${address}/__admin/requests`).then(
        (reply) => reply.text(),
        () => 'refused',
      )
    }, url)
    t.equal(read, 'refused')
    // Of what CORS hides, the browser does not always tell the status.
    t.ok(statuses.length > 0 && statuses.every((status) => status === 403), 'all were refused')
    t.equal((await admin('GET', '/__admin/ledger/a')).status, 200, 'nothing was reset')
  },
)
