import { Link } from 'react-router'
import type { RoomOnStreet } from '../api/queries.ts'
import { whole, withCounts } from '../parts/number.ts'
import { titleOf } from '../parts/room-name.ts'
import { State } from '../parts/state.tsx'
import { When } from '../parts/when.tsx'
import { street as texts } from '../texts/street.ts'
import classes from './street-drawing.module.css'

/**
 * The street as it is drawn everywhere: data walks from room to room, and what waits stands before the door. From left to
 * right where there is room, from top to bottom on a phone. The catalogue is the ground that all of them stand on.
 */
export function StreetDrawing({ rooms }: { rooms: readonly RoomOnStreet[] }) {
  const street = rooms.filter(room => room.room !== 'catalog')
  const ground = rooms.find(room => room.room === 'catalog')
  return (
    <section className={classes.drawing} aria-label={texts.theStreet}>
      <ol className={classes.street}>
        {street.map(room => (
          <li key={room.room} data-state={room.state}>
            <Door room={room} />
            <Card room={room} />
          </li>
        ))}
      </ol>
      {ground && (
        <div className={classes.ground} data-state={ground.state}>
          <Link to="/findings">{titleOf(ground.room)}</Link>
          <span className={classes.question}>{ground.question}</span>
          <span className={classes.groundState}>
            <State tone={ground.state} word={ground.word} isQuiet />
            <span className={classes.why}>{withCounts(ground.reason)}</span>
          </span>
        </div>
      )}
    </section>
  )
}

/** The way to a room, with what waits before it. */
function Door({ room }: { room: RoomOnStreet }) {
  const isMoving = room.backlog > 0 && (room.state === 'working' || room.state === 'waiting')
  return (
    <span className={classes.door} data-moving={isMoving || undefined} aria-hidden>
      <svg viewBox="0 0 24 10" preserveAspectRatio="none" role="presentation">
        <title>{texts.theWayToTheNextRoom}</title>
        <path d="M0 5H24" />
      </svg>
      <svg className={classes.tip} viewBox="0 0 6 10" role="presentation">
        <title>{texts.theWayToTheNextRoom}</title>
        <path d="M1 1l4 4-4 4" />
      </svg>
      {room.backlog > 0 && <span className={`${classes.token} num`}>{whole(room.backlog)}</span>}
    </span>
  )
}

function Card({ room }: { room: RoomOnStreet }) {
  return (
    <article className={classes.card}>
      <h2>
        <Link to={`/rooms/${room.room}`} data-row>
          {titleOf(room.room)}
        </Link>
      </h2>
      <p className={classes.question}>{room.question}</p>
      <p className={classes.backlog}>
        <b className="num">{whole(room.backlog)}</b>
        <span>
          {texts.waiting}
          {room.oldestAt !== null && room.backlog > 0 && (
            <>
              {texts.oldest} <When at={room.oldestAt} style="age" />
            </>
          )}
          {room.stuck > 0 && (
            <span className={`${classes.stuck} num`}>
              {' '}
              · {whole(room.stuck)} {texts.stuck}
            </span>
          )}
        </span>
      </p>
      <p className={classes.state} title={withCounts(room.reason)}>
        <State tone={room.state} word={room.word} />
      </p>
      <p className={classes.last}>
        {room.lastStep === null ? (
          texts.noStepYet
        ) : (
          <>
            {texts.lastStep} <When at={room.lastStep.at} />
          </>
        )}
      </p>
    </article>
  )
}
