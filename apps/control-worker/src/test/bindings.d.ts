declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import('../index.ts')
    durableNamespaces: 'Directory' | 'OrgActor' | 'SiteActor'
  }
}
