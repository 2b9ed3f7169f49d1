// Builds the live page, `ui`, into `dist/ui`, unless it is there and newer than all that it is made of.
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isFresh } from './fresh.js'

const source = 'ui'
/** The page also knows what Alipay+ says. */
const sources = [source, 'src/protocol', 'package-lock.json']
const target = 'dist/ui'

async function buildPage() {
  const { build } = await import('vite')
  // Elsewhere first: a server may be reading what is there.
  const fresh = `${target}.${process.pid}`
  const common = {
    configFile: false,
    // So that the page works wherever it stands, also behind a proxy and in a namespace.
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  }
  const options = { target: 'es2022', modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false }
  await build({
    ...common,
    root: source,
    build: { ...options, outDir: join('..', fresh), emptyOutDir: true },
  })
  // What Swagger UI is given: a script of its own, and a style sheet.
  await build({
    ...common,
    root: join(source, 'sign'),
    build: {
      ...options,
      outDir: join('..', '..', fresh, 'docs'),
      emptyOutDir: true,
      lib: { entry: 'main.ts', formats: ['iife'], name: 'mppSign', fileName: () => 'sign.js', cssFileName: 'sign' },
    },
  })
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
}

if (!isFresh(join(target, 'index.html'), sources)) await buildPage()
