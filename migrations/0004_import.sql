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

-- Believed rows between the verdict and the ledger. Unlogged: the kept file is the record, and a crash of the database
-- empties this table, which inventory notices by its count and answers by having the file read again.
create unlogged table import.staged_row (
  file_id      bigint not null,
  facility_id  integer not null,
  product_id   integer not null,
  units        integer not null,
  effect       smallint not null,
  line         bigint not null,
  byte_offset  bigint not null,
  reason       text
) with (autovacuum_enabled = false);
create index staged_row_of_file on import.staged_row using brin (file_id);

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
