import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from 'react-router'
import { Back } from '../parts/back.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { Empty, Shown } from '../parts/nothing.tsx'
import { PageHead, Panel } from '../parts/panel.tsx'
import { help as texts } from '../texts/help.ts'

/** A page of the manual, or of an error code: what one sees, where it comes from, and what helps. */
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
      <Back to="/help">{texts.help}</Back>
      <PageHead
        title={/^[A-Z]/.test(code) ? <span className="mono">{code}</span> : (page.data && /^# (.+)$/m.exec(page.data)?.[1]) || texts.help}
        actions={
          <Button variant="default" onClick={() => navigate(-1)}>
            {texts.back}
          </Button>
        }
      />
      <Panel>
        <Shown of={page}>
          {text =>
            text === null ? (
              <Empty title={texts.thisCodeHasNoPageYet}>{texts.readTheMessageAndItsHintThey}</Empty>
            ) : (
              <Markdown text={text} />
            )
          }
        </Shown>
      </Panel>
    </>
  )
}
