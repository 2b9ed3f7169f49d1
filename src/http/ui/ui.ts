import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readBuiltFile } from '../built-file.js'
import type { ForeignPages } from '../foreign-pages.js'
import { namespacePrefix } from '../namespace.js'
import { sendProblem } from '../problem-document.js'

export interface UiOptions {
  /** The folder of the built page. */
  page: string
  foreignPages: ForeignPages
}

/**
 * The live page, for the main namespace and, below its prefix, for each other one. Its files are read when somebody
 * opens it: most servers are never looked at.
 */
export async function ui(app: FastifyInstance, { page, foreignPages }: UiOptions): Promise<void> {
  app.addHook('onRequest', foreignPages.refuseHost)
  const schema = { hide: true }
  for (const prefix of ['', namespacePrefix]) {
    // Relative, so that it holds behind a proxy as well.
    app.get(`${prefix}/ui`, { schema }, async (_request, reply) => reply.redirect('ui/'))
    app.get(`${prefix}/ui/`, { schema }, async (request, reply) =>
      sendFile(request, reply, { path: join(page, 'index.html'), caching: 'no-cache' }),
    )
    app.get<{ Params: { file: string } }>(
      `${prefix}/ui/assets/:file(^[\\w-]+\\.(?:js|css|svg)$)`,
      { schema },
      async (request, reply) =>
        // Their names change with what is in them.
        sendFile(request, reply, {
          path: join(page, 'assets', request.params.file),
          caching: 'public, max-age=31536000, immutable',
        }),
    )
  }
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Nothing from elsewhere, nothing inline, and no text that turns into markup. */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, caching }: { path: string; caching: string },
): Promise<FastifyReply> {
  const content = await readBuiltFile(path)
  if (content === undefined) {
    const detail = `${request.url} is not there: build the page with \`npm run build\``
    return sendProblem(reply, { status: 404, title: 'Not Found', detail })
  }
  reply.headers({ ...securityHeaders, 'cache-control': caching, vary: 'accept-encoding' })
  reply.type(String(types[extname(path)]))
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(content)
  return reply.header('content-encoding', 'gzip').send(await promisify(gzip)(content))
}
