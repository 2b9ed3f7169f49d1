import { loadAjv, loadRe2 } from '../scenarios/on-demand.js'

/**
 * Loads what is loaded on demand, once the server serves: later there may be no file descriptor left to load it. What
 * cannot be loaded now is tried again when it is needed.
 */
export function preload(): void {
  const loads: readonly (() => unknown)[] = [loadRe2, loadAjv, () => import('prom-client')]
  for (const load of loads)
    Promise.resolve()
      .then(load)
      .catch(() => {})
}
