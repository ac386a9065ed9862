-- A shop may have a schedule of its own for a job that works shop by shop; '' is the one for all the others.
alter table jobs.schedule add column shop text not null default '';
alter table jobs.schedule drop constraint schedule_pkey;
alter table jobs.schedule add primary key (job, shop);

-- Who may run and change a job beside admins; a job without a row: every operator.
create table jobs.permission (
  job         text primary key,
  people      text[] not null,
  changed_at  timestamptz not null,
  changed_by  text not null
);

-- What a tick or a person began, newest first: nudges are many more, and nobody asks for those by shop.
create index run_asked on jobs.run (job, (coalesce(parameters->>'shop', '')), run_id desc) where cause <> 'nudge';
