-- A file of millions of rows is booked part by part, so that nobody has to wait for it. Whether it counts is decided once, before the
-- first part; from then on every part is booked exactly once, whatever dies in between.
create table import.large_file (
  file_id        bigint primary key,
  -- Pages of import.whole_<file_id>, in the order of facility and product; the first that is not booked; how many make the next part.
  pages          integer not null,
  next_page      integer not null default 0,
  pages_a_part   integer not null,
  -- What was counted before the first part.
  is_count       boolean not null,
  missing        bigint,
  rows           bigint not null,
  units          bigint not null,
  zeroes         bigint not null,
  facility_ids   integer[] not null,
  -- What came of the parts so far.
  rows_booked    bigint not null default 0,
  movements      bigint not null default 0,
  zeroed         bigint not null default 0,
  refused        bigint not null default 0,
  outdated       bigint not null default 0,
  outdated_by    bigint,
  first_counts   bigint not null default 0,
  changed        bigint not null default 0,
  largest_change integer not null default 0,
  -- Where the ledger keeps its own movements: what stands between them is of others.
  own_seqs       int8multirange not null default '{}'
);
