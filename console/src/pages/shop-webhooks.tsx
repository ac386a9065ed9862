import type { ShopDetail } from '../api/shops.ts'
import { cell, Table } from '../parts/list.tsx'
import { Empty } from '../parts/nothing.tsx'
import { whole } from '../parts/number.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { shops as texts } from '../texts/shops.ts'

/** What Shopify tells us of by itself, and whether it does. */
export function Webhooks({ shop }: { shop: ShopDetail }) {
  const { webhooks } = shop
  return (
    <Panel
      title={texts.webhooks}
      note={webhooks.state === 'on' && texts.topicsMadeOrMended(whole(webhooks.topics.length), whole(webhooks.mended))}
      actions={<StateOf state={webhooks.state} />}
      isFlush={webhooks.state === 'on'}
    >
      {webhooks.state === 'off' && (
        <p style={{ margin: 0 }}>
          {texts.webhooksAreOff} {webhooks.reason} {texts.nothingIsLostWithoutThemOrdersAre}
        </p>
      )}
      {webhooks.state === 'unchecked' && <Empty title={texts.notLookedAtYet}>{texts.theyAreCheckedEveryTenMinutesOr}</Empty>}
      {webhooks.state === 'on' && (
        <Table
          label={texts.webhooks}
          head={
            <tr>
              <th>{texts.topic}</th>
              <th className={cell.wide}>{texts.whenItComes}</th>
              <th className={cell.right}>{texts.lastCame}</th>
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
                    <State tone="stopped" word={texts.refusedByShopify} isQuiet /> {topic.refused}
                  </div>
                )}
              </td>
              <td className={`${cell.right} ${cell.nowrap}`}>
                {topic.lastAt === null ? <span className={cell.dim}>{texts.notYet}</span> : <When at={topic.lastAt} />}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

function StateOf({ state }: { state: ShopDetail['webhooks']['state'] }) {
  if (state === 'on') return <State tone="ok" word={texts.on} />
  return state === 'off' ? <State tone="paused" word={texts.off} /> : <State tone="unknown" word={texts.notLookedAtYet} />
}
