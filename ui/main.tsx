import { render } from 'preact'
import { follow } from './live/connection.js'
import { App } from './views/app.js'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
follow()
