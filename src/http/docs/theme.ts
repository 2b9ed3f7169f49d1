import { join } from 'node:path'
import { readBuiltFile } from '../built-file.js'

interface ThemeFile {
  filename: string
  content: string
}

/** What is added to Swagger UI. */
export interface Theme {
  title: string
  js: ThemeFile[]
  css: ThemeFile[]
}

const title = 'Alipay+ MPP simulator'

/** Lets people sign calls in Swagger UI, and leads to the live page. `folder` is where the page was built. */
export async function readTheme(folder: string | undefined, { hasPage }: { hasPage: boolean }): Promise<Theme> {
  if (folder === undefined) return { title, js: [], css: [] }
  const read = async (name: string) => (await readBuiltFile(join(folder, 'docs', name)))?.toString() ?? ''
  const link = hasPage ? "window.mppLivePage = '/ui';\n" : ''
  return {
    title,
    js: [{ filename: 'sign.js', content: link + (await read('sign.js')) }],
    css: [{ filename: 'sign.css', content: await read('sign.css') }],
  }
}
