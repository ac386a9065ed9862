import { Anchor } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { parts as texts } from '../texts/parts.ts'

/** A way out of Trueup, in a window of its own. */
export function Outside({ href, children }: { href: string; children: string }) {
  return (
    <Anchor href={href} target="_blank" rel="noreferrer" style={{ display: 'inline-flex', gap: 4, alignItems: 'center' }}>
      {children}
      <IconExternalLink size={14} aria-hidden />
      <span className="sr-only"> {texts.opensShopifyInANewWindow}</span>
    </Anchor>
  )
}
