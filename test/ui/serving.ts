import { readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { makeApp } from '../fixtures/app.js'
import { builtPage } from '../fixtures/page.js'

const page = builtPage
const files = readdirSync(page, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())

t.test('the page in all its files is at most 60 KiB, compressed', async (t) => {
  const sizes = files.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length)
  t.ok(sizes.length >= 4)
  t.ok(sizes.reduce((sum, size) => sum + size, 0) <= 60 * 1024, sizes.join())
})

t.test('the page has nothing inline, and asks nobody else for anything', async (t) => {
  const { app } = await makeApp(t, { page })
  const html = (await app.inject('/ui/')).body
  t.notMatch(html, /<style|style=|<script>|\bon\w+=|https?:/)
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  t.ok(paths.length >= 3)
  for (const path of paths) t.match(path, /^\.\/assets\/[\w-]+\.(js|css|svg)$/)
})

for (const prefix of ['', '/ns/pr-42'])
  t.test(`${prefix}/ui is served with a policy that allows nothing from elsewhere`, async (t) => {
    const { app } = await makeApp(t, { page })
    const redirect = await app.inject(`${prefix}/ui`)
    t.match(redirect, { statusCode: 302, headers: { location: 'ui/' } }, 'relative, for proxies')
    const index = await app.inject(`${prefix}/ui/`)
    t.match(index, {
      statusCode: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'content-security-policy': /default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
      },
    })
    t.notMatch(index.headers['content-security-policy'], /unsafe/)
  })

t.test('the parts of the page may be kept for ever, as their names change with them', async (t) => {
  const { app } = await makeApp(t, { page })
  const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' }
  const names = readdirSync(join(page, 'assets'))
  for (const [extension, type] of Object.entries(types)) {
    const name = names.find((each) => each.endsWith(`.${extension}`))
    const reply = await app.inject({ url: `/ui/assets/${name}`, headers: { 'accept-encoding': 'br, gzip' } })
    t.match(reply.headers, {
      'content-type': type,
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
    t.same(gunzipSync(reply.rawPayload), readFileSync(join(page, 'assets', String(name))))
  }
})

t.test('what is not there is told as such, below /ui as below /__admin', async (t) => {
  const { app } = await makeApp(t, { page })
  for (const url of ['/ui/assets/no.js', '/ui/assets/..%2findex.js', '/ui/x', '/ns/a/ui/x', '/ui/assets/no.html'])
    t.match(await app.inject(url), { statusCode: 404, headers: { 'content-type': 'application/problem+json' } }, url)
  t.match((await app.inject({ method: 'POST', url: '/ui/' })).json(), {
    status: 404,
    detail: 'nothing answers POST /ui/',
  })
})

t.test('a page that was not built says how to build it; documentation is there all the same', async (t) => {
  const { app } = await makeApp(t, { page: join(tmpdir(), 'no-such-folder') })
  t.match((await app.inject('/ui/')).json(), { status: 404, detail: /npm run build/ })
  t.equal((await app.inject('/docs/')).statusCode, 200)
  t.equal((await app.inject('/docs/static/theme/sign.js')).body, "window.mppLivePage = '/ui';\n")
})

t.test('a page that cannot be read is no secret: the log has the reason', async (t) => {
  // A file in place of the folder.
  const { app, log } = await makeApp(t, { page: join(process.cwd(), 'package.json') })
  t.match((await app.inject('/ui/')).json(), { result: { resultCode: 'UNKNOWN_EXCEPTION' } })
  t.match(log, [{ err: { code: 'ENOTDIR' } }])
})

t.test('documentation that could not be made is made on the next request', async (t) => {
  // A folder in place of the file.
  const folder = t.testdir({ docs: { 'sign.js': {} } })
  const { app, log } = await makeApp(t, { page: folder })
  t.match((await app.inject('/docs/')).json(), { result: { resultCode: 'UNKNOWN_EXCEPTION' } })
  t.match(log, [{ err: { code: 'EISDIR' } }])
  rmdirSync(join(folder, 'docs', 'sign.js'))
  t.equal((await app.inject('/docs/')).statusCode, 200)
})

t.test('the root leads a browser to the page, or to the documentation where there is none', async (t) => {
  const headers = { accept: 'text/html,application/xhtml+xml' }
  const rootOf = async (options: object) => {
    const { app } = await makeApp(t, options)
    return { root: (await app.inject({ url: '/', headers })).headers.location, ui: await app.inject('/ui') }
  }
  t.match(await rootOf({ page }), { root: '/ui', ui: { statusCode: 302 } })
  t.match(await rootOf({ page, admin: false }), { root: '/docs', ui: { statusCode: 404 } })
  t.match(await rootOf({}), { root: '/docs', ui: { statusCode: 404 } })
})

t.test('without a control API the documentation does not lead to a page that is not there', async (t) => {
  const { app } = await makeApp(t, { page, admin: false })
  t.notMatch((await app.inject('/docs/static/theme/sign.js')).body, /^window\.mppLivePage/)
  t.equal((await app.inject('/docs/static/theme/sign.css')).statusCode, 200)
})

t.test('a token is not asked of the page itself, only of the control API that it calls', async (t) => {
  const { app } = await makeApp(t, { page, adminToken: 'secret' })
  t.equal((await app.inject('/ui/')).statusCode, 200)
  t.equal((await app.inject('/__admin/rules')).statusCode, 401)
})
