import { evalAllowed } from './no-eval.ts'
import './styles/tokens.css'
import './styles/base.css'
import { Router } from '@solidjs/router'
import { render } from 'solid-js/web'
import { App } from './App.tsx'
import { createBrowserIo } from './browser-io.ts'
import { applyAppearance } from './shell/appearance.ts'

const root = document.getElementById('root')
if (!root || evalAllowed) throw new Error('index.html has no root')

applyAppearance()
render(() => <App io={createBrowserIo()} router={Router} />, root)
