// Puts the command into a few files, which start in half the time of hundreds:
//
//   node tools/bundle.js              makes dist/bin, for the npm package
//   node tools/bundle.js /image/app   makes /image/app/dist/bin, for the image, which has no node_modules
//
// Scenarios and dist/ui are looked for beside it, as in the package. Only Swagger UI, which reads files of its own, is not in
// there; the image gets it as it is, with what it needs. The licences of all that is in there come along.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const [image] = process.argv.slice(2)
const target = image ?? ''
const copied = '@fastify/swagger-ui'
/** The thread that checks large scenario files is a file of its own, and named like the others here. */
const thread = { name: 'thread', transform: (code) => code.replace("'./check-thread.js'", "'./check-thread.mjs'") }
const shebang = { name: 'shebang', transform: (code) => code.replace(/^#!.*/, '#!/usr/local/bin/node') }

async function bundle() {
  const build = await rolldown({
    input: { 'mpp-sim': 'dist/cli.js', 'check-thread': 'dist/server/check-thread.js' },
    platform: 'node',
    external: [copied],
    // The image has no `env` to find node with.
    plugins: [thread, ...(image === undefined ? [] : [shebang])],
  })
  const { output } = await build.write({
    dir: join(target, 'dist/bin'),
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name].mjs',
    minify: { compress: false, mangle: false, codegen: true },
  })
  return output.flatMap(({ moduleIds }) => moduleIds)
}

/** The folders of a package and of all that it needs. */
function withDependencies(name, from = resolve('package.json'), found = new Set()) {
  const folder = createRequire(from)
    .resolve.paths(name)
    .map((path) => join(path, name))
    .find((path) => existsSync(path))
  if (found.has(folder)) return found
  found.add(folder)
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(dependencies)) withDependencies(dependency, join(folder, 'package.json'), found)
  return found
}

/** What runs, without types, maps, tests and pages to read. */
function copyPackage(folder) {
  const isNeeded = (path) =>
    !/\.(map|md|[cm]?ts)$|\/(test|e2e|examples|scripts|\.github)$/.test(path.slice(folder.length)) &&
    !/node_modules/.test(path.slice(folder.length))
  cpSync(folder, join(target, folder.slice(resolve('.').length)), { recursive: true, filter: isNeeded })
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const [file] = readdirSync(folder).filter((each) => /^licen[cs]e/i.test(each))
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text}\n`
}

const modules = await bundle()
const folders = modules.flatMap((id) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? [])
const packages = image === undefined ? [] : withDependencies(copied)
for (const folder of packages) copyPackage(folder)
const licences = [...new Set([...folders, ...packages])].sort().map(licenceOf)
writeFileSync(join(image ?? 'dist/bin', 'THIRD-PARTY-LICENSES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`))
