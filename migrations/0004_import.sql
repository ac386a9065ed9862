-- What does each row say, and do we believe it?
create schema import;

create table import.verdict (
  file_id         bigint primary key,
  -- Rises in the order of belief: the order in which inventory applies.
  seq             bigint generated always as identity unique,
  feed_id         integer not null,
  layout          text not null,
  decision        text not null check (decision in ('believed', 'failed')),
  code            text,
  reason          text,
  rows_read       bigint not null,
  rows_accepted   bigint not null,
  rows_unchanged  bigint not null default 0,
  rows_rejected   bigint not null,
  units_read      bigint not null,
  decided_at      timestamptz not null,
  applied_at      timestamptz,
  error_file_at   timestamptz
);
create index verdict_to_apply on import.verdict (seq) where decision = 'believed' and applied_at is null;

-- Believed rows stand between the verdict and the ledger in a table of their own, import.staged_<file_id>, made with the
-- verdict and dropped with the booking (src/import/store.ts). It is unlogged: the kept file is the record, and a crash of
-- the database empties it, which inventory notices by its count and answers by having the file read again.

-- Rejected rows are kept: they are what a person has to mend.
create table import.rejected_row (
  file_id      bigint not null,
  line         bigint not null,
  byte_offset  bigint not null,
  code         text not null,
  reason       text not null,
  raw          text not null
);
create index rejected_row_of_file on import.rejected_row (file_id, line);
