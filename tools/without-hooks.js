// Comes before all else in a test whose coverage is not counted. Tap hooks into the loading of modules all the same, by a
// thread that writes down each file: it makes a start take 0.6 s longer, and only `tap --changed` reads it.
import module from 'node:module'

module.register = () => {}
