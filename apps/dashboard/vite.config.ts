import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

// Browsers that know light-dark() and CSS nesting, so that styles ship as written.
const browsers = ['chrome123', 'firefox120', 'safari17.5']

export default defineConfig({
  plugins: [solid()],
  build: {
    target: browsers,
    cssTarget: browsers,
    // Nothing inline: the page runs under `default-src 'self'`.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
})
