-- How many rows of a file were not taken as they stand, because its feed says so: left out by a condition, brought up to
-- nothing, rounded down, added to another row of the same product and facility; and lines that are no rows.
alter table import.verdict add column treated jsonb not null default '{}';
-- Rows that were added to another one: accepted, and not staged for themselves.
alter table import.verdict add column rows_merged bigint not null default 0;
