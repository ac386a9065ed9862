-- The ticks that were taken, so that one runs once however often the job library sends it: a process that dies while it sends has
-- the next one send it again. `queued_id` is the library's, under which a run that was cut off is begun again.
create table jobs.tick (
  job        text not null,
  shop       text not null,
  tick_at    timestamptz not null,
  queued_id  uuid not null,
  primary key (job, shop, tick_at)
);
