import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { parts as texts } from '../texts/parts.ts'
import classes from './copied.module.css'

/** A text that people carry into another program, with a button that does. `what` is named to those who do not see it. */
export function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span className={classes.copied}>
      <code className={classes.text}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? texts.copied : texts.copy(what)}>
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label={texts.copy(what)} onClick={copy}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  )
}
