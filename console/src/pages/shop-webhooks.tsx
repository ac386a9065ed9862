import type { ShopDetail } from '../api/shops.ts'
import { cell, Table } from '../parts/list.tsx'
import { Empty } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'

/** What Shopify tells us of by itself, and whether it does. */
export function Webhooks({ shop }: { shop: ShopDetail }) {
  const { webhooks } = shop
  return (
    <Panel
      title="Webhooks"
      note={webhooks.state === 'on' && `${whole(webhooks.topics.length)} topics, ${whole(webhooks.mended)} made or mended`}
      actions={<StateOf state={webhooks.state} />}
      isFlush={webhooks.state === 'on'}
    >
      {webhooks.state === 'off' && (
        <p style={{ margin: 0 }}>
          Webhooks are off. {webhooks.reason} Nothing is lost without them: orders are asked for every few seconds, the catalogue every
          minute.
        </p>
      )}
      {webhooks.state === 'unchecked' && (
        <Empty title="Not looked at yet">They are checked every ten minutes, or when you ask Shopify again.</Empty>
      )}
      {webhooks.state === 'on' && (
        <Table
          label="Webhooks"
          head={
            <tr>
              <th>Topic</th>
              <th className={cell.wide}>When it comes</th>
              <th className={cell.right}>Last came</th>
            </tr>
          }
        >
          {webhooks.topics.map(topic => (
            <tr key={topic.topic}>
              <td className="mono">{topic.topic.replace('/', '/\u200b')}</td>
              <td>
                {topic.why}
                {topic.refused !== null && (
                  <div>
                    <State tone="stopped" word="Refused by Shopify" isQuiet /> {topic.refused}
                  </div>
                )}
              </td>
              <td className={`${cell.right} ${cell.nowrap}`}>
                {topic.lastAt === null ? <span className={cell.dim}>not yet</span> : <When at={topic.lastAt} />}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

function StateOf({ state }: { state: ShopDetail['webhooks']['state'] }) {
  if (state === 'on') return <State tone="ok" word="On" />
  return state === 'off' ? <State tone="paused" word="Off" /> : <State tone="unknown" word="Not looked at yet" />
}
