-- The clockwork's own books. Queues and schedules are the job library's; runs and their progress are these rows.
create schema jobs;

create table jobs.run (
  run_id       bigint generated always as identity primary key,
  job          text not null,
  room         text not null,
  started_at   timestamptz not null,
  finished_at  timestamptz,
  outcome      text check (outcome in ('finished', 'failed')),
  read         bigint not null default 0,
  wrote        bigint not null default 0,
  code         text,
  message      text,
  cause        text not null default 'tick' check (cause in ('tick', 'nudge', 'person'))
);
create index run_of_job on jobs.run (job, run_id);

-- When each room last did its step, whatever asked for it.
create table jobs.heartbeat (
  room      text primary key,
  beat_at   timestamptz not null,
  outcome   text not null,
  code      text,
  message   text
);
