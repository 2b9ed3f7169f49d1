import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatFinding } from '../../src/scenarios/finding.js'
import { loadScenarios } from '../../src/scenarios/load.js'
import { type KnownFiles, readSources, type Sources } from '../../src/scenarios/sources.js'
import { watchSources } from '../../src/scenarios/watch.js'

const rule = (name: string) => `rules: [ { name: ${name}, match: { pspId: ${name} }, reply: SUCCESS } ]\n`

t.test('loading', async (t) => {
  t.test('takes the scenario files of a folder by name, compared character by character', async (t) => {
    const folder = t.testdir({
      '2-b.yaml': rule('b'),
      '10-a.yml': rule('a'),
      '30.json': '{ "rules": [] }',
      'Z.yaml': rule('z'),
      'a.yaml': rule('c'),
    })
    const { files, rules, errors } = await loadScenarios([folder])
    t.same(errors, [])
    t.same(
      files.map(({ path }) => path),
      ['10-a.yml', '2-b.yaml', '30.json', 'Z.yaml', 'a.yaml'].map((name) => join(folder, name)),
    )
    t.same(
      rules.map(({ id }) => id),
      ['10-a/a', '2-b/b', 'Z/z', 'a/c'],
    )
  })

  t.test('passes over hidden files, other extensions and what lies deeper', async (t) => {
    const folder = t.testdir({
      '.hidden.yaml': 'bad',
      'notes.txt': 'bad',
      'a.yaml.bak': 'bad',
      yaml: 'bad',
      deeper: { 'a.yaml': 'bad' },
      'a.yaml': rule('a'),
    })
    t.same((await readSources([folder])).files, [{ path: join(folder, 'a.yaml'), text: rule('a') }])
  })

  t.test(
    'orders the files of several paths by name, and takes a file that is named whatever its extension',
    async (t) => {
      const folder = t.testdir({ one: { '20.yaml': rule('a') }, two: { '10.yaml': rule('b') }, '15.conf': rule('c') })
      const { files } = await readSources([join(folder, 'one'), join(folder, 'two'), join(folder, '15.conf')])
      t.same(
        files.map(({ path }) => path.slice(folder.length + 1)),
        ['two/10.yaml', '15.conf', 'one/20.yaml'],
      )
    },
  )

  t.test('keeps files of one name in the order of their paths', async (t) => {
    const folder = t.testdir({ one: { 'a.yaml': rule('a') }, two: { 'a.yaml': rule('b') } })
    const { files } = await readSources([join(folder, 'two'), join(folder, 'one')])
    t.same(
      files.map(({ text }) => text),
      [rule('b'), rule('a')],
    )
  })

  t.test('says of a folder without scenario files what was looked for, and what is there', async (t) => {
    const looked = 'no scenario files are here: their names end in .yaml, .yml or .json, without a dot before them'
    const cases: [content: Parameters<typeof t.testdir>[0], found: string][] = [
      [{}, 'the folder is empty'],
      [{ 'a.yaml.bak': '', '.b.yaml': '' }, 'there are only .b.yaml, a.yaml.bak'],
      [{ deeper: { 'a.yaml': '' } }, 'there are only deeper/; folders in it are not read'],
      [{ 1: '', 2: '', 3: '', 4: '', 5: '', 6: '', 7: '' }, 'there are only 1, 2, 3, 4, 5, and 2 more'],
    ]
    for (const [content, found] of cases) {
      const folder = t.testdir(content)
      t.match(await readSources([folder]), { files: [], errors: [] })
      const { errors } = await loadScenarios([folder])
      t.strictSame(errors.map(formatFinding), [`${folder}:1:1 ${looked}; ${found}`])
    }
  })

  t.test('says what cannot be read, and reads the rest', async (t) => {
    const folder = t.testdir({
      'a.yaml': 'rules: [ { name: x, reply: SUCESS } ]',
      'b.yaml': {},
      'c.yaml': t.fixture('symlink', 'gone'),
    })
    const missing = join(folder, 'missing')
    const { errors } = await loadScenarios([missing, folder])
    t.same(errors.map(formatFinding), [
      `${missing}:1:1 cannot be read: ENOENT: no such file or directory, stat '${missing}'`,
      `${join(folder, 'b.yaml')}:1:1 cannot be read: it is a folder, a pipe or a device, not a file`,
      `${join(folder, 'c.yaml')}:1:1 cannot be read: ENOENT: no such file or directory, open '${join(folder, 'c.yaml')}'`,
      `${join(folder, 'a.yaml')}:1:28 "SUCESS" is not a result code (did you mean SUCCESS?)`,
    ])
  })

  t.test('says which files it may not read', { skip: process.getuid?.() === 0 && 'root may read all' }, async (t) => {
    const folder = t.testdir({ 'a.yaml': rule('a') })
    await chmod(join(folder, 'a.yaml'), 0o000)
    t.match((await readSources([folder])).errors, [{ file: join(folder, 'a.yaml'), message: /EACCES/ }])
  })

  t.test('names the place of what is not UTF-8', async (t) => {
    const folder = t.testdir({ 'b.yaml': rule('b') })
    const latin = join(folder, 'a.yaml')
    await writeFile(latin, Buffer.from('rules:\n  - name: caf\xe9\n', 'latin1'))
    const { files, errors } = await readSources([folder])
    t.same(
      files.map(({ path }) => path),
      [join(folder, 'b.yaml')],
    )
    t.same(errors.map(formatFinding), [`${latin}:2:14 this is not UTF-8; save the file as UTF-8`])
  })

  t.test('passes over a byte order mark', async (t) => {
    const folder = t.testdir({ 'a.json': '\ufeff{ "rules": [ 1 ] }' })
    t.same((await loadScenarios([folder])).errors.map(formatFinding), [
      `${join(folder, 'a.json')}:1:14 1 is not a valid rule: expected a rule with name, match and reply`,
    ])
  })

  t.test('reads a ConfigMap through its links', async (t) => {
    const folder = await configMap(t.testdir({}))
    t.same(
      (await loadScenarios([folder])).rules.map(({ id }) => id),
      ['rules/v1'],
    )
  })
})

/** What Kubernetes mounts: files that are links through `..data`, which is swapped as a whole. */
async function configMap(folder: string): Promise<string> {
  await putConfig(folder, 'v1')
  await symlink(join('..data', 'rules.yaml'), join(folder, 'rules.yaml'))
  return folder
}

async function putConfig(folder: string, version: string): Promise<void> {
  const data = join(folder, `..${version}`)
  await mkdir(data)
  await writeFile(join(data, 'rules.yaml'), rule(version))
  await symlink(`..${version}`, join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
}

t.test('watching', async (t) => {
  /** Watches a folder; each call of `next` gives the texts of the next change. */
  async function watch(t: Test, folder: string) {
    const changes: Sources[] = []
    let wake = () => {}
    const watcher = watchSources({
      read: () => readSources([folder]),
      interval: 5,
      first: await readSources([folder]),
      onChange(sources) {
        changes.push(sources)
        wake()
      },
      onError: (error) => t.fail(String(error)),
    })
    t.teardown(() => watcher.close())
    return {
      async next(): Promise<Sources> {
        for (;;) {
          const change = changes.shift()
          if (change !== undefined) return change
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      },
    }
  }

  t.test('tells of changed, new, renamed and removed files, and of what cannot be read', async (t) => {
    const folder = join(t.testdir({ watched: { 'a.yaml': rule('a') } }), 'watched')
    const file = (name: string) => join(folder, name)
    const { next } = await watch(t, folder)
    await writeFile(file('tmp'), rule('a2'))
    await rename(file('tmp'), file('a.yaml'))
    t.match((await next()).files, [{ path: file('a.yaml'), text: rule('a2') }])
    await writeFile(file('tmp'), rule('b'))
    await rename(file('tmp'), file('b.yaml'))
    t.match((await next()).files, [{ path: file('a.yaml') }, { path: file('b.yaml'), text: rule('b') }])
    await rename(file('b.yaml'), file('c.yaml'))
    t.match((await next()).files.at(-1), { path: file('c.yaml') })
    await rm(file('c.yaml'))
    t.equal((await next()).files.length, 1)
    await rename(folder, `${folder}-gone`)
    t.match(await next(), { files: [], errors: [{ file: folder, message: /ENOENT/ }] })
  })

  t.test('sees the swap of a ConfigMap', async (t) => {
    const folder = await configMap(t.testdir({}))
    const { next } = await watch(t, folder)
    await putConfig(folder, 'v2')
    t.match((await next()).files, [{ text: rule('v2') }])
  })

  t.test(
    'says nothing where nothing changes, and does not read after close, also when closed while it reads',
    async (t) => {
      const folder = t.testdir({ 'a.yaml': rule('a') })
      const first = await readSources([folder])
      const other = { files: [], errors: [] }
      let reads = 0
      await new Promise<void>((resolve) => {
        const watcher = watchSources({
          interval: 1,
          first,
          async read() {
            if (++reads < 3) return readSources([folder])
            watcher.close()
            setImmediate(resolve)
            return other
          },
          onChange: () => void t.fail('nothing has changed, or the watcher is closed'),
          onError: (error) => t.fail(String(error)),
        })
      })
      const late = watchSources({
        interval: 1,
        first,
        read: async () => Promise.reject(new Error('closed')),
        onChange() {},
        onError: (error) => t.fail(String(error)),
      })
      late.close()
      await new Promise((resolve) => setTimeout(resolve, 20))
      t.equal(reads, 3)
    },
  )

  t.test('takes a change when two reads agree on it, not one that is under way', async (t) => {
    const at = (version: string): Sources => ({ files: [{ path: 'a', text: version }], errors: [] })
    const reads = ['old', 'half', 'old', 'half', 'new', 'new', 'new'].map(at)
    const taken: Sources[] = []
    await new Promise<void>((resolve) => {
      const watcher = watchSources({
        interval: 1,
        first: at('old'),
        async read() {
          const next = reads.shift()
          if (next !== undefined) return next
          watcher.close()
          setImmediate(resolve)
          return at('new')
        },
        onChange: (sources) => void taken.push(sources),
        onError: (error) => t.fail(String(error)),
      })
    })
    t.same(taken, [at('new')])
  })

  t.test('looks again soon, however long it took to take a change', async (t) => {
    let now = 0
    t.intercept(performance, 'now', { value: () => now })
    let reads = 0
    await new Promise<void>((resolve) => {
      const watcher = watchSources({
        interval: 1,
        first: { files: [], errors: [] },
        async read() {
          if (++reads > 2) resolve()
          return { files: [{ path: 'a', text: 'new' }], errors: [] }
        },
        onChange() {
          now += 100_000
        },
        onError: (error) => t.fail(String(error)),
      })
      t.teardown(() => watcher.close())
    })
    t.equal(reads, 3)
  })

  t.test('goes on after whatever goes wrong in reading a change or taking it', async (t) => {
    const errors: unknown[] = []
    let reads = 0
    let takes = 0
    await new Promise<void>((resolve) => {
      const watcher = watchSources({
        interval: 1,
        first: { files: [], errors: [] },
        async read() {
          reads++
          if (reads === 1) throw new Error('cannot read')
          return { files: [{ path: 'a', text: String(takes) }], errors: [] }
        },
        onChange() {
          if (++takes === 1) throw new RangeError('Maximum call stack size exceeded')
          watcher.close()
          resolve()
        },
        onError: (error) => void errors.push(error),
      })
    })
    t.match(errors, [{ message: 'cannot read' }, { message: 'Maximum call stack size exceeded' }])
  })

  t.test('opens files that have not changed, but does not read them over and over', async (t) => {
    const folder = t.testdir({ 'a.yaml': rule('a'), 'b.yaml': rule('b') })
    const known: KnownFiles = new Map()
    const read = async () => (await readSources([folder], known)).files
    const [first, second, third] = [await read(), await read(), await read()]
    t.not(first[0], second[0], 'once more, to be sure')
    t.equal(third[0], second[0])
    await writeFile(join(folder, 'b.yaml'), rule('B'))
    const changed = await read()
    t.equal(changed[0], second[0])
    t.equal(changed[1]?.text, rule('B'))
  })

  t.test(
    'refuses by name what is no file, has no end or is too large',
    { skip: process.platform !== 'linux' },
    async (t) => {
      const folder = t.testdir({ 'b.yaml': rule('b') })
      execFileSync('mkfifo', [join(folder, 'a.yaml')])
      await symlink('/dev/zero', join(folder, 'c.yaml'))
      await writeFile(join(folder, 'd.yaml'), '')
      await truncate(join(folder, 'd.yaml'), 2 ** 40)
      const { files, errors } = await readSources([folder])
      t.match(files, [{ path: join(folder, 'b.yaml') }])
      t.match(errors, [
        { file: join(folder, 'a.yaml'), message: 'cannot be read: it is a folder, a pipe or a device, not a file' },
        { file: join(folder, 'c.yaml'), message: /a device, not a file/ },
        { file: join(folder, 'd.yaml'), message: 'cannot be read: it is larger than 128 MiB' },
      ])
    },
  )
})
