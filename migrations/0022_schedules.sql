-- A job's schedule as people set it. A job without a row keeps the schedule it was made with.
create table jobs.schedule (
  job            text primary key,
  cron           text not null,
  time_zone      text not null default 'UTC',
  -- No tick before this instant runs.
  first_run_at   timestamptz,
  -- Paused: nothing runs it but a person who asks for a run.
  paused_at      timestamptz,
  paused_by      text,
  paused_reason  text,
  -- The tick at this instant, and any before it, is passed over: "skip once".
  skipped_until  timestamptz,
  -- Off: the job's rooms wait for its ticks; on: the room before wakes them, and they look every few seconds besides.
  is_real_time   boolean not null default true,
  parameters     jsonb not null default '{}',
  changed_at     timestamptz not null,
  changed_by     text not null
);

-- Runs end in more ways than two, can be stopped, and know who asked for them with what.
alter table jobs.run drop constraint run_outcome_check;
alter table jobs.run add constraint run_outcome_check
  check (outcome in ('finished', 'finished_with_errors', 'failed', 'crashed', 'cancelled', 'skipped'));
alter table jobs.run
  add column errors           bigint not null default 0,
  add column asked_by         text,
  add column parameters       jsonb not null default '{}',
  add column cancel_asked_at  timestamptz,
  add column cancel_asked_by  text;
create index run_open on jobs.run (run_id) where finished_at is null;
create index run_by_start on jobs.run (started_at desc);
