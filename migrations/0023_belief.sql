-- Whether a file is believed beside the ones before it, who said so where it was not, and what an empty one is.

alter table feed.file
  drop constraint file_state_check,
  add constraint file_state_check check (state in
    ('receiving', 'interrupted', 'received', 'staged', 'held', 'applied', 'failed', 'stale', 'duplicate', 'empty', 'undone')),
  -- A person decided that it counts, whatever was held against it.
  add column released_at timestamptz,
  add column released_by text,
  -- Where two have to decide: the first of them.
  add column release_wanted_by text;

alter table import.verdict
  drop constraint verdict_decision_check,
  add constraint verdict_decision_check check (decision in ('believed', 'failed', 'held')),
  -- What was counted of it, for the guards of the files after it.
  add column figures jsonb,
  -- Positions that the file before it counted and this one does not, in the facilities of this one; null: nobody asked.
  add column rows_missing bigint,
  -- Of these, how many were set to nothing.
  add column rows_zeroed bigint not null default 0,
  -- Where the ledger keeps what it moved.
  add column movement_from bigint,
  add column movement_to bigint;
create index verdict_of_feed on import.verdict (feed_id, seq);

-- Why a file was held, and what it would do: kept when it was decided, as evidence for the decision.
create table import.hold (
  file_id     bigint primary key,
  held_at     timestamptz not null,
  breaches    jsonb not null,
  figures     jsonb not null,
  -- Per facility: rows, units and zeroes of the last good file and of this one.
  facilities  jsonb not null,
  -- The positions that would change most.
  largest     jsonb not null
);

-- What a snapshot left out, up to a limit: to be looked at.
create table inventory.missing_position (
  file_id        bigint not null,
  facility_id    integer not null,
  product_id     integer not null,
  on_hand_units  integer not null,
  primary key (file_id, facility_id, product_id)
);

insert into inventory.reason (reason, label, is_for_people) values
  ('MISSING_IN_SNAPSHOT', 'Not in a full snapshot, so set to nothing', false),
  ('FILE_UNDONE', 'A file was taken back', false);
