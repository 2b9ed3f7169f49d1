/** Where this page stands, such as `/ns/pr-42/ui/`; whatever comes before that, a proxy has put there. */
const [, root = '', name] = /^(.*?)(?:\/ns\/([A-Za-z0-9_-]{1,64}))?\/ui(?:\/.*)?$/.exec(location.pathname) ?? []

/** The namespace that the page shows; nothing for the main one. */
export const namespace = name

/** Where the simulator answers. */
export const serverRoot = root

/** Where the namespace answers. */
export const base = baseOf(name)

/** The page of another namespace. */
export function pageOf(namespace: string | undefined): string {
  return `${baseOf(namespace)}/ui/`
}

function baseOf(namespace: string | undefined): string {
  return namespace === undefined ? root : `${root}/ns/${namespace}`
}
