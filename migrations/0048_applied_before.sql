-- Which changes of a feed were applied, line by line, so that a file that brings them once more (after it was cut where it looked
-- whole, let go in part, or refused in part) counts only for what is new in it. One row a file; four bytes a line and four for its digest.
create table import.applied_lines (
  file_id   bigint primary key,
  feed_id   integer not null,
  kept_at   timestamptz not null,
  lines     integer[] not null,
  digests   integer[] not null
);
create index applied_lines_of_feed on import.applied_lines (feed_id, file_id desc);
alter table import.applied_lines alter column lines set storage external, alter column digests set storage external;

-- The file whose rows this one brings once more.
alter table import.verdict add column repeats_file_id bigint;
