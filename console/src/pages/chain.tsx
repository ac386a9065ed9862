import { Link } from 'react-router'
import { type ChainLink, type ExplainedLevel, useExplained } from '../api/promise.ts'
import { cell } from '../parts/list.tsx'
import { Code, Shown } from '../parts/nothing.tsx'
import { whole, withCounts } from '../parts/number.ts'
import { StateIcon, type Tone } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { stock as texts } from '../texts/stock.ts'
import classes from './chain.module.css'

const TONE: Record<ChainLink['state'], Tone> = { whole: 'ok', waiting: 'working', broken: 'stopped', off: 'waiting', unknown: 'unknown' }
const WORD: Record<ChainLink['state'], string> = {
  whole: 'whole',
  waiting: texts.onItsWay,
  broken: 'broken',
  off: texts.notWanted,
  unknown: texts.notKnownYet,
}
const NAME: Record<ChainLink['link'], string> = {
  file: texts.file,
  on_hand: texts.onHand,
  reserved: texts.reserved,
  promised: texts.promised,
  intent: texts.queue,
  upload: texts.upload,
  shop: texts.shop,
}

/** The whole way of one number, a link for each hand it went through, with the evidence under it. */
export function Chain({ sku, at, shop }: { sku: string; at: string; shop: string }) {
  const found = useExplained(sku, { at, shop })
  return (
    <Shown of={found}>
      {({ levels }) => {
        const level = levels.find(one => one.location === at && one.shop === shop)
        return level === undefined ? null : <Way level={level} />
      }}
    </Shown>
  )
}

function Way({ level }: { level: ExplainedLevel }) {
  const { firstBroken } = level
  return (
    <>
      <p className={classes.sentence}>{level.sentence === level.explanation?.sentence ? texts.theWayThere : withCounts(level.sentence)}</p>
      {firstBroken?.state === 'broken' && (
        <p className={classes.broken} role="status">
          {texts.breaksAt} {NAME[firstBroken.link].toLowerCase()}: {withCounts(firstBroken.said)} {firstBroken.next}{' '}
          {firstBroken.code && <Code code={firstBroken.code} />}
        </p>
      )}
      <ol className={classes.chain}>
        {level.links.map(link => (
          <li key={link.link} data-state={link.state}>
            <StateIcon tone={TONE[link.state]} size={16} />
            <div>
              <b>{NAME[link.link]}</b> <span className="sr-only">({WORD[link.state]})</span> {withCounts(link.said)}{' '}
              {link.at && (
                <span className={cell.dim}>
                  <When at={link.at} />
                </span>
              )}
              <Evidence level={level} link={link.link} />
            </div>
          </li>
        ))}
      </ol>
    </>
  )
}

function Evidence({ level: { evidence, explanation }, link }: { level: ExplainedLevel; link: ChainLink['link'] }) {
  switch (link) {
    case 'file':
      return evidence.facilities.map(
        ({ facility, line }) =>
          line?.raw && (
            <div key={facility} className={classes.raw}>
              <Link to={`/files/${line.fileId}`}>
                {line.fileName}
                {line.line !== null && `:${line.line}`}
              </Link>{' '}
              <code>{line.raw}</code>
            </div>
          ),
      )
    case 'reserved':
      return (
        evidence.orders.length > 0 && (
          <div className={cell.dim}>
            {evidence.orders
              .map(one => texts.by(whole(one.units), one.order.replace('gid://shopify/', ''), one.isWaiting ? texts.waiting : ''))
              .join(' · ')}
          </div>
        )
      )
    case 'promised': {
      const rules = new Set([
        explanation?.thresholdRule,
        explanation?.switchRule,
        ...(explanation?.facilities.flatMap(one => [one.safetyRule, one.switchRule]) ?? []),
      ])
      const named = [...rules].filter(rule => rule !== null && rule !== undefined)
      return (
        named.length > 0 && (
          <div className={cell.dim}>
            {texts.byTheRules} {named.join(', ')}
          </div>
        )
      )
    }
    case 'upload':
      return (
        evidence.call && (
          <div className={`${cell.dim} mono ${classes.ids}`}>
            {texts.xRequestId} {evidence.call.requestId ?? texts.none} {texts.key} {evidence.call.idempotencyKey}
          </div>
        )
      )
    default:
      return null
  }
}
