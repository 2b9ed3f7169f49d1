// Builds the live page, `ui`, into `dist/ui`, unless it is there and newer than all that it is made of.
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const source = 'ui'
const target = 'dist/ui'

function isFresh() {
  const built = join(target, 'index.html')
  if (!existsSync(built)) return false
  const { mtimeMs } = statSync(built)
  const files = readdirSync(source, { recursive: true }).map((name) => join(source, name))
  return [...files, 'package-lock.json'].every((file) => !existsSync(file) || statSync(file).mtimeMs <= mtimeMs)
}

async function buildPage() {
  const { build } = await import('vite')
  // Elsewhere first: a server may be reading what is there.
  const fresh = `${target}.${process.pid}`
  await build({
    root: source,
    configFile: false,
    // So that the page works wherever it stands, also behind a proxy and in a namespace.
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: join('..', fresh),
      emptyOutDir: true,
      target: 'es2022',
      // The page is small: one script and one style sheet are there soonest.
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
  })
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
}

if (!isFresh()) await buildPage()
