import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useNavigate, useParams } from 'react-router'
import { Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'

/** The page of an error code: what one sees, where it comes from, and what helps. */
export function Help() {
  const { code = '' } = useParams()
  const navigate = useNavigate()
  const page = useQuery({
    queryKey: ['help', code],
    queryFn: async ({ signal }) => {
      const answer = await fetch(`/api/v1/help/${encodeURIComponent(code)}`, { signal })
      if (answer.status === 404 || answer.status === 400) return null
      if (!answer.ok) throw new Error(`The server answered with status ${answer.status}.`)
      return answer.text()
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <>
      <PageHead
        title={<span className="mono">{code}</span>}
        actions={
          <Button variant="default" onClick={() => navigate(-1)}>
            Back
          </Button>
        }
      />
      <Panel>
        <Shown of={page}>
          {text =>
            text === null ? (
              <Empty title="This code has no page yet">Read the message and its hint; they stand beside the code.</Empty>
            ) : (
              <article>{paragraphs(text)}</article>
            )
          }
        </Shown>
      </Panel>
    </>
  )
}

/** As much of Markdown as these pages use: headings, paragraphs, lists, bold and code. */
function paragraphs(text: string): ReactNode[] {
  return text
    .split(/\n{2,}/)
    .filter(block => block.trim() !== '' && !block.startsWith('# '))
    .map(block => {
      const lines = block.trim().split('\n')
      if (lines.every(line => /^\s*[-*] /.test(line)))
        return (
          <ul key={block}>
            {lines.map(line => (
              <li key={line}>{spans(line.replace(/^\s*[-*] /, ''))}</li>
            ))}
          </ul>
        )
      if (block.startsWith('```'))
        return (
          <pre key={block} className="mono">
            {lines.slice(1, -1).join('\n')}
          </pre>
        )
      if (/^#+ /.test(block)) return <h3 key={block}>{block.replace(/^#+ /, '')}</h3>
      return (
        <p key={block} style={{ maxWidth: '72ch' }}>
          {spans(lines.join(' '))}
        </p>
      )
    })
}

function spans(text: string): ReactNode[] {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, index) => {
    const key = `${index} ${part}`
    if (part.startsWith('**')) return <strong key={key}>{part.slice(2, -2)}</strong>
    if (part.startsWith('`')) return <code key={key}>{part.slice(1, -1)}</code>
    return part
  })
}
