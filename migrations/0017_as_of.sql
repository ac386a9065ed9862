-- The moment of which a count speaks, and what is known to have moved since.

alter table import.verdict
  -- Null where the file carries no stock.
  add column as_of timestamptz,
  -- Each row names its own moment, and as_of is only when the file came in.
  add column has_row_as_of boolean not null default false,
  -- How long before its moment the sender last took orders in: what a count by ATP cannot have seen.
  add column order_lag_ms bigint not null default 0,
  -- Rows that changed nothing, since a newer count of their position is in the books; and the file that brought that one.
  add column rows_outdated bigint not null default 0,
  add column outdated_by bigint;

-- The moment of which the newest count that changed this position spoke; null where none was booked. A count that agreed
-- with what was there leaves its mark in count_mark instead, so that it costs no write here.
alter table inventory.position add column counted_as_of timestamptz;
update inventory.position set counted_as_of = counted_at;

-- Which positions a file counted: one row for each facility, however many products. Says which count of a position is the
-- newest although it changed nothing, what was usual in the files before, and what is missing from the next one.
create table inventory.count_mark (
  facility_id  integer not null,
  file_id      bigint not null,
  feed_id      integer not null,
  -- Null where each row named its own moment: then the positions were told.
  as_of        timestamptz,
  rows         integer not null,
  units        bigint not null,
  zeroes       integer not null,
  product_ids  integer[] not null,
  marked_at    timestamptz not null,
  primary key (facility_id, file_id)
);
alter table inventory.count_mark alter column product_ids set storage external;
create index count_mark_by_as_of on inventory.count_mark (as_of);
create index count_mark_of_feed on inventory.count_mark (feed_id, file_id);

-- "What was recorded after?" is asked before each file is booked; movements are written in the order of their recording.
create index movement_by_recording on inventory.movement using brin (recorded_at) with (pages_per_range = 32, autosummarize = on);
